"""Where things lie: rendered files in the model's folder (the zoo's own layout), results in its workspace.

All paths are relative; those of the workspace are what the rendered files and the commands say.
"""

from pathlib import PurePosixPath

from vcomp.spec import Fp16, Int8, ModelSpec

DATA = PurePosixPath("data")  # in the workspace: the data folder, or a link to it
PACKED = PurePosixPath("npz")
DATALIST = PurePosixPath("npz_datalist.txt")
DEPLOYED = PurePosixPath("deploy_weights")

SCRIPT = PurePosixPath("build_in/vsx/python/vsx_inference.py")
PAGE = PurePosixPath("README.md")
CHINESE_PAGE = PurePosixPath("README.zh.md")
RECORD = PurePosixPath("build_in/.rendered.json")

Target = Fp16 | Int8


def compile_yaml(spec: ModelSpec, target: Target) -> PurePosixPath:
    return PurePosixPath("build_in/build") / f"{spec.name}_{target.dtype}.yaml"


def vdsp_params(spec: ModelSpec) -> PurePosixPath:
    return PurePosixPath("build_in/vdsp_params") / f"{spec.name}-vdsp_params.json"


def checkpoint(spec: ModelSpec) -> PurePosixPath:
    return PurePosixPath("onnx") / f"{spec.name}.onnx"


def artifact(spec: ModelSpec, target: Target) -> PurePosixPath:
    """The prefix of the compiled three-file set."""
    return PurePosixPath(spec.workspace.path or DEPLOYED) / spec.artifact(target) / "mod"


def masks(spec: ModelSpec, target: Target) -> PurePosixPath:
    return PurePosixPath("runstream_output") / spec.artifact(target)


def npz_output(spec: ModelSpec, target: Target) -> PurePosixPath:
    return PurePosixPath("npz_output") / spec.artifact(target)
