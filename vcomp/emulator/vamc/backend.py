"""The section `backend`: the target, its precision, and how it is quantized."""

from vcomp.emulator.vamc.section import Section
from vcomp.errors import nearest, shown, unknown
from vcomp.quantize.layers import COMPILER_NAMES, onnx_types
from vcomp.spec import Calibrate, Fp16, Int8, Target, WeightScale
from vcomp.spec.targets import USUAL_MODE

TYPES = ("tvm_vacc", "vacc", "tvm_runmodel")  # one target under its present and its older names


def read_target(section: Section) -> Target:
    """The precision with what the emulation heeds of its options; VcompError if it is missing or not known."""
    section.word("type", TYPES, TYPES[0])
    if section.word("dtype", ("fp16", "int8")) == "fp16":
        return Fp16()
    options = section.section("quantize")
    return Int8(
        calibrate=_mode(options),
        calibrate_range=_quantile(options),
        per_channel=options.flag("quantize_per_channel", default=True),
        skip_conv_layers=options.integers("skip_conv_layers", least=0),
        skip_matmul_layers=options.integers("skip_matmul_layers", least=0),
        exclude_layers=options.integers("exclude_layers", least=0),
        weight_scale=WeightScale(options.word("weight_scale", [rule.value for rule in WeightScale], "max")),
        quantize_operators=_operators(options, "quantize_operators"),
        ops_usingfp=_operators(options, "ops_usingfp"),
    )


def _mode(options: Section) -> Calibrate:
    known = [mode.value for mode in Calibrate]
    if options.data.get("calibrate_mode") is None:
        fault = options.fault("calibrate_mode", "is empty", f"one of {', '.join(known)}")
        options.forgive(fault, f"{USUAL_MODE.value} is taken")
        return USUAL_MODE
    return Calibrate(options.word("calibrate_mode", known))


def _quantile(options: Section) -> float | None:
    value = options.data.get("calibrate_range")
    if value is not None and not (type(value) in (int, float) and 0 < value <= 1):
        raise options.fault("calibrate_range", f"is {shown(value)}", "a number above 0, at most 1")
    return value


def _operators(options: Section, key: str) -> tuple[str, ...]:
    """The operator types that a key names; VcompError for one that looks like a misspelling of a known one."""
    words = options.words(key)
    for word in words:
        name = word.removeprefix("!")
        if not onnx_types(name) and nearest(name, COMPILER_NAMES):
            raise unknown(f"operator in {options.name(key)}", name, COMPILER_NAMES, where=options.where(key))
    return words


def operators_without_effect(target: Target) -> tuple[str, ...]:
    """The operator types that a file names, and no ONNX operator stands for: the compiler's list is unpublished."""
    if isinstance(target, Fp16):
        return ()
    named = (*target.quantize_operators, *target.ops_usingfp)
    return tuple(name for name in named if not onnx_types(name.removeprefix("!")))
