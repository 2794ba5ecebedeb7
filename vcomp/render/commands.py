"""The commands of a deployment, as lists of words: the runner executes them, the model page shows them.

All are run in the workspace; `home` is the way from there to the model's folder.
"""

from vcomp.render import layout
from vcomp.render.layout import Target
from vcomp.spec import ModelSpec, RunnableSpec

Command = list[str]

MEASURED_SECONDS = 5


def compile_model(spec: ModelSpec, target: Target, home: str) -> Command:
    return ["vamc", "compile", f"{home}/{layout.compile_yaml(spec, target)}"]


def infer(spec: RunnableSpec, target: Target, home: str) -> Command:
    """The rendered VastStreamX script over the evaluation set."""
    return [
        "python",
        f"{home}/{layout.SCRIPT}",
        *("--file_path", str(layout.DATA / spec.evaluation.images)),
        *("--model_prefix_path", str(layout.artifact(spec, target))),
        *("--vdsp_params_info", f"{home}/{layout.vdsp_params(spec)}"),
        *("--gt_path", str(layout.DATA / spec.evaluation.masks)),
        *("--save_dir", str(layout.masks(spec, target))),
        *("--device", "0"),
    ]


def _vamp(spec: ModelSpec, target: Target, home: str) -> Command:
    """vamp with one instance and one image at a time."""
    height, width = spec.size
    return [
        "vamp",
        *("-m", str(layout.artifact(spec, target))),
        *("--vdsp_params", f"{home}/{layout.vdsp_params(spec)}"),
        *("-i", "1", "-p", "1", "-b", "1"),
        *("-s", f"[3,{height},{width}]"),
    ]


def measure(spec: ModelSpec, target: Target, home: str) -> Command:
    """vamp's performance mode, for a fixed number of seconds."""
    return [*_vamp(spec, target, home), "-t", str(MEASURED_SECONDS)]


def infer_packed(spec: RunnableSpec, target: Target, home: str) -> Command:
    """vamp's accuracy mode over the packed evaluation set."""
    return [
        *_vamp(spec, target, home),
        *("--datalist", str(layout.DATALIST)),
        *("--path_output", str(layout.npz_output(spec, target))),
    ]


def export(spec: ModelSpec) -> Command:
    return ["vcomp", "export", spec.name, "--out", str(layout.checkpoint(spec).parent)]


def pack(spec: RunnableSpec) -> Command:
    return [
        *("vcomp", "data", "pack", str(layout.DATA / spec.evaluation.images)),
        *("--suffix", spec.evaluation.suffix),
        *("--out", str(layout.PACKED)),
        *("--list", str(layout.DATALIST)),
    ]


def evaluate(spec: RunnableSpec, target: Target) -> Command:
    return ["vcomp", "eval", spec.name, "--outputs", str(layout.npz_output(spec, target)), "--data", str(layout.DATA)]
