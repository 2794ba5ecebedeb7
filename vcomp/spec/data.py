"""The images that calibrate and evaluate a model. Paths are relative to the data folder."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, StringConstraints

from vcomp.spec.base import Part, RelativePath

Suffix = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,8}$")]


class ImageFolder(Part):
    """The first `limit` images with this suffix in one folder, by name."""

    type: Literal["images"] = "images"
    path: RelativePath
    suffix: Suffix = "png"
    limit: PositiveInt = 50


class MaskPairs(Part):
    """Images, and for each a mask file of the same stem; a mask pixel of at least `foreground` is an object."""

    type: Literal["mask_pairs"] = "mask_pairs"
    images: RelativePath
    masks: RelativePath
    suffix: Suffix = "png"
    foreground: Annotated[int, Field(ge=1, le=255)] = 125
