"""Where the network was first published."""

from typing import Annotated

from pydantic import StringConstraints

from vcomp.spec.base import Part

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"'`]+$", max_length=500)]


class GitSource(Part):
    """The repository and commit that the network follows."""

    url: Url
    commit: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{7,40}$")]
    branch: str = "master"
