"""Custom operators before a network: normalise, then cut into patches; the network takes what they mean."""

import ctypes
import sys

import numpy as np
import vaststreamx as vsx

prefix = sys.argv[1]
height = width = 16
patch = 4


class NormalizeConfig(ctypes.Structure):
    _fields_ = [
        ("width", ctypes.c_uint32),
        ("height", ctypes.c_uint32),
        ("in_width_pitch", ctypes.c_uint32),
        ("in_height_pitch", ctypes.c_uint32),
        ("out_width_pitch", ctypes.c_uint32),
        ("out_height_pitch", ctypes.c_uint32),
        ("ch_num", ctypes.c_uint32),
        ("norma_type", ctypes.c_int32),
        ("mean", ctypes.c_uint16 * 4),
        ("std", ctypes.c_uint16 * 4),
    ]


def bits(values):
    return (ctypes.c_uint16 * 4)(*np.array([*values, 0], np.float16).view(np.uint16).tolist())


vsx.set_device(0)
model = vsx.Model(prefix, 1)
model_op = vsx.ModelOperator(model)
graph = vsx.Graph(vsx.GraphOutputType.GRAPH_OUTPUT_TYPE_884_DEVICE)
graph.add_operators(model_op)
stream = vsx.Stream(graph, vsx.StreamBalanceMode.ONCE)
stream.register_operator_output(model_op)
stream.build()

normalize = vsx.CustomOperator(op_name="opf_normalize", elf_file_path="/no/such/normalize.elf")
config = NormalizeConfig(width, height, width, height, width, height, 3, 2, bits([0.5] * 3), bits([0.5] * 3))
array = np.random.RandomState(0).randint(0, 256, (3, height, width)).astype(np.uint8)
tensor = vsx.from_numpy(array, 0)
normalize.set_callback_info([(3, height, width)], [(3, height, width)])
[normal] = normalize.run_sync(
    tensors=[tensor], config=bytes(config), output_info=[((3, height, width), vsx.TypeFlag.FLOAT16)]
)
expected = ((array / np.float32(255) - np.float32(0.5)) / np.float32(0.5)).astype(np.float16)
print("normal", np.abs(vsx.as_numpy(normal).astype(np.float32) - expected).max() < 0.002)

rows, columns = (height // patch) * (width // patch), 3 * patch * patch
aligned = (16, 64)
sides = [width, height, 3, width, height, patch, patch, columns, rows, aligned[1], aligned[0]]
to_depth = vsx.CustomOperator("opf_space_to_depth_out_matrix", "/no/such/space_to_depth.elf")
[matrix] = to_depth.run_sync(
    tensors=[normal],
    config=np.array(sides, np.uint32).tobytes(),
    output_info=[(aligned, vsx.TypeFlag.FLOAT16)],
)
print("matrix", matrix.shape)
output = vsx.as_numpy(stream.run_sync([[matrix]])[0][0])
print("output", output.ndim, np.isfinite(output).all(), "%.4f" % float(output[:256].astype(np.float32).sum()))
