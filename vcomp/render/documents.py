"""What each rendered file says, as plain data: the templates lay it out, and it is what parsing must give back."""

from typing import Any

from typing_extensions import assert_never

from vcomp.preprocess.fuse import fuse
from vcomp.preprocess.process_ops import write_process_ops
from vcomp.preprocess.vdsp_json import write_vdsp
from vcomp.render import layout
from vcomp.render.layout import Target
from vcomp.spec import Fp16, Int8, ModelSpec, WeightScale

Document = dict[str, Any]


def compile_document(spec: ModelSpec, target: Target) -> Document:
    """The compile YAML. Sections and keys are the vendor's; what a spec leaves at None is left out."""
    document: Document = {
        "name": spec.artifact(target),
        "frontend": {
            "checkpoint": f"./{layout.checkpoint(spec)}",
            "type": "onnx",
            "shape": {item.name: list(item.shape) for item in spec.inputs},
            "dtype": "fp32",
        },
        "backend": {"type": "tvm_vacc", "dtype": target.dtype, "compile": _compile_options(spec)},
    }
    match target:
        case Fp16():
            pass
        case Int8():
            document["backend"]["quantize"] = _quantize_options(target)
            document["dataset"] = _dataset(spec)
        case _:
            assert_never(target)
    for key, value in target.extra.items():
        section, _, name = key.rpartition(".")
        place = document["backend"].setdefault(section, {}) if section else document["backend"]
        place[name] = value
    if not document["backend"]["compile"]:
        del document["backend"]["compile"]
    document["workspace"] = {"path": f"./{layout.DEPLOYED}/"}
    return document


def _compile_options(spec: ModelSpec) -> Document:
    return spec.compile.model_dump(mode="json", exclude_none=True)


def _quantize_options(target: Int8) -> Document:
    options: Document = {"calibrate_mode": target.calibrate.value, "quantize_per_channel": target.per_channel}
    if target.calibrate_range is not None:
        options["calibrate_range"] = target.calibrate_range
    if target.weight_scale is not WeightScale.MAX:
        options["weight_scale"] = target.weight_scale.value
    for name in ("skip_conv_layers", "skip_matmul_layers", "exclude_layers", "quantize_operators", "ops_usingfp"):
        if getattr(target, name):
            options[name] = list(getattr(target, name))
    if target.quantize_dsp_ops:
        options["quantize_dsp_ops"] = [operator.value for operator in target.quantize_dsp_ops]
    if target.calibrate_chunk_by is not None:
        options["calibrate_chunk_by"] = target.calibrate_chunk_by
    return options


def _dataset(spec: ModelSpec) -> Document:
    if spec.calibration is None:
        raise ValueError("an int8 target has a calibration set: the spec sees to that")
    return {
        "type": "tvm",
        "path": f"./{layout.DATA}/{spec.calibration.path}",
        "sampler": {"suffix": spec.calibration.suffix, "get_data_num": spec.calibration.limit},
        "process_ops": write_process_ops(spec.preprocess),
    }


def vdsp_document(spec: ModelSpec) -> Document:
    """The vdsp_params JSON."""
    return write_vdsp(fuse(spec.preprocess))
