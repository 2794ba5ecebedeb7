"""What all parts of a spec have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class Part(BaseModel):
    """A frozen piece of a spec: typed, compared by value, with no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# A name that is safe as a file name on every system and as a word in a command.
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._+-]*$"
NAME_LENGTH = 100
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=NAME_LENGTH)]

# A path inside the model's or the data folder; rules.py refuses absolute paths and those that lead out.
RelativePath = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
