"""The files that calibrate and evaluate a model.

Paths are relative to the data folder; with a network that the compiler reads as it stands (Checkpoint, HuggingFace)
they stand as they are in the compile file.
"""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, StringConstraints

from vcomp.spec.base import Part, RelativePath

Suffix = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{0,8}$")]


class ImageFolder(Part):
    """The first `limit` images with this suffix in one folder, by name; an empty suffix is any, no limit is all.

    The empty path leaves the folder open, which a compile file of fp16 may do.
    """

    type: Literal["images"] = "images"
    path: Annotated[str, StringConstraints(max_length=1000)]
    suffix: Suffix = "png"
    limit: PositiveInt | None = 50


class NpzFolder(Part):
    """Ready inputs: one npz file per sample, its arrays named like the network's inputs."""

    type: Literal["npz"] = "npz"
    path: RelativePath
    suffix: Suffix = "npz"
    limit: PositiveInt | None = 50


class TextSamples(Part):
    """Texts of a public data set by its name, for the weight-only quantization of language models."""

    type: Literal["texts"] = "texts"
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    path: RelativePath | None = None
    samples: PositiveInt | None = None
    length: PositiveInt | None = None


Calibration = Annotated[ImageFolder | NpzFolder | TextSamples, Field(discriminator="type")]


class MaskPairs(Part):
    """Images, and for each a mask file of the same stem; a mask pixel of at least `foreground` is an object."""

    type: Literal["mask_pairs"] = "mask_pairs"
    images: RelativePath
    masks: RelativePath
    suffix: Suffix = "png"
    foreground: Annotated[int, Field(ge=1, le=255)] = 125
