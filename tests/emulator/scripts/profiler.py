"""Several instances, each with its own thread that sets the device, and one stream shared by a pool of threads."""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import numpy as np
import vaststreamx as vsx

parser = argparse.ArgumentParser()
parser.add_argument("-m", "--model_prefix")
parser.add_argument("--vdsp_params")
parser.add_argument("-d", "--device_ids", default="[0]")
parser.add_argument("-b", "--batch_size", type=int, default=1)
parser.add_argument("-i", "--instance", type=int, default=1)
parser.add_argument("-s", "--shape", default="[3,8,8]")
parser.add_argument("--iterations", type=int, default=20)
parser.add_argument("--queue_size", type=int, default=1)
args = parser.parse_args()

shape = [int(side) for side in args.shape.strip("[]").split(",")]
assert vsx.set_device(0) == 0
model = vsx.Model(args.model_prefix, args.batch_size)
operator = vsx.Operator.load_ops_from_json_file(args.vdsp_params)[0]
model_op = vsx.ModelOperator(model)
graph = vsx.Graph(vsx.GraphOutputType.GRAPH_OUTPUT_TYPE_NCHW_DEVICE)
graph.add_operators(operator, model_op)
stream = vsx.Stream(graph, vsx.StreamBalanceMode.RUN)
stream.register_operator_output(model_op)
stream.build()
print("max batch", model.max_batch_size, "batch", model.batch_size, "in", model.input_count, "out", model.output_count)

latencies = []
begin = Event()


def one(seed):
    assert vsx.set_device(0) == 0
    array = np.full(shape, seed % 256, dtype=np.uint8)
    images = [vsx.create_image(array, vsx.ImageFormat.RGB_PLANAR, shape[2], shape[1], 0)] * model.batch_size
    began = time.time()
    outputs = stream.run_sync(images)
    latencies.append(time.time() - began)
    assert len(outputs) == model.batch_size
    assert abs(float(vsx.as_numpy(outputs[-1][0]).ravel()[0]) - seed % 256) < 0.51, (outputs, seed)


def drive():
    begin.wait()
    with ThreadPoolExecutor(max_workers=args.queue_size or 1) as pool:
        for done in [pool.submit(one, seed) for seed in range(args.iterations)]:
            done.result()


threads = [Thread(target=drive) for _ in range(args.instance)]
for thread in threads:
    thread.start()
began = time.time()
begin.set()
for thread in threads:
    thread.join()
seconds = time.time() - began
count = len(latencies) * model.batch_size
print("- number of instances:", args.instance)
print("  samples:", count)
print("  throughput (qps): %.2f" % (count / seconds))
print("  latency (us):")
for name, value in (("avg", np.mean(latencies)), ("min", np.min(latencies)), ("max", np.max(latencies))):
    print("    %s latency: %d" % (name, value * 1e6))
stream.close_input()
stream.wait_until_done()
