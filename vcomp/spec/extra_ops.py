"""The operator that the compiler appends to the network, so that the chip returns finished results.

Names of types and parameters are the vendor's (`graph.extra_ops`).
"""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveInt

from vcomp.spec.base import Part

Number = int | float
Fraction = Annotated[float, Field(ge=0, le=1)]


class Softmax(Part):
    """Every output's values to probabilities."""

    type: Literal["softmax"] = "softmax"


class InsertOdma(Part):
    """Moves data on the card."""

    type: Literal["insert_odma"] = "insert_odma"


class Yolo(Part):
    """YOLO by its version, with anchors (4, 5; 5 also serves 3, 7 and YOLOR: 6 numbers per stride) or without."""

    type: Literal["yolov4_nms", "yolov5_nms", "yolov8_nms", "yolov10_nms", "yolov11_nms", "yolov12_nms", "yolox_nms"]
    num_classes: PositiveInt | None = None
    nms_threshold: Fraction | None = None
    confidence_threshold: Fraction | None = None
    anchor: tuple[Number, ...] | None = None
    strides: tuple[PositiveInt, ...] | None = None
    seg_enable: bool | None = None


class RetinaFace(Part):
    """Faces with five landmarks; `anchor` has two sizes per stride."""

    type: Literal["retinaface_nms"] = "retinaface_nms"
    num_classes: PositiveInt | None = None
    nms_threshold: Fraction | None = None
    confidence_threshold: Fraction | None = None
    anchor: tuple[Number, ...] | None = None


class CenterPoint(Part):
    """Boxes in a point cloud, by CenterPoint."""

    type: Literal["centerpoint_nms"] = "centerpoint_nms"
    score_thresh: Fraction | None = None
    nms_thresh: Fraction | None = None
    feature_map_stride: PositiveInt | None = None
    nms_pre_max: PositiveInt | None = None
    nms_post_max: PositiveInt | None = None
    max_obj_per_sample: PositiveInt | None = None
    voxel_size: tuple[Number, ...] | None = None
    point_cloud_range: tuple[Number, ...] | None = None
    post_center_limit_range: tuple[Number, ...] | None = None


class PointPillar(Part):
    """Boxes in a point cloud, by PointPillars."""

    type: Literal["pointpillar_nms"] = "pointpillar_nms"
    point_cloud_range: tuple[Number, ...] | None = None
    voxel_size: tuple[Number, ...] | None = None
    grid_stride: tuple[PositiveInt, ...] | None = None
    num_classes: PositiveInt | None = None
    nms_topk: PositiveInt | None = None
    post_nms: PositiveInt | None = None
    confidence_thresh: Fraction | None = None
    nms_thresh: Fraction | None = None
    dir_offset: NonNegativeFloat | None = None
    dir_limit_offset: NonNegativeFloat | None = None
    anchor_size: tuple[Number, ...] | None = None
    anchor_rotations: tuple[Number, ...] | None = None
    anchor_heights: tuple[Number, ...] | None = None


ExtraOp = Annotated[Softmax | InsertOdma | Yolo | RetinaFace | CenterPoint | PointPillar, Field(discriminator="type")]
