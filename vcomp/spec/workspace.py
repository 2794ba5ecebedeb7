"""Where the compiler works and puts what it builds."""

from typing import Annotated

from pydantic import PositiveInt, StringConstraints

from vcomp.spec.base import Part

Version = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Workspace(Part):
    """The output's root, relative to the working directory; jobs at a time; Python packages for the conversion.

    What is None is left out.
    """

    path: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = "./deploy_weights/"
    workers: PositiveInt | None = None
    env_recheck: bool | None = None
    transformers: Version | None = None
    huggingface_hub: Version | None = None
