"""Two thousand images of random sizes from four threads: in order, none lost, memory flat."""

import json
import random
import sys
import threading

import numpy as np
import vaststreamx as vsx

prefix, params_json = sys.argv[1:3]
COUNT, THREADS, WARM_UP = 2000, 4, 400
model_op = vsx.ModelOperator(vsx.Model(prefix, 1))
graph = vsx.Graph()
graph.add_operators(vsx.Operator.load_ops_from_json_file(params_json)[0], model_op)
stream = vsx.Stream(graph, vsx.StreamBalanceMode.RUN)
stream.register_operator_output(model_op)
stream.build()

given, read, memory = [], [], []
order = threading.Lock()


def resident_megabytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def feed(seed):
    choose = random.Random(seed)
    for _ in range(COUNT // THREADS):
        value, width, height = choose.randrange(256), choose.randint(1, 900), choose.randint(1, 700)
        image = vsx.create_image(
            np.full((3, height, width), value, np.uint8), vsx.ImageFormat.RGB_PLANAR, width, height, 0
        )
        with order:
            given.append(value)
            stream.run_async([image])


def consume():
    while True:
        try:
            [[output]] = stream.get_operator_output(model_op)
        except ValueError:
            return
        read.append(int(vsx.as_numpy(output).ravel()[0]))
        memory.append(resident_megabytes())


consumer = threading.Thread(target=consume)
consumer.start()
feeders = [threading.Thread(target=feed, args=(seed,)) for seed in range(THREADS)]
for feeder in feeders:
    feeder.start()
for feeder in feeders:
    feeder.join()
stream.close_input()
stream.wait_until_done()
consumer.join()
print(json.dumps({"read": len(read), "in_order": read == given, "growth": max(memory[WARM_UP:]) - memory[WARM_UP]}))
