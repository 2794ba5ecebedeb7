"""ModelSpec: everything that is particular to one model."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import Self

from vcomp.spec import rules
from vcomp.spec.base import Name, Part
from vcomp.spec.data import Calibration, ImageFolder, MaskPairs
from vcomp.spec.extra_ops import ExtraOp
from vcomp.spec.network import Checkpoint, HuggingFace, Input, Network, OwnNetwork, TokenInput
from vcomp.spec.ops import Op
from vcomp.spec.provenance import GitSource, Url
from vcomp.spec.runtime import FusedOp, Runtime
from vcomp.spec.targets import CompileOptions, Fp16, Int8, Target
from vcomp.spec.tasks import Task
from vcomp.spec.workspace import Workspace

Precision = Literal["fp32", "fp16", "int8"]
Score = Annotated[float, Field(ge=0, le=100)]


AnyInput = Annotated[Input | TokenInput, Field(discriminator="type")]
RootKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*$", max_length=200)]


class ModelSpec(Part):
    """One model: its network, preprocessing, calibration set, targets and evaluation.

    `runtime` says how the chip is fed where `preprocess` does not; None: by no operator. `extra_op` is appended to the
    network by the compiler. `extra` is the one way past the types: dotted keys of the compile YAML from its root.
    `published` holds the scores that the model's source reports, in percent, by precision.
    """

    name: Name
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    summary: Annotated[str, StringConstraints(max_length=2000)] = ""
    task: Task | None = None
    paper: Url | None = None
    source: GitSource | None = None
    network: Network | None = None
    inputs: tuple[AnyInput, ...] = ()
    preprocess: tuple[Op, ...] = ()
    runtime: Runtime | None = FusedOp()
    calibration: Calibration | None = None
    evaluation: MaskPairs | None = None
    targets: tuple[Target, ...] = ()
    compile: CompileOptions = CompileOptions()
    extra_op: ExtraOp | None = None
    workspace: Workspace = Workspace()
    extra: dict[RootKey, JsonValue] = Field(default_factory=dict)
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
        return target.artifact or f"{self.name}_{target.dtype}"

    def target(self, dtype: str) -> Fp16 | Int8 | None:
        return next((target for target in self.targets if target.dtype == dtype), None)

    def published_score(self, dtype: str) -> float | None:
        """The score that the model's source reports for a precision, if it does."""
        return {str(key): score for key, score in self.published.items()}.get(dtype)

    @property
    def display_name(self) -> str:
        return self.title or self.name

    @property
    def stands_alone(self) -> bool:
        """Whether the compiler reads the network as it stands: vcomp makes no file of it, and paths are as said."""
        return self.network is None or isinstance(self.network, (Checkpoint, HuggingFace))

    @property
    def image(self) -> Input | None:
        """The first input that an image may go into: 1 × 1 or 3 channels × height × width."""
        images = (item for item in self.inputs if isinstance(item, Input))
        return next((item for item in images if len(item.shape) == 4 and item.shape[:2] in ((1, 1), (1, 3))), None)

    @property
    def channels(self) -> int:
        return self.inputs[0].shape[1]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the network's image input."""
        image = self.image
        if image is None:
            raise ValueError(f"{self.name} has no image input")
        return image.shape[2], image.shape[3]


class RunnableSpec(ModelSpec):
    """A spec with all that `vcomp run` needs: a network that vcomp exports, images, and what the output means."""

    task: Task
    network: OwnNetwork
    inputs: tuple[Input, ...]
    calibration: ImageFolder | None = None
    evaluation: MaskPairs
