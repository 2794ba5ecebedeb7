"""`tensorize_op`: channels-first numbers to the card's tiles.

What its config says in which order is unpublished. It is not read: the tensor has its shape, and channels come first.
"""

from vcomp.emulator.runtime.custom_operators.call import Call
from vcomp.emulator.runtime.tensors import Tensor


def run(call: Call) -> list[Tensor]:
    """The same numbers in the declared type and shape, zeros after them. To a network they mean what they meant before.

    The order within the card's tiles is left out here.
    """
    call.check_counts(inputs="tensor", outputs="tensor")
    array = call.array(0)
    tiled = call.outputs[0].filled(array)
    return [Tensor(tiled, logical=array.astype(tiled.dtype))]
