"""Operators looked into, changed and run on their own."""

import sys

import cv2
import numpy as np
import vaststreamx as vsx

params_json = sys.argv[1]
vsx.set_device(0)
ops = vsx.Operator.load_ops_from_json_file(params_json)
fusion = [op for op in ops if op.op_type >= 100]
assert fusion and fusion[0].op_type >= vsx.OpType.FUSION_OP_YUV_NV12_RESIZE_2RGB_NORM_TENSOR
buildin = fusion[0].cast_to_buildin_operator()
assert "IIMAGE_FORMAT" in buildin.attributes.keys()
print("format", buildin.get_attribute(vsx.AttrKey.IIMAGE_FORMAT))

height, width = 30, 40
array = np.random.RandomState(0).randint(0, 256, (3, height, width)).astype(np.uint8)
image = vsx.create_image(array, vsx.ImageFormat.RGB_PLANAR, width, height, 0)
short = 12
buildin.set_attribute(
    {
        vsx.AttrKey.IIMAGE_WIDTH: image.width,
        vsx.AttrKey.IIMAGE_HEIGHT: image.height,
        vsx.AttrKey.IIMAGE_WIDTH_PITCH: image.width,
        vsx.AttrKey.IIMAGE_HEIGHT_PITCH: image.height,
        vsx.AttrKey.RESIZE_WIDTH: 16,
        vsx.AttrKey.RESIZE_HEIGHT: short,
        vsx.AttrKey.CROP_X: 4,
        vsx.AttrKey.CROP_Y: 2,
        vsx.AttrKey.OIMAGE_WIDTH: 8,
        vsx.AttrKey.OIMAGE_HEIGHT: 8,
    }
)
[tensor] = buildin.execute(images=[image], output_info=[((3, 8, 8), vsx.TypeFlag.FLOAT16)])
resized = cv2.resize(array.transpose(1, 2, 0), (16, short), interpolation=cv2.INTER_LINEAR)
expected = resized[2:10, 4:12].transpose(2, 0, 1).astype(np.float16)
print("fused", tensor.shape, np.array_equal(vsx.as_numpy(tensor).squeeze(), expected))

single = vsx.BuildInOperator(vsx.OpType.SINGLE_OP_RESIZE)
nv12 = vsx.cvtcolor(image, vsx.ImageFormat.YUV_NV12, vsx.ImageColorSpace.COLOR_SPACE_BT601)
single.set_attribute(
    {
        vsx.AttrKey.IIMAGE_FORMAT: vsx.ImageType.YUV_NV12,
        vsx.AttrKey.IIMAGE_WIDTH: nv12.width,
        vsx.AttrKey.IIMAGE_HEIGHT: nv12.height,
        vsx.AttrKey.OIMAGE_WIDTH: 20,
        vsx.AttrKey.OIMAGE_HEIGHT: 10,
        vsx.AttrKey.RESIZE_TYPE: vsx.ImageResizeType.BILINEAR_CV,
    }
)
[smaller] = single.execute([nv12], [(vsx.ImageFormat.YUV_NV12, 20, 10)])
print("single", smaller.width, smaller.height, smaller.format, vsx.as_numpy(smaller).squeeze().shape)
luma = cv2.resize(vsx.as_numpy(nv12)[:height], (20, 10), interpolation=cv2.INTER_LINEAR)
print("luma", np.array_equal(vsx.as_numpy(smaller)[:10], luma))

boxed = vsx.resize_copy_make_border(
    vsx.cvtcolor(image, vsx.ImageFormat.BGR_INTERLEAVE),
    vsx.ImageResizeType.BILINEAR_CV,
    24,
    20,
    vsx.ImagePaddingType.PADDING_TYPE_CONSTANT,
    [114, 114, 114],
    padding_edges=(1, 1, 2, 2),
)
print("boxed", boxed.width, boxed.height, vsx.as_numpy(boxed).squeeze()[0, 0].tolist())
part = vsx.crop(vsx.resize(image, vsx.ImageResizeType.BILINEAR_PILLOW, resize_width=20, resize_height=16), (2, 3, 8, 6))
print("part", part.width, part.height, part.format)
