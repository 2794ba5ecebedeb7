"""A network of dynamic shape: the size and the border of each image are given with it."""

import sys
import threading

import numpy as np
import vaststreamx as vsx

module_info, params_json, largest = sys.argv[1], sys.argv[2], int(sys.argv[3])
vsx.set_device(0)
model = vsx.Model(module_info)
model.set_input_shape([[1, 3, largest, largest]])
model.set_batch_size(1)
operator = vsx.Operator.load_ops_from_json_file(params_json)[0]
model_op = vsx.ModelOperator(model)
graph = vsx.Graph(vsx.GraphOutputType.GRAPH_OUTPUT_TYPE_NCHW_DEVICE)
graph.add_operators(operator, model_op)
stream = vsx.Stream(graph, vsx.StreamBalanceMode.ONCE)
stream.register_operator_output(model_op)
stream.build()
print("shapes", model.input_shape, model.output_shape)


def given(width, height, side):
    """A grey image, and how it is fitted into a square of this side."""
    ratio = min(side / width, side / height)
    new_width, new_height = int(round(width * ratio)), int(round(height * ratio))
    top, left = (side - new_height) // 2, (side - new_width) // 2
    border = (new_width, new_height, top, side - new_height - top, left, side - new_width - left)
    image = vsx.create_image(np.full((3, height, width), 200, np.uint8), vsx.ImageFormat.RGB_PLANAR, width, height, 0)
    return [image], {"rgb_letterbox_ext": [border], "dynamic_model_input_shapes": [[[1, 3, side, side]]]}


for size in ((16, 8, 8), (10, 20, 12), (9, 9, largest)):
    [[output]] = stream.run_sync(*given(*size))
    print("sync", size, list(vsx.as_numpy(output).shape), "%.2f" % float(vsx.as_numpy(output).mean()))


def consume():
    while True:
        try:
            [[output]] = stream.get_operator_output(model_op)
        except ValueError as error:
            print("end", error)
            return
        print("async", list(vsx.as_numpy(output).shape))


consumer = threading.Thread(target=consume)
consumer.start()
for side in (8, 12, 16):
    stream.run_async(*given(30, 20, side))
stream.close_input()
stream.wait_until_done()
consumer.join()
