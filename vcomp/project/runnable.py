"""Which specs vcomp can run itself."""

from vcomp.errors import VcompError
from vcomp.spec import ModelSpec, RunnableSpec


def is_runnable(spec: ModelSpec) -> bool:
    """Whether the spec says what its output means, and its network is one that vcomp exports."""
    return spec.task is not None and not spec.stands_alone


def runnable(spec: ModelSpec) -> RunnableSpec:
    """The spec as one that runs; VcompError if it only describes files for the vendor's compiler."""
    if spec.stands_alone:
        raise VcompError(
            f"{spec.name} cannot be run: its network is a file that vcomp does not make",
            expected="a TorchNetwork, an OnnxNetwork or a TorchScriptNetwork",
            mend="render it, and compile it with the SDK; or give it a network of its own, a task and an evaluation",
        )
    if spec.task is None:
        raise VcompError(f"{spec.name} cannot be run: it has no task and no evaluation", mend="add both to its spec")
    return RunnableSpec(**{name: getattr(spec, name) for name in ModelSpec.model_fields})
