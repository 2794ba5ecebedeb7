"""`opf_space_to_depth_out_matrix`: an image to one row per patch, as a vision transformer multiplies them.

The config holds the image's size, the patch's, the matrix's and the padded ones as 32-bit integers. Their order is
unpublished: the patch's side is the one k among them for which the matrix's size, (H/k)·(W/k) rows of C·k·k, is among
them too.
"""

from vcomp.emulator.runtime.custom_operators.call import Array, Call
from vcomp.emulator.runtime.tensors import Tensor


def run(call: Call) -> list[Tensor]:
    """The matrix in the first corner of the declared, padded shape. To a network the result means the image, C×H×W.

    Patches come row by row; within a row of the matrix a patch is C×k×k, as a convolution's weights are. The card lays
    the matrix out in tiles, which are left out here.
    """
    call.check_counts(inputs="image", outputs="matrix")
    image = call.planes(0)
    matrix = unfold(image, _side(call, image))
    return [Tensor(call.outputs[0].placed(matrix), logical=image)]


def unfold(image: Array, side: int) -> Array:
    """C×H×W to (H/side)·(W/side) × C·side·side."""
    channels, height, width = image.shape
    rows, columns = height // side, width // side
    patches: Array = image.reshape(channels, rows, side, columns, side).transpose(1, 3, 0, 2, 4)
    return patches.reshape(rows * columns, channels * side * side)


def _side(call: Call, image: Array) -> int:
    channels, height, width = image.shape
    integers = set(call.integers())
    sides = [
        side
        for side in sorted(integers)
        if 0 < side <= min(height, width)
        and height % side == 0
        and width % side == 0
        and {height // side * (width // side), channels * side * side} <= integers
    ]
    if len(sides) != 1:
        raise call.error(
            f"the config's integers {sorted(integers)} leave open how {channels}×{height}×{width} is cut into patches",
            expected="the patch's side k, (H/k)·(W/k) and C·k·k among them, for one k",
        )
    return sides[0]
