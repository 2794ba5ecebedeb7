"""What the network's output means."""

from typing import Annotated, Literal

from pydantic import Field

from vcomp.spec.base import Part


class BinarySegmentation(Part):
    """One channel of probabilities, as large as the input; at least `threshold` is foreground."""

    type: Literal["binary_segmentation"] = "binary_segmentation"
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5


Task = BinarySegmentation
