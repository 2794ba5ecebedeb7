"""The page of a model that vcomp renders files for and does not run: what its builds are, and how to make them."""

from dataclasses import dataclass
from typing import Any

from vcomp.project import Model
from vcomp.render import commands, layout
from vcomp.render.documents import vdsp_document
from vcomp.render.layout import Target
from vcomp.render.page import HOME, step, typed
from vcomp.spec import FusedOp, ModelSpec


@dataclass(frozen=True)
class Build:
    """One precision of one network: its file, and the commands that make and measure it."""

    name: str
    dtype: str
    yaml: str
    compile: str
    measure: str | None


def build_context(model: Model) -> dict[str, Any]:
    """Everything that the page's template names."""
    builds = [_build(spec, target) for spec in model.specs for target in spec.targets]
    return {
        "name": model.name,
        "specs": model.specs,
        "steps": _shared_steps(model),
        "operators": {spec.name: str(layout.vdsp_params(spec)) for spec in model.specs if vdsp_document(spec)},
        "builds": builds,
        "commands": [command for build in builds for command in (build.compile, build.measure) if command],
    }


def _build(spec: ModelSpec, target: Target) -> Build:
    measured = spec.image is not None and vdsp_document(spec) is not None
    return Build(
        name=spec.display_name,
        dtype=target.dtype,
        yaml=str(layout.compile_yaml(spec, target)),
        compile=typed(commands.compile_model(spec, target, HOME)),
        measure=typed(commands.measure(spec, target, HOME)) if measured else None,
    )


def _shared_steps(model: Model) -> list[tuple[str, list[str]]]:
    """The steps of each preprocessing, after the names of the specs that share it."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for spec in model.specs:
        steps = tuple(_steps(spec))
        if steps:
            shared.setdefault(steps, []).append(spec.display_name)
    return [(", ".join(names), list(steps)) for steps, names in shared.items()]


def _steps(spec: ModelSpec) -> list[str]:
    own = spec.runtime.ops if isinstance(spec.runtime, FusedOp) else ()
    return [step(op)[0] for op in spec.preprocess or own]
