"""Any spec for the vendor's compiler: its files import, and what is imported renders to the same files."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vcomp.importing.comparison import Status
from vcomp.importing.run import import_paths
from vcomp.preprocess.fuse import fuse, unfuse
from vcomp.project import load_model
from vcomp.render.documents import compile_document, vdsp_document
from vcomp.render.layout import compile_yaml, vdsp_params
from vcomp.render.render import compile_text, vdsp_text
from vcomp.spec import (
    Calibrate,
    CenterCrop,
    CenterPoint,
    Checkpoint,
    CompileOptions,
    Decode,
    DynamicOptions,
    Fp16,
    FusedOp,
    HuggingFace,
    ImageFolder,
    Input,
    Int8,
    Kernel,
    Letterbox,
    ModelSpec,
    Normalize,
    NpzFolder,
    Resize,
    Softmax,
    ToBGR,
    TokenInput,
    ToTensor,
    WeightQuantize,
    Workspace,
    Yolo,
)

PRINTABLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
TEXTS = st.text(PRINTABLE, min_size=1, max_size=12).filter(str.strip)
SIDES = st.integers(1, 2000)
MAYBE = st.none() | st.booleans()
COUNTS = st.none() | st.integers(0, 4)
LAYERS = st.lists(st.integers(0, 300), max_size=8).map(tuple)
CHANNELS = st.tuples(*[st.floats(-300, 300, width=16)] * 3)
STDS = st.tuples(*[st.floats(0.015625, 300, width=16)] * 3)


def kinds_of_options() -> dict[str, Any]:
    """A strategy for each option of the compiler, by its type."""
    found: dict[str, Any] = {}
    for name, field in CompileOptions.model_fields.items():
        text = str(field.annotation)
        if "tuple" in text:
            values = st.lists(TEXTS if "str" in text else st.integers(0, 9), min_size=1, max_size=3)
            found[name] = st.none() | values.map(tuple)
        else:
            found[name] = MAYBE if "bool" in text else COUNTS
    found["dynamic"] = st.none() | st.builds(DynamicOptions, is_elic_gs=MAYBE)
    found["real_output_shape"] = st.sampled_from([None, ((32, 48),)])
    return found


OPTIONS = st.builds(CompileOptions, **kinds_of_options())
KERNELS = st.sampled_from([Kernel.BILINEAR_CV, Kernel.BILINEAR_PILLOW, Kernel.BICUBIC, Kernel.BICUBIC_PILLOW])
NORMAL = st.builds(Normalize, div255=st.booleans()) | st.builds(
    Normalize, mean=CHANNELS, std=STDS, div255=st.booleans()
)


@st.composite
def steps(draw: Any) -> tuple[tuple[int, int], list[Any]]:
    """The steps of a calibration that the chip's operators can do, and the size that they end with."""
    height, width, kernel = draw(SIDES), draw(SIDES), draw(KERNELS)
    match draw(st.sampled_from(["stretch", "crop", "letterbox"])):
        case "stretch":
            shape = [Resize(height=height, width=width, kernel=kernel)]
        case "crop":
            larger = Resize(
                height=height + draw(st.integers(0, 64)), width=width + draw(st.integers(0, 64)), kernel=kernel
            )
            shape = [larger, CenterCrop(height=height, width=width)]
        case _:
            width = height
            shape = [Letterbox(height=height, width=width, fill=draw(st.none() | st.integers(0, 255)), kernel=kernel)]
    swap = [ToBGR()] if draw(st.booleans()) else []
    normal = [draw(NORMAL)] if draw(st.booleans()) else []
    return (height, width), [Decode(), *swap, *shape, *normal, ToTensor()]


NEW_OPTIONS = st.sampled_from(["compile.new", "quantize.other", "third"])
NEW_KEYS = st.sampled_from(["frontend.new", "dataset.sampler.odd", "other.deep.er"])
INT8 = st.builds(
    Int8,
    calibrate=st.none() | st.sampled_from(Calibrate),
    per_channel=MAYBE,
    calibrate_range=st.none() | st.floats(0.5, 1),
    overflow_adaptive=COUNTS,
    calibrate_chunk_by=st.none() | st.just(-1),
    skip_conv_layers=LAYERS,
    exclude_layers=LAYERS,
    quantize_mode=st.none() | TEXTS,
    quantize_operators=st.lists(TEXTS, max_size=2).map(tuple),
    requant_suppress=MAYBE,
    extra=st.dictionaries(NEW_OPTIONS, TEXTS | st.integers(), max_size=2),
)
EXTRA_OPS = st.sampled_from(
    [
        None,
        Softmax(),
        Yolo(type="yolov8_nms", num_classes=80, nms_threshold=0.65, strides=(8, 16), seg_enable=True),
        Yolo(type="yolov5_nms", num_classes=1, confidence_threshold=0.25, anchor=(10, 13.5), strides=(8,)),
        CenterPoint(score_thresh=0.1, voxel_size=(0.32, 0.32, 6)),
    ]
)
WORKSPACES = st.builds(Workspace, path=st.none() | TEXTS, workers=st.none() | st.integers(1, 8), env_recheck=MAYBE)
FOLDERS = st.builds(
    ImageFolder, path=TEXTS, suffix=st.sampled_from(["", "png", "JPEG"]), limit=st.none() | st.integers(1, 99)
)
CHECKPOINTS = st.builds(
    Checkpoint,
    path=TEXTS,
    framework=st.sampled_from(["onnx", "pytorch", "keras", "tensorflow", "darknet"]),
    dtype=st.sampled_from([None, "fp32", "int64"]),
)


@st.composite
def image_specs(draw: Any) -> ModelSpec:
    """A network of images, compiled from a file as it stands."""
    size, preprocess = draw(steps())
    return ModelSpec(
        name="net",
        network=draw(CHECKPOINTS),
        inputs=[Input(name=draw(TEXTS), shape=(1, 3, *size))],
        preprocess=preprocess,
        calibration=draw(FOLDERS),
        targets=[draw(INT8)],
        compile=draw(OPTIONS),
        extra_op=draw(EXTRA_OPS),
        workspace=draw(WORKSPACES),
        extra=draw(st.dictionaries(NEW_KEYS, st.booleans(), max_size=2)),
    )


@st.composite
def language_models(draw: Any) -> ModelSpec:
    """A folder of Hugging Face's."""
    quantize = WeightQuantize(type=draw(st.sampled_from(["w8a16_gptq", "w16kv8"])), true_sequential=draw(MAYBE))
    return ModelSpec(
        name="net",
        network=HuggingFace(
            path=draw(TEXTS), tp=draw(st.none() | st.integers(1, 8)), b2s=draw(MAYBE), quantize=quantize
        ),
        inputs=[TokenInput(prefill=draw(SIDES), total=draw(st.none() | SIDES))],
        targets=[draw(st.sampled_from([Fp16(), Int8()]))],
        compile=draw(OPTIONS),
    )


@st.composite
def dynamic_specs(draw: Any) -> ModelSpec:
    """A network of ready inputs, one of which may vary in shape."""
    pairs = draw(st.lists(st.tuples(SIDES, st.integers(0, 9)), min_size=1, max_size=4))
    low, shape = [least for least, _ in pairs], [least + more for least, more in pairs]
    return ModelSpec(
        name="net",
        network=Checkpoint(path=draw(TEXTS), framework="onnx", dtype="int64"),
        inputs=[Input(name="a", shape=shape, smallest=low), Input(name="b", shape=[1, draw(SIDES)])],
        calibration=NpzFolder(path=draw(TEXTS), limit=7),
        targets=[draw(INT8)],
    )


def brought_back(spec: ModelSpec) -> ModelSpec:
    """The spec that importing a spec's files gives; they come back equal."""
    (target,) = spec.targets
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "zoo" / "net"
        yaml = folder / compile_yaml(spec, target)
        yaml.parent.mkdir(parents=True)
        yaml.write_text(compile_text(compile_document(spec, target), compile_yaml(spec, target)))
        operator = vdsp_document(spec)
        if operator is not None:
            file = folder / vdsp_params(spec)
            file.parent.mkdir(parents=True)
            file.write_text(vdsp_text(operator, vdsp_params(spec)))
        report = import_paths([folder], Path(name) / "models", verify=True)
        assert {item.status for item in report.files} <= {"imported", "findings"}, [
            item.to_json() for item in report.files
        ]
        assert {item.roundtrip for item in report.files} == {Status.EQUAL}, [item.to_json() for item in report.files]
        (back,) = load_model(Path(name) / "models" / "net").specs
    return back


@settings(max_examples=60)
@given(spec=image_specs() | language_models() | dynamic_specs())
def test_what_is_rendered_imports_and_renders_to_the_same(spec: ModelSpec) -> None:
    back = brought_back(spec)
    assert compile_document(back, back.targets[0]) == compile_document(spec, spec.targets[0])
    assert vdsp_document(back) == vdsp_document(spec)
    assert brought_back(back) == back


@settings(max_examples=60)
@given(spec=image_specs())
def test_an_operator_alone_comes_back_with_the_same_steps(spec: ModelSpec) -> None:
    ops, how = unfuse(fuse(spec.preprocess))
    assert how == FusedOp()
    assert fuse(ops, how) == fuse(spec.preprocess)
