"""The post-processing that `graph.extra_ops` of a compile file appends to a network, as typed values.

`type` and `params` are the vendor's words, as public files write them. `heads` is what `fit_heads` finds out about the
network; a compile file cannot state it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from typing_extensions import Self

from vcomp.emulator.postprocess.heads import Heads
from vcomp.errors import VcompError, shown, unknown
from vcomp.spec import Part

NO_OPERATION = ("insert_odma",)  # moves data on the card
IN_3D = ("centerpoint_nms", "pointpillar_nms")
NUMBERS_PER_STRIDE = 6  # width and height of three anchors

Classes = Annotated[int, Field(strict=True, ge=1, le=10_000, description="an integer from 1 to 10000")]
Threshold = Annotated[float, Field(strict=True, ge=0, le=1, description="a number from 0 to 1")]
Stride = Annotated[int, Field(strict=True, ge=1, le=1024)]
Side = Annotated[float, Field(strict=True, gt=0, le=100_000)]


class Softmax(Part):
    """Every output's values to probabilities."""

    type: Literal["softmax"]


class Detector(Part):
    """What all detectors share. `per_cell` is the number of boxes that each cell of a head predicts."""

    per_cell: ClassVar[int] = 1

    num_classes: Classes
    nms_threshold: Threshold
    confidence_threshold: Threshold
    heads: Heads | None = None


class Strided(Detector):
    """A detector whose compile file states the strides of its heads."""

    strides: tuple[Stride, ...] = Field(
        min_length=1, max_length=8, description="1 to 8 different integers from 1 to 1024"
    )

    @model_validator(mode="after")
    def _strides_differ(self) -> Self:
        if len(set(self.strides)) < len(self.strides):
            raise ValueError(f"strides {list(self.strides)} holds one twice")
        return self


class AnchorYolo(Strided):
    """YOLO with anchors, in pixels: YOLOv4; YOLOv5, and with it YOLOv3, YOLOv7 and YOLOR."""

    per_cell: ClassVar[int] = 3

    type: Literal["yolov4_nms", "yolov5_nms"]
    anchor: tuple[Side, ...] = Field(
        description="a list of numbers from 0 to 100000: width and height of 3 anchors per stride"
    )

    @model_validator(mode="after")
    def _anchors_go_with_strides(self) -> Self:
        if len(self.anchor) != NUMBERS_PER_STRIDE * len(self.strides):
            expected = f"{NUMBERS_PER_STRIDE} for each of the {len(self.strides)} strides"
            raise ValueError(f"anchor holds {len(self.anchor)} numbers, not {expected}")
        return self


class DflYolo(Strided):
    """YOLO without anchors, each side of a box a distribution over distances: YOLOv8 and its successors."""

    type: Literal["yolov8_nms", "yolov10_nms", "yolov11_nms", "yolov12_nms"]
    seg_enable: Annotated[bool, Field(strict=True, description="true or false")] = False

    @model_validator(mode="after")
    def _knows_segmentation(self) -> Self:
        if self.seg_enable and self.type == "yolov10_nms":
            raise ValueError("seg_enable is true, and YOLOv10 has no segmentation")
        return self


class Yolox(Detector):
    """YOLOX: without anchors, one box per cell."""

    strides: ClassVar[tuple[int, ...]] = (8, 16, 32)

    type: Literal["yolox_nms"]


class RetinaFace(Detector):
    """Faces with five landmarks. Whether `num_classes` counts the background is not published: 1 and 2 are the same."""

    strides: ClassVar[tuple[int, ...]] = (8, 16, 32)
    per_cell: ClassVar[int] = 2

    type: Literal["retinaface_nms"]
    num_classes: Annotated[int, Field(strict=True, ge=1, le=2, description="1, or 2 with the background")]
    anchor: tuple[Side, ...] = Field(
        min_length=6, max_length=6, description="6 numbers from 0 to 100000: two sizes of square anchors per stride"
    )


AnyDetector: TypeAlias = AnchorYolo | DflYolo | Yolox | RetinaFace
ExtraOp: TypeAlias = Annotated[Softmax | AnyDetector, Field(discriminator="type")]

_ADAPTER: TypeAdapter[Softmax | AnyDetector] = TypeAdapter(ExtraOp)
_MODELS: dict[str, type[Part]] = {
    "softmax": Softmax,
    **dict.fromkeys(("yolov4_nms", "yolov5_nms"), AnchorYolo),
    **dict.fromkeys(("yolov8_nms", "yolov10_nms", "yolov11_nms", "yolov12_nms"), DflYolo),
    "yolox_nms": Yolox,
    "retinaface_nms": RetinaFace,
}


def read_extra_op(kind: str | None, params: Mapping[str, Any] | None) -> ExtraOp | None:
    """`graph.extra_ops` with its `type` and `params`, or None where it does nothing to the outputs.

    VcompError, without a position, for a type or a parameter that is not known, missing, or out of range.
    """
    if kind is None or kind in NO_OPERATION:
        return None
    if kind in IN_3D:
        raise VcompError(
            f"{kind} is not emulated: it is for detection in point clouds",
            expected=f"one of {', '.join(_MODELS)}, or null",
            mend="compile it with the SDK; or write type: null, and the network's own outputs come back",
        )
    if str(kind) not in _MODELS:  # it may be a list
        raise unknown("type of extra_ops", str(kind), (*_MODELS, *NO_OPERATION, *IN_3D))
    if params is not None and not isinstance(params, Mapping):
        raise VcompError(f"params is {shown(params)}", expected="a mapping")
    fields = {name: field for name, field in _MODELS[kind].model_fields.items() if name not in ("type", "heads")}
    for key in params or {}:
        if key not in fields:
            raise unknown(f"parameter of {kind}", str(key), fields)
    try:
        return _ADAPTER.validate_python({"type": kind, **(params or {})})
    except ValidationError as error:
        first = error.errors()[0]
        raise _fault(kind, first, fields) from None


def _fault(kind: str, error: Any, fields: Mapping[str, Any]) -> VcompError:
    """What pydantic found, in the words of the file. Without a field it is a rule between fields that failed."""
    keys = error["loc"][1:]  # the first is the type of the op
    if not keys:
        return VcompError(f"{kind}: {str(error['msg']).removeprefix('Value error, ')}", mend="correct params")
    name, expected = str(keys[0]), fields[keys[0]].description
    if error["type"] == "missing":
        return VcompError(f"{kind}: params.{name} is missing", expected=expected, mend=f"add {name} to params")
    field = ".".join(map(str, keys))
    return VcompError(f"{kind}: params.{field} is {shown(error['input'])}", expected=expected)
