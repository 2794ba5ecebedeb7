"""`planar_argmax`: the class of each pixel.

Its config is unpublished, and not needed: the tensor has its shape.
"""

import numpy as np

from vcomp.emulator.runtime.custom_operators.call import Call
from vcomp.emulator.runtime.tensors import Tensor


def run(call: Call) -> list[Tensor]:
    """Of C×H×W scores the index of each pixel's largest, the first of equal ones; in the output's first corner."""
    call.check_counts(inputs="scores", outputs="classes")
    return [Tensor(call.outputs[0].placed(np.argmax(call.planes(0), axis=0)))]
