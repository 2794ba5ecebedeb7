"""The whole public interface by name and by signature, as the vendor's module is known to be called."""

import importlib.util
import inspect
from types import ModuleType
from typing import Any

import pytest

from vcomp.emulator.programs import MODULES

ENUMERATIONS = {
    "ImageFormat": "YUV_NV12 RGB_PLANAR BGR_PLANAR RGB_INTERLEAVE BGR_INTERLEAVE GRAY",
    "StreamBalanceMode": "ONCE RUN",
    "TypeFlag": "UINT8 INT8 UINT16 INT16 UINT32 INT32 FLOAT16 FLOAT32",
    "GraphOutputType": "GRAPH_OUTPUT_TYPE_NCHW_HOST GRAPH_OUTPUT_TYPE_NCHW_DEVICE GRAPH_OUTPUT_TYPE_884_DEVICE",
    "ColorCvtCode": """YUV2RGB_NV12 YUV2BGR_NV12 NO_CHANGE BGR2RGB RGB2BGR BGR2RGB_INTERLEAVE2PLANAR
        RGB2BGR_INTERLEAVE2PLANAR BGR2BGR_INTERLEAVE2PLANAR RGB2RGB_INTERLEAVE2PLANAR YUV2GRAY_NV12
        BGR2GRAY_INTERLEAVE BGR2GRAY_PLANAR RGB2GRAY_INTERLEAVE RGB2GRAY_PLANAR RGB2YUV_NV12_PLANAR
        BGR2YUV_NV12_PLANAR""",
    "AttrKey": """IIMAGE_FORMAT IIMAGE_WIDTH IIMAGE_HEIGHT IIMAGE_WIDTH_PITCH IIMAGE_HEIGHT_PITCH OIMAGE_FORMAT
        OIMAGE_CNT OIMAGE_WIDTH OIMAGE_HEIGHT OIMAGE_WIDTH_PITCH OIMAGE_HEIGHT_PITCH RESIZE_WIDTH RESIZE_HEIGHT
        RESIZE_TYPE CROP_X CROP_Y CROP_WIDTH CROP_HEIGHT CROP_NUM PADDING PADDING_LEFT PADDING_RIGHT PADDING_TOP
        PADDING_BOTTOM EDGE_LEFT EDGE_RIGHT EDGE_TOP EDGE_BOTTOM COLOR_CVT_CODE COLOR_SPACE DIRECTION FLAGS
        BORDER_VALUE BORDER_MODE M""",
    "ImageResizeType": "BILINEAR NEAREST BILINEAR_PILLOW BILINEAR_CV BICUBIC_PILLOW",
    "ImagePaddingType": "PADDING_TYPE_CONSTANT",
    "ImageColorSpace": "COLOR_SPACE_BT601 COLOR_SPACE_BT709",
    "ImageFlipType": "FLIP_TYPE_X_AXIS FLIP_TYPE_Y_AXIS",
    "ImageWarpAffineMode": "WARP_AFFINE_MODE_NEAREST WARP_AFFINE_MODE_BILINEAR",
    "ImageType": "YUV_NV12 RGB_PLANAR BGR_PLANAR RGB888 BGR888 GRAY",
    "CodecType": "CODEC_TYPE_H264 CODEC_TYPE_H265 CODEC_TYPE_HEVC CODEC_TYPE_AV1 CODEC_TYPE_JPEG",
    "CaptureMode": "FULLSPEED_MODE",
    "OpType": """BERT_EMBEDDING_OP SINGLE_OP_RESIZE SINGLE_OP_CROP SINGLE_OP_CVT_COLOR SINGLE_OP_SCALE SINGLE_OP_FLIP
        SINGLE_OP_WARP_AFFINE SINGLE_OP_COPY_MAKE_BORDER SINGLE_OP_BATCH_CROP_RESIZE
        FUSION_OP_RGB_RESIZE_CVTCOLOR_CROP_NORM_TENSOR FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR
        FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR_EXT
        FUSION_OP_RGB_CVTCOLOR_NORM_TENSOR FUSION_OP_RGB_CROP_RESIZE_CVTCOLOR_NORM_TENSOR
        FUSION_OP_YUV_NV12_RESIZE_2RGB_NORM_TENSOR FUSION_OP_YUV_NV12_CVTCOLOR_RESIZE_NORM_TENSOR
        FUSION_OP_YUV_NV12_RESIZE_CVTCOLOR_CROP_NORM_TENSOR FUSION_OP_YUV_NV12_CROP_CVTCOLOR_RESIZE_NORM_TENSOR
        FUSION_OP_YUV_NV12_CVTCOLOR_RESIZE_CROP_NORM_TENSOR FUSION_OP_YUV_NV12_CVTCOLOR_LETTERBOX_NORM_TENSOR
        FUSION_OP_YUV_NV12_LETTERBOX_2RGB_NORM_TENSOR""",
}

INTEGERS = {
    "ImageFormat.YUV_NV12": 0,
    "ImageFormat.RGB_PLANAR": 5000,
    "ImageFormat.BGR_PLANAR": 5001,
    "ImageFormat.RGB_INTERLEAVE": 5002,
    "ImageFormat.BGR_INTERLEAVE": 5003,
    "ImageFormat.GRAY": 5004,
    "ColorCvtCode.YUV2RGB_NV12": 0,
    "ColorCvtCode.NO_CHANGE": 2,
    "ColorCvtCode.BGR2RGB": 3,
    "ColorCvtCode.RGB2BGR": 3,
    "ColorCvtCode.BGR2RGB_INTERLEAVE2PLANAR": 4,
    "ColorCvtCode.YUV2GRAY_NV12": 8,
    "ColorCvtCode.BGR2YUV_NV12_PLANAR": 14,
    "OpType.FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR": 301,
}

PROPERTIES = {
    "Model": "input_shape output_shape input_count output_count batch_size max_batch_size address",
    "Image": "width height format shape widthpitch heightpitch",
    "Tensor": "shape size addr",
    "Operator": "op_type",
    "BuildInOperator": "op_type attributes",
}

X = object()  # any value: what counts is whether the call is taken

CALLS: list[tuple[str, tuple[Any, ...], str]] = [
    # what is called, positional values, names of keywords
    ("set_device", (X,), ""),
    ("as_numpy", (X,), ""),
    ("from_numpy", (X, X), ""),
    ("create_image", (X, X, X, X, X), ""),
    ("create_image", (), "array format width height device_id"),
    ("create_image", (), "rawdata_path format width height device_id"),
    ("Model", (X,), ""),
    ("Model", (X, X), ""),
    ("Model", (X, X, X), ""),
    ("Model", (X,), "batch_size"),
    ("Model.set_batch_size", (X, X), ""),
    ("Model.set_input_shape", (X, X), ""),
    ("ModelOperator", (X,), ""),
    ("Graph", (), ""),
    ("Graph", (X,), ""),
    ("Graph", (X, X), ""),
    ("Graph", (), "do_copy"),
    ("Graph", (), "output_type"),
    ("Graph.add_operators", (X, X), ""),
    ("Graph.add_operators", (X, X, X), ""),
    ("Stream", (X, X), ""),
    ("Stream.register_operator_output", (X, X), ""),
    ("Stream.register_operator_output", (X, X, X), ""),
    ("Stream.register_operator_output", (X, X, X, X), ""),
    ("Stream.build", (X,), ""),
    ("Stream.run_sync", (X, X), ""),
    ("Stream.run_sync", (X, X, X), ""),
    ("Stream.run_async", (X, X), ""),
    ("Stream.run_async", (X, X, X), ""),
    ("Stream.get_operator_output", (X, X), ""),
    ("Stream.close_input", (X,), ""),
    ("Stream.wait_until_done", (X,), ""),
    ("Operator", (X,), ""),
    ("Operator.load_ops_from_json_file", (X,), ""),
    ("Operator.cast_to_buildin_operator", (X,), ""),
    ("BuildInOperator", (X,), ""),
    ("BuildInOperator.get_attribute", (X, X), ""),
    ("BuildInOperator.get_attribute", (X, X, X), ""),
    ("BuildInOperator.set_attribute", (X, X), ""),
    ("BuildInOperator.execute", (X, X, X), ""),
    ("BuildInOperator.execute", (X,), "images output_info"),
    ("BuildInOperator.execute", (X,), "tensors output_info"),
    ("CustomOperator", (X, X), ""),
    ("CustomOperator", (), "op_name elf_file_path"),
    ("CustomOperator.run_sync", (X,), "tensors config output_info"),
    ("CustomOperator.set_config", (X,), "config_bytes config_size"),
    ("CustomOperator.execute", (X,), "tensors output_info"),
    ("CustomOperator.set_callback_info", (X, X, X), ""),
    ("Tensor.clone", (X, X), ""),
    ("Context.CPU", (), ""),
    ("cvtcolor", (X, X), ""),
    ("cvtcolor", (X, X, X), ""),
    ("resize", (X, X, X, X), ""),
    ("resize", (X, X), "resize_width resize_height"),
    ("crop", (X, X), ""),
    ("resize_copy_make_border", (X, X, X, X, X, X), "padding_edges"),
    (
        "resize_copy_make_border",
        (),
        "image resize_type resize_width resize_height padding_type padding_values padding_edges",
    ),
    ("batch_crop_resize", (X, X, X), "resize_width resize_height"),
    ("scale", (X, X, X), ""),
    ("warpaffine", (X,), "matrix mode border_mode value"),
    ("yuvflip", (X, X), ""),
    ("get_all_cards_count", (), ""),
    ("get_all_cards", (), ""),
    ("Die", (X,), ""),
    ("VideoCapture", (X, X, X), ""),
    ("VideoCapture", (X, X, X, X), ""),
    ("VideoWriter", (X, X, X, X, X, X), ""),
    ("VideoDecoder", (X,), ""),
    ("VideoEncoder", (X, X, X, X), ""),
    ("JpegDecoder", (), ""),
    ("JpegEncoder", (), ""),
    ("MediaSource", (), ""),
]


@pytest.fixture(scope="module")
def vsx() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vaststreamx", MODULES / "vaststreamx" / "__init__.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def found(vsx: ModuleType, dotted: str) -> Any:
    value: Any = vsx
    for part in dotted.split("."):
        value = getattr(value, part)
    return value


@pytest.mark.parametrize("enumeration", ENUMERATIONS)
def test_every_member_of_an_enumeration_exists(vsx: ModuleType, enumeration: str) -> None:
    members = getattr(vsx, enumeration).__members__
    assert set(ENUMERATIONS[enumeration].split()) <= set(members)


@pytest.mark.parametrize(("dotted", "integer"), INTEGERS.items())
def test_members_have_the_integers_that_are_known(vsx: ModuleType, dotted: str, integer: int) -> None:
    assert int(found(vsx, dotted)) == integer


@pytest.mark.parametrize("owner", PROPERTIES)
def test_every_property_exists(vsx: ModuleType, owner: str) -> None:
    kind = getattr(vsx, owner)
    for name in PROPERTIES[owner].split():
        assert isinstance(inspect.getattr_static(kind, name, None), property) or name in made_of(kind), name


def made_of(kind: type) -> tuple[str, ...]:
    """The plain attributes that the constructor sets."""
    return tuple(kind.__init__.__code__.co_names)  # type: ignore[misc]


@pytest.mark.parametrize(("called", "positional", "keywords"), CALLS)
def test_every_signature_is_taken(vsx: ModuleType, called: str, positional: tuple[Any, ...], keywords: str) -> None:
    inspect.signature(found(vsx, called)).bind(*positional, **dict.fromkeys(keywords.split(), X))


def test_the_tables_cover_the_interface(vsx: ModuleType) -> None:
    """Whatever the module offers stands in one of the tables, so that a new name comes with a test."""
    classes_and_functions = {call.split(".")[0] for call, _, _ in CALLS}
    assert set(vsx.__all__) == classes_and_functions | set(ENUMERATIONS) | set(PROPERTIES) | {"FrameAttr"}
    members = sum(len(names.split()) for names in ENUMERATIONS.values())
    properties = sum(len(names.split()) for names in PROPERTIES.values())
    assert (len(ENUMERATIONS), members, properties, len(CALLS)) == (15, 116, 19, 72)
