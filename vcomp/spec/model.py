"""ModelSpec: everything that is particular to one model."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import Self

from vcomp.spec import rules
from vcomp.spec.base import Name, Part
from vcomp.spec.data import ImageFolder, MaskPairs
from vcomp.spec.network import Input, Network
from vcomp.spec.ops import Op
from vcomp.spec.provenance import GitSource, Url
from vcomp.spec.targets import CompileOptions, Fp16, Int8, Target
from vcomp.spec.tasks import Task

Precision = Literal["fp32", "fp16", "int8"]
Score = Annotated[float, Field(ge=0, le=100)]


class ModelSpec(Part):
    """One model: its network, preprocessing, calibration set, targets and evaluation.

    `published` holds the scores that the model's source reports, in percent, by precision.
    """

    name: Name
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    summary: Annotated[str, StringConstraints(max_length=2000)] = ""
    task: Task
    paper: Url | None = None
    source: GitSource | None = None
    network: Network
    inputs: tuple[Input, ...] = Field(min_length=1)
    preprocess: tuple[Op, ...] = Field(min_length=2)
    calibration: ImageFolder | None = None
    evaluation: MaskPairs
    targets: tuple[Target, ...] = Field(min_length=1)
    compile: CompileOptions = CompileOptions()
    published: dict[Precision, Score] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        faults = rules.faults(self)
        if faults:
            raise PydanticCustomError("faults", "the parts do not fit together", {"faults": faults})
        return self

    def variant(self, **changes: Any) -> "ModelSpec":
        """This model with some fields replaced, checked anew."""
        return ModelSpec(**{**{name: getattr(self, name) for name in type(self).model_fields}, **changes})

    def artifact(self, target: Fp16 | Int8) -> str:
        """The name of what is built for a target: no two targets of one model share it."""
        return f"{self.name}_{target.dtype}"

    def target(self, dtype: str) -> Fp16 | Int8 | None:
        return next((target for target in self.targets if target.dtype == dtype), None)

    def published_score(self, dtype: str) -> float | None:
        """The score that the model's source reports for a precision, if it does."""
        return {str(key): score for key, score in self.published.items()}.get(dtype)

    @property
    def display_name(self) -> str:
        return self.title or self.name

    @property
    def channels(self) -> int:
        return self.inputs[0].shape[1]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the network's image input."""
        _, _, height, width = self.inputs[0].shape
        return height, width
