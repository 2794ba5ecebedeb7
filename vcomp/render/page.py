"""What the model page says, gathered from the spec and from the recorded results. Nobody types its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import assert_never

from vcomp.preprocess.fuse import fuse
from vcomp.render import commands, layout
from vcomp.render.commands import Command
from vcomp.render.filters import to_shell
from vcomp.render.layout import Target
from vcomp.results import Result, figure
from vcomp.spec import (
    CenterCrop,
    CustomFunc,
    Decode,
    Letterbox,
    Normalize,
    Op,
    PickChannel,
    Resize,
    ResizeToFit,
    RunnableSpec,
    ToBGR,
    ToTensor,
    ToYCrCb,
    VendorOp,
)

HOME = ".."  # from the workspace, <model>/workspace, to the model's folder
WIDTH = 100  # a command longer than this is broken before its options


@dataclass(frozen=True)
class Row:
    """One line of the accuracy table; figures in percent, counts in millions and billions, "–" where unknown."""

    title: str
    precision: str
    parameters: str
    macs: str
    flops: str
    published: str
    measured: str
    drop: str
    dice: str


@dataclass(frozen=True)
class Deployment:
    """The commands for one target, each as it is typed."""

    dtype: str
    yaml: str
    compile: str
    infer: str
    measure: str
    infer_packed: str
    evaluate: str

    @property
    def commands(self) -> tuple[str, ...]:
        return (self.compile, self.infer, self.measure, self.infer_packed, self.evaluate)


def page_context(specs: Sequence[RunnableSpec], results: Sequence[Result]) -> dict[str, Any]:
    """Everything that the page templates name. The first spec is the model, the others are its variants."""
    spec = specs[0]
    recorded = [result for result in results if result.model in {item.name for item in specs}]
    example = next((result for result in recorded if result.model == spec.name), None)
    return {
        "spec": spec,
        "shape": "×".join(str(side) for side in spec.inputs[0].shape[1:]),
        "steps": [step(op) for op in spec.preprocess],
        "operator": fuse(spec.preprocess).op_type.value,
        "rows": [row for item in specs for row in _rows(item, recorded)],
        "result": example,
        "deployments": [_deployment(spec, target) for target in spec.targets],
        "export": typed(commands.export(spec)),
        "pack": typed(commands.pack(spec)),
        "layout": layout,
        "json": layout.vdsp_params(spec),
    }


def _rows(spec: RunnableSpec, results: Sequence[Result]) -> list[Row]:
    """fp32 first, then each target; fp32 is what the first recorded precision was compared with."""
    by_dtype = {result.dtype: result for result in results if result.model == spec.name}
    baseline = next(iter(by_dtype.values()), None)
    return [
        _row(spec, "fp32", baseline),
        *(_row(spec, target.dtype, by_dtype.get(target.dtype)) for target in spec.targets),
    ]


def _row(spec: RunnableSpec, dtype: str, result: Result | None) -> Row:
    metrics = result.metrics.get(dtype, {}) if result else {}
    size = result.network if result and dtype == "fp32" else None
    target = spec.target(dtype)
    mode = f" {target.mode.value}" if target is not None and target.dtype == "int8" else ""
    return Row(
        title=spec.display_name,
        precision=dtype + mode,
        parameters=f"{size.parameters / 1e6:.3f}" if size else "–",
        macs=f"{size.macs / 1e9:.3f}" if size else "–",
        flops=f"{size.flops / 1e9:.3f}" if size else "–",
        published=figure(spec.published_score(dtype)),
        measured=figure(metrics.get("miou")),
        drop=figure(result.drop()) if result and dtype != "fp32" else "–",
        dice=figure(metrics.get("dice")),
    )


def _deployment(spec: RunnableSpec, target: Target) -> Deployment:
    return Deployment(
        dtype=target.dtype,
        yaml=str(layout.compile_yaml(spec, target)),
        compile=typed(commands.compile_model(spec, target, HOME)),
        infer=typed(commands.infer(spec, target, HOME)),
        measure=typed(commands.measure(spec, target, HOME)),
        infer_packed=typed(commands.infer_packed(spec, target, HOME)),
        evaluate=typed(commands.evaluate(spec, target)),
    )


def typed(command: Command) -> str:
    """A command as it is typed in a shell, broken before its long options where it is long."""
    words = [to_shell(word) for word in command]
    line = " ".join(words)
    if len(line) <= WIDTH:
        return line
    lines = [""]
    for word in words:
        if word.startswith("--"):
            lines.append(f"    {word}")
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return " \\\n".join(lines)


def step(op: Op) -> tuple[str, str]:
    """One preprocessing step in English and in Chinese."""
    match op:
        case Decode():
            return ("decode as grey", "解码为灰度图") if op.gray else ("decode as RGB", "解码为 RGB 图像")
        case ToBGR():
            return "swap to BGR", "转换为 BGR 通道顺序"
        case ToYCrCb():
            return "convert to YCrCb", "转换为 YCrCb"
        case PickChannel():
            return f"keep channel {op.index}", f"保留第 {op.index} 通道"
        case Resize():
            size = f"{op.height}×{op.width}"
            return f"resize to {size} ({op.kernel.value})", f"缩放至 {size}({op.kernel.value})"
        case ResizeToFit():
            size = f"{op.height}×{op.width}"
            return f"resize to fit inside {size}, aspect ratio kept", f"保持宽高比缩放至 {size} 以内"
        case Letterbox():
            size = f"{op.height}×{op.width}"
            fill = "the chip's default" if op.fill is None else op.fill
            return f"letterbox to {size}, filled with {fill}", f"letterbox 至 {size},填充值 {fill}"
        case CenterCrop():
            return f"crop the middle {op.height}×{op.width}", f"中心裁剪 {op.height}×{op.width}"
        case Normalize():
            x = "x/255" if op.div255 else "x"
            formula = x if op.mean is None else f"({x} − {list(op.mean)}) / {list(op.std or ())}"
            return f"normalise: {formula}", f"归一化:{formula}"
        case CustomFunc():
            return f"call {op.func_name} of {op.module_path}", f"调用 {op.module_path} 的 {op.func_name}"
        case VendorOp():
            return f"{op.name}: {op.arguments}", f"{op.name}:{op.arguments}"
        case ToTensor():
            return "to planar floating point (C×H×W)", "转换为浮点 C×H×W 张量"
        case _:
            assert_never(op)
