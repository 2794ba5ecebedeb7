"""The skeleton that most published scripts share: an input thread, a consumer thread, results by number."""

import argparse
import glob
import json
import os
import queue
import threading
import time

import cv2
import numpy as np
import vaststreamx as vsx


class Inference:
    def __init__(self, model_prefix, vdsp_params, batch_size=1, device_id=0, also_preprocessing=False):
        with open(vdsp_params) as file:
            self.size = json.load(file)["OpConfig"]["OimageWidth"]
        self.attr = vsx.AttrKey
        self.device_id = device_id
        assert vsx.set_device(device_id) == 0
        self.model = vsx.Model(model_prefix, batch_size, "")
        self.model_op = vsx.ModelOperator(self.model)
        self.fusion_op = vsx.Operator.load_ops_from_json_file(vdsp_params)[0]
        self.graph = vsx.Graph()
        self.graph.add_operators(self.fusion_op, self.model_op)
        self.stream = vsx.Stream(self.graph, vsx.StreamBalanceMode.ONCE)
        self.also_preprocessing = also_preprocessing
        self.stream.register_operator_output(self.model_op)
        if also_preprocessing:
            _, c, h, w = self.model.input_shape[0]
            self.stream.register_operator_output(
                "preprocess_res", self.fusion_op, [[((c, h, w), vsx.TypeFlag.FLOAT16)]]
            )
        self.stream.build()
        self.ids = queue.Queue(20)
        self.events = {}
        self.results = {}
        self.count = 0
        self.consumer = threading.Thread(target=self.consume)
        self.consumer.start()

    def consume(self):
        number = 0
        while True:
            try:
                result = self.stream.get_operator_output(self.model_op)
                if self.also_preprocessing:
                    prepared = self.stream.get_operator_output("preprocess_res")
                    assert vsx.as_numpy(prepared[0][0]).dtype == np.float16
                if result is None:
                    continue
                self.results[number] = [vsx.as_numpy(output).astype(np.float32) for output in result[0]]
                self.events[number].set()
                number += 1
            except ValueError as error:
                print("consumer ends:", error)
                break

    def load(self, path):
        image = cv2.imread(path)
        height, width = image.shape[:2]
        planes = np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB).transpose(2, 0, 1))
        return vsx.create_image(planes, vsx.ImageFormat.RGB_PLANAR, width, height, self.device_id)

    def run_batch(self, paths):
        def feed():
            for number, path in enumerate(paths):
                self.events[number] = threading.Event()
                self.stream.run_async([self.load(path)])
                self.ids.put(number)
            self.ids.put(None)

        threading.Thread(target=feed).start()
        while True:
            number = self.ids.get()
            if number is None:
                break
            self.events[number].wait()
            yield self.results.pop(number)

    def run_sync(self, path):
        return [vsx.as_numpy(output).astype(np.float32) for output in self.stream.run_sync([self.load(path)])[0]]

    def finish(self):
        self.stream.close_input()
        self.stream.wait_until_done()
        self.consumer.join()


parser = argparse.ArgumentParser()
parser.add_argument("--file_path", required=True)
parser.add_argument("--model_prefix_path", required=True)
parser.add_argument("--vdsp_params_info", required=True)
parser.add_argument("--infer_mode", choices=["async", "sync"], default="async")
parser.add_argument("--preprocess", action="store_true")
parser.add_argument("--device_id", type=int, default=0)
parser.add_argument("--batch", type=int, default=1)
args = parser.parse_args()

inference = Inference(
    args.model_prefix_path, args.vdsp_params_info, args.batch, args.device_id, also_preprocessing=args.preprocess
)
paths = sorted(glob.glob(os.path.join(args.file_path, "*")))
start = time.time()
if args.infer_mode == "async":
    outputs = inference.run_batch(paths)
else:
    outputs = (inference.run_sync(path) for path in paths)
for path, output in zip(paths, outputs):
    print(os.path.basename(path), *[" ".join("%g" % value for value in array[0].ravel()[:3]) for array in output])
inference.finish()
seconds = time.time() - start
print("%d images in %f seconds, (%f images/second)" % (len(paths), seconds, len(paths) / seconds))
print("test over")
