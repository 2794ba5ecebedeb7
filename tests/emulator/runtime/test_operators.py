"""Operators on their own: attributes, and what execute makes of images."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.emulator import networks
from vcomp.emulator.runtime.codes import (
    AttrKey,
    ColorCvtCode,
    ImageColorSpace,
    ImageFlipType,
    ImageFormat,
    ImageResizeType,
    ImageType,
    ImageWarpAffineMode,
    OpType,
    TypeFlag,
)
from vcomp.emulator.runtime.images import Image, create_image
from vcomp.emulator.runtime.operators import BuildInOperator, Operator
from vcomp.emulator.runtime.tensors import Tensor, as_numpy

HEIGHT, WIDTH = 20, 30


def pixels(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def rgb() -> Image:
    return create_image(np.ascontiguousarray(pixels().transpose(2, 0, 1)), ImageFormat.RGB_PLANAR, WIDTH, HEIGHT, 0)


def bgr() -> Image:
    return create_image(pixels(), ImageFormat.BGR_INTERLEAVE, WIDTH, HEIGHT, 0)


def nv12() -> Image:
    array = np.random.default_rng(1).integers(16, 236, (HEIGHT * 3 // 2, WIDTH), np.uint8)
    return create_image(array, ImageFormat.YUV_NV12, WIDTH, HEIGHT, 0)


def executed(op_type: OpType, image: Image, attributes: dict[AttrKey, Any], output_info: Any = None) -> list[Image]:
    operator = BuildInOperator(op_type)
    operator.set_attribute(attributes)
    made = operator.execute(images=[image], output_info=output_info)
    assert all(isinstance(one, Image) for one in made)
    return made  # type: ignore[return-value]


class TestAttributes:
    def loaded(self, tmp_path: Path, **config: Any) -> BuildInOperator:
        path = networks.write_operator(tmp_path / "op.json", **config)
        return Operator.load_ops_from_json_file(path)[0].cast_to_buildin_operator()

    def test_words_are_read_as_integers(self, tmp_path: Path) -> None:
        operator = self.loaded(tmp_path, OimageWidth=8, OimageHeight=6, Mean=[1, 2, 3], ColorSpace="BT601")
        assert operator.get_attribute(AttrKey.IIMAGE_FORMAT) == 5000
        assert operator.get_attribute(AttrKey.COLOR_CVT_CODE) == 2
        assert operator.get_attribute(AttrKey.RESIZE_TYPE) == ImageResizeType.BILINEAR_CV
        assert operator.get_attribute(AttrKey.COLOR_SPACE) == ImageColorSpace.COLOR_SPACE_BT601
        assert operator.get_attribute(AttrKey.OIMAGE_WIDTH) == 8
        assert operator.get_attribute(AttrKey.MEAN, 1) == 2
        assert {"IIMAGE_FORMAT", "OIMAGE_WIDTH", "MEAN"} <= set(operator.attributes)

    def test_what_is_set_is_read_back(self, tmp_path: Path) -> None:
        operator = self.loaded(tmp_path)
        operator.set_attribute(
            {
                AttrKey.IIMAGE_FORMAT: ImageType.BGR888,
                AttrKey.COLOR_CVT_CODE: ColorCvtCode.BGR2RGB,
                AttrKey.OIMAGE_WIDTH: np.int64(9),
                AttrKey.CROP_X: [1, 2],
                AttrKey.CROP_Y: np.array([3, 4]),
            }
        )
        assert operator.get_attribute(AttrKey.IIMAGE_FORMAT) == 5003
        assert operator.get_attribute(AttrKey.COLOR_CVT_CODE) == 3
        assert operator.get_attribute(AttrKey.OIMAGE_WIDTH) == 9
        assert operator.get_attribute(AttrKey.CROP_X, 1) == 2
        assert operator.get_attribute(AttrKey.CROP_Y) == [3, 4]

    @pytest.mark.parametrize(
        ("call", "says"),
        [
            (lambda operator: operator.get_attribute(AttrKey.CROP_X), "has no CROP_X"),
            (lambda operator: operator.get_attribute(AttrKey.RESIZE_TYPE, 0), "has no item 0"),
            (lambda operator: operator.get_attribute("ResizeType"), "expected a member of AttrKey"),
            (lambda operator: operator.set_attribute({"ResizeType": 1}), "expected a member of AttrKey"),
            (lambda operator: operator.set_attribute([1]), "{AttrKey: value, …}"),
            (lambda operator: operator.set_attribute({AttrKey.RESIZE_TYPE: 99}), "99 is no ImageResizeType"),
            (lambda operator: operator.execute(images=[]), "got no images"),
            (lambda operator: operator.execute(images=[rgb()], output_info=[((3, 4, 5), TypeFlag.FLOAT16)]), "says"),
            (lambda operator: operator.execute(images=[bgr()]), "the operator takes ImageFormat.RGB_PLANAR"),
            (lambda operator: operator.execute(images=[rgb()], output_info=["x"]), "output_info holds 'x'"),
        ],
    )
    def test_misuse_is_explained(self, tmp_path: Path, call: Any, says: str) -> None:
        with pytest.raises(RuntimeError) as raised:
            call(self.loaded(tmp_path, OimageWidth=8, OimageHeight=8))
        assert says in str(raised.value)

    @pytest.mark.parametrize("op_type", [OpType.FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR, OpType.SINGLE_OP_CROP])
    def test_an_operator_by_its_type_alone_is_that_of_texts(self, op_type: OpType) -> None:
        with pytest.raises(RuntimeError, match="BERT_EMBEDDING_OP"):
            Operator(op_type)
        with pytest.raises(RuntimeError, match="has no attributes"):
            Operator(OpType.BERT_EMBEDDING_OP).cast_to_buildin_operator()
        with pytest.raises(RuntimeError, match="an operator on images"):
            BuildInOperator(OpType.BERT_EMBEDDING_OP)


class TestFused:
    def test_every_image_becomes_a_tensor(self, tmp_path: Path) -> None:
        path = networks.write_operator(tmp_path / "op.json", NormaType="DIV255")
        [operator] = Operator.load_ops_from_json_file(path)
        made = operator.cast_to_buildin_operator().execute([rgb(), rgb()], [((3, 10, 15), TypeFlag.FLOAT16)])
        expected = cv2.resize(pixels(), (15, 10), interpolation=cv2.INTER_LINEAR) / np.float32(255)
        for tensor in made:
            assert isinstance(tensor, Tensor)
            np.testing.assert_array_equal(as_numpy(tensor), expected.astype(np.float16).transpose(2, 0, 1))

    @pytest.mark.parametrize("output_info", [None, [], (), [(np.array([3, HEIGHT, WIDTH]), TypeFlag.FLOAT16)]])
    def test_the_output_may_be_declared_in_any_way_or_not_at_all(self, tmp_path: Path, output_info: Any) -> None:
        [operator] = Operator.load_ops_from_json_file(networks.write_operator(tmp_path / "op.json"))
        [tensor] = operator.cast_to_buildin_operator().execute([rgb()], output_info)
        assert isinstance(tensor, Tensor)
        np.testing.assert_array_equal(as_numpy(tensor), pixels().transpose(2, 0, 1).astype(np.float16))


class TestSingle:
    """Each operator against OpenCV."""

    def test_resize(self) -> None:
        size = {AttrKey.OIMAGE_WIDTH: 12, AttrKey.OIMAGE_HEIGHT: 8, AttrKey.RESIZE_TYPE: ImageResizeType.BILINEAR_CV}
        [made] = executed(OpType.SINGLE_OP_RESIZE, bgr(), size)
        np.testing.assert_array_equal(as_numpy(made), cv2.resize(pixels(), (12, 8)))

    def test_resize_to_a_declared_size_and_format(self) -> None:
        kernel = {AttrKey.RESIZE_TYPE: ImageResizeType.NEAREST}
        [made] = executed(OpType.SINGLE_OP_RESIZE, bgr(), kernel, [(ImageFormat.RGB_PLANAR, 12, 8)])
        assert (made.width, made.height, made.format) == (12, 8, ImageFormat.RGB_PLANAR)
        expected = cv2.resize(pixels(), (12, 8), interpolation=cv2.INTER_NEAREST)[..., ::-1].transpose(2, 0, 1)
        np.testing.assert_array_equal(as_numpy(made), expected)

    def test_crop(self) -> None:
        place = {AttrKey.CROP_X: 4, AttrKey.CROP_Y: 6, AttrKey.CROP_WIDTH: 10, AttrKey.CROP_HEIGHT: 8}
        [made] = executed(OpType.SINGLE_OP_CROP, bgr(), place)
        np.testing.assert_array_equal(as_numpy(made), pixels()[6:14, 4:14])

    @pytest.mark.parametrize(
        ("code", "opencv", "format"),
        [
            (ColorCvtCode.YUV2RGB_NV12, cv2.COLOR_YUV2RGB_NV12, ImageFormat.RGB_PLANAR),
            (ColorCvtCode.YUV2BGR_NV12, cv2.COLOR_YUV2BGR_NV12, ImageFormat.BGR_PLANAR),
        ],
    )
    def test_cvt_color_of_nv12(self, code: ColorCvtCode, opencv: int, format: ImageFormat) -> None:
        [made] = executed(OpType.SINGLE_OP_CVT_COLOR, nv12(), {AttrKey.COLOR_CVT_CODE: code})
        assert made.format is format
        np.testing.assert_array_equal(as_numpy(made), cv2.cvtColor(as_numpy(nv12()), opencv).transpose(2, 0, 1))

    def test_cvt_color_to_planes_and_to_grey(self) -> None:
        [planar] = executed(
            OpType.SINGLE_OP_CVT_COLOR, bgr(), {AttrKey.COLOR_CVT_CODE: ColorCvtCode.BGR2RGB_INTERLEAVE2PLANAR}
        )
        assert planar.format is ImageFormat.RGB_PLANAR
        np.testing.assert_array_equal(as_numpy(planar), pixels()[..., ::-1].transpose(2, 0, 1))
        [gray] = executed(OpType.SINGLE_OP_CVT_COLOR, bgr(), {AttrKey.COLOR_CVT_CODE: ColorCvtCode.BGR2GRAY_INTERLEAVE})
        np.testing.assert_array_equal(as_numpy(gray), cv2.cvtColor(pixels(), cv2.COLOR_BGR2GRAY))

    def test_cvt_color_swaps_either_way(self) -> None:
        for code in (ColorCvtCode.BGR2RGB, ColorCvtCode.RGB2BGR):
            for image, format in ((rgb(), ImageFormat.BGR_PLANAR), (bgr(), ImageFormat.RGB_INTERLEAVE)):
                [made] = executed(OpType.SINGLE_OP_CVT_COLOR, image, {AttrKey.COLOR_CVT_CODE: code})
                assert made.format is format
                axis = 0 if image.format is ImageFormat.RGB_PLANAR else 2
                np.testing.assert_array_equal(as_numpy(made), np.flip(as_numpy(image), axis))

    def test_cvt_color_to_a_declared_format(self) -> None:
        [made] = executed(OpType.SINGLE_OP_CVT_COLOR, rgb(), {}, [(ImageFormat.YUV_NV12, WIDTH, HEIGHT)])
        assert made.format is ImageFormat.YUV_NV12

    def test_cvt_color_may_change_nothing(self) -> None:
        [made] = executed(OpType.SINGLE_OP_CVT_COLOR, rgb(), {AttrKey.COLOR_CVT_CODE: ColorCvtCode.NO_CHANGE})
        assert made.format is ImageFormat.RGB_PLANAR
        np.testing.assert_array_equal(as_numpy(made), as_numpy(rgb()))

    def test_flip(self) -> None:
        [made] = executed(OpType.SINGLE_OP_FLIP, nv12(), {AttrKey.DIRECTION: ImageFlipType.FLIP_TYPE_Y_AXIS})
        np.testing.assert_array_equal(as_numpy(made)[:HEIGHT], as_numpy(nv12())[:HEIGHT, ::-1])

    def test_scale_makes_as_many_as_it_is_told(self) -> None:
        sizes = {AttrKey.OIMAGE_CNT: 2, AttrKey.OIMAGE_WIDTH: [10, 16], AttrKey.OIMAGE_HEIGHT: [8, 12]}
        made = executed(OpType.SINGLE_OP_SCALE, nv12(), sizes)
        assert [(image.width, image.height) for image in made] == [(10, 8), (16, 12)]

    def test_scale_makes_the_sizes_that_are_declared(self) -> None:
        declared = [(ImageFormat.YUV_NV12, 10, 8), (ImageFormat.YUV_NV12, 16, 12)]
        made = executed(OpType.SINGLE_OP_SCALE, nv12(), {}, declared)
        assert [(image.width, image.height) for image in made] == [(10, 8), (16, 12)]

    def test_batch_crop_resize(self) -> None:
        rectangles = {
            AttrKey.CROP_NUM: 2,
            AttrKey.CROP_X: [0, 4],
            AttrKey.CROP_Y: [2, 6],
            AttrKey.CROP_WIDTH: [10, 12],
            AttrKey.CROP_HEIGHT: [8, 10],
            AttrKey.OIMAGE_WIDTH: 6,
            AttrKey.OIMAGE_HEIGHT: 4,
            AttrKey.RESIZE_TYPE: ImageResizeType.BILINEAR_CV,
        }
        interleaved = create_image(pixels(), ImageFormat.RGB_INTERLEAVE, WIDTH, HEIGHT)
        first, second = executed(OpType.SINGLE_OP_BATCH_CROP_RESIZE, interleaved, rectangles)
        np.testing.assert_array_equal(as_numpy(first), cv2.resize(pixels()[2:10, 0:10], (6, 4)))
        np.testing.assert_array_equal(as_numpy(second), cv2.resize(pixels()[6:16, 4:16], (6, 4)))

    def test_copy_make_border(self) -> None:
        border = {
            AttrKey.OIMAGE_WIDTH: 24,
            AttrKey.OIMAGE_HEIGHT: 16,
            AttrKey.EDGE_TOP: 1,
            AttrKey.EDGE_BOTTOM: 3,
            AttrKey.EDGE_LEFT: 2,
            AttrKey.EDGE_RIGHT: 4,
            AttrKey.PADDING: [9, 8, 7],
            AttrKey.RESIZE_TYPE: ImageResizeType.BILINEAR_CV,
        }
        [made] = executed(OpType.SINGLE_OP_COPY_MAKE_BORDER, bgr(), border)
        inner = cv2.resize(pixels(), (18, 12))
        expected = cv2.copyMakeBorder(inner, 1, 3, 2, 4, cv2.BORDER_CONSTANT, value=(9, 8, 7))
        np.testing.assert_array_equal(as_numpy(made), expected)

    @pytest.mark.parametrize(
        "matrix",
        [
            [1.0, 0.0, 4.0, 0.0, 1.0, 2.0],
            [[1, 0, 4], [0, 1, 2]],
            np.float32([[1, 0, 4], [0, 1, 2]]),
        ],
        ids=["flat", "nested", "array"],
    )
    def test_warp_affine(self, matrix: Any) -> None:
        mode = ImageWarpAffineMode.WARP_AFFINE_MODE_NEAREST
        [made] = executed(
            OpType.SINGLE_OP_WARP_AFFINE,
            nv12(),
            {AttrKey.M: matrix, AttrKey.FLAGS: mode, AttrKey.BORDER_VALUE: [0, 128, 128]},
        )
        luma = cv2.warpAffine(
            as_numpy(nv12())[:HEIGHT], np.reshape(np.float64(matrix), (2, 3)), (WIDTH, HEIGHT), flags=cv2.INTER_NEAREST
        )
        np.testing.assert_array_equal(as_numpy(made)[:HEIGHT], luma)

    @pytest.mark.parametrize(
        ("op_type", "says"),
        [
            (OpType.SINGLE_OP_RESIZE, "RESIZE_TYPE is not set"),
            (OpType.SINGLE_OP_CROP, "OIMAGE_WIDTH is not set"),
            (OpType.SINGLE_OP_FLIP, "DIRECTION is not set"),
            (OpType.SINGLE_OP_WARP_AFFINE, "M is not set"),
        ],
    )
    def test_an_attribute_that_is_missing_is_named(self, op_type: OpType, says: str) -> None:
        with pytest.raises(RuntimeError) as raised:
            BuildInOperator(op_type).execute(images=[nv12()])
        assert says in str(raised.value)
