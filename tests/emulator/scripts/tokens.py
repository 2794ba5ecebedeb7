"""A text network: six tensors through the embedding operator, synchronous with short batches, and asynchronous."""

import sys
import threading

import numpy as np
import vaststreamx as vsx

prefix, how = sys.argv[1:3]
length = 4
vsx.set_device(0)
model = vsx.Model(prefix, 8)
if how == "json":
    operator = vsx.Operator.load_ops_from_json_file(sys.argv[3])[0]
else:
    operator = vsx.Operator(vsx.OpType.BERT_EMBEDDING_OP)
model_op = vsx.ModelOperator(model)
graph = vsx.Graph(vsx.GraphOutputType.GRAPH_OUTPUT_TYPE_NCHW_DEVICE)
graph.add_operators(operator, model_op)
stream = vsx.Stream(graph, vsx.StreamBalanceMode.ONCE)
stream.register_operator_output(model_op)
stream.build()


def text(number):
    """Ids that count up from the number; all six slots of a text."""
    ids = np.arange(number, number + length, dtype=np.int32)
    mask = np.ones(length, np.int32)
    zeros = np.zeros(length, np.int32)
    slots = [ids, np.arange(length, dtype=np.int32), zeros, mask, zeros, zeros]
    if how == "older":
        slots = [ids, mask, zeros, mask, mask, mask]
    if number % 2:
        slots = [slot[np.newaxis] for slot in slots]
    return [vsx.from_numpy(np.ascontiguousarray(slot), 0) for slot in slots]


for number in range(3):
    outputs = stream.run_sync([text(number)])
    print("sync", number, *[value for tensor in outputs[0] for value in vsx.as_numpy(tensor).ravel().tolist()])


def consume():
    number = 0
    while True:
        try:
            outputs = stream.get_operator_output(model_op)
        except ValueError:
            break
        for item in outputs:
            print("async", number, *[v for tensor in item for v in vsx.as_numpy(tensor).ravel().tolist()])
            number += 1


consumer = threading.Thread(target=consume)
consumer.start()
for number in range(3):
    stream.run_async([text(2 * number), text(2 * number + 1)])
stream.close_input()
consumer.join()
stream.wait_until_done()
