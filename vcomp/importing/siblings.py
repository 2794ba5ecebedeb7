"""vdsp files of networks that no compile file is about: siblings of one that is, or specs of their own."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from vcomp.errors import VcompError
from vcomp.importing.documents import HandWritten
from vcomp.importing.drafts import Draft, Family, Source, attempt, free_name, plain_name
from vcomp.importing.finding import Finding, Severity
from vcomp.importing.pairs import Pair, network_name, vdsp_stem
from vcomp.importing.vdsp_file import Fed, feed, last_size, remarks
from vcomp.render.documents import compile_document
from vcomp.spec import Checkpoint, FusedOp, Input, ModelSpec


def read_alone(family: Family, vdsp: HandWritten, mates: Iterable[Pair], taken: set[str]) -> None:
    """A vdsp file whose network no compile file is about: like that of its origin, but for the checkpoint."""
    origin, network = vdsp_stem(vdsp.path)
    base = _base(family, vdsp, mates)
    ways = _ways_to_feed(family, vdsp, base)
    if not ways:
        return
    name = free_name(plain_name(f"{origin}-{network}" if origin else network), vdsp.path, taken)
    for fed in ways if base is not None else []:
        assert base is not None
        spec = _like(base.spec, name, network, fed)
        if spec is not None:
            says = f"no compile file is about {network}: it is taken to be built like {base.spec.name}"
            mend = "check its checkpoint"
            family.findings.append(Finding("no-compile-file", Severity.QUESTION, vdsp.path, 1, says, mend))
            family.findings += remarks(vdsp, fed, calibrated=False)
            family.drafts.append(Draft(spec, (Source(vdsp),), base.spec.name, network))
            return
    fed = ways[0]
    own = attempt(family, lambda _: ModelSpec(name=name, preprocess=fed.preprocess, runtime=fed.runtime), vdsp)
    if own is not None:
        family.findings += remarks(vdsp, fed, calibrated=False)
        family.drafts.append(Draft(own, (Source(vdsp),), None, network))


def _ways_to_feed(family: Family, vdsp: HandWritten, base: Draft | None) -> list[Fed]:
    """How a vdsp file feeds a network: by the base's steps if they do the same, else by its own; last beside them."""
    beside: Fed | None = attempt(family, feed, vdsp, base.spec.preprocess if base is not None else ())
    if beside is None or not isinstance(beside.runtime, FusedOp) or not beside.runtime.ops:
        return [beside] if beside is not None else []
    own: Fed | None = attempt(family, feed, vdsp)
    same_size = last_size(beside.runtime.ops) == last_size(beside.preprocess)
    return [*([own] if own is not None else []), *([beside] if same_size else [])]


def _base(family: Family, vdsp: HandWritten, mates: Iterable[Pair]) -> Draft | None:
    """The spec of a compile file that comes from where the vdsp file does; best one that says how to preprocess."""
    files = {pair.compile_file.path for pair in mates if pair.vdsp_file.path == vdsp.path}
    related = [draft for draft in family.drafts if any(source.file.path in files for source in draft.sources)]
    return next((draft for draft in related if draft.spec.preprocess), related[0] if related else None)


def _like(base: ModelSpec, name: str, network: str, fed: Fed) -> ModelSpec | None:
    """Another network of the base's kind: its own checkpoint beside the base's, its own size; None if that fits not."""
    if not isinstance(base.network, Checkpoint) or base.image is None or not fed.preprocess:
        return None
    path = PurePosixPath(base.network.path)
    stem = network_name(base.network.path)
    if not stem or not re.fullmatch(r"[\w.+-]+", network):
        return None
    sibling = base.network.path[: -len(path.name)] + network + path.name[len(stem) :]
    try:
        spec = base.variant(
            name=name,
            network=base.network.model_copy(update={"path": sibling}),
            inputs=[_resized(item, base.image, fed) for item in base.inputs],
            preprocess=fed.preprocess,
            runtime=fed.runtime,
            targets=[target.model_copy(update={"artifact": None}) for target in base.targets],
        )
        for target in spec.targets:
            compile_document(spec, target)  # the compiler may have no words for the operator's steps
    except (ValidationError, VcompError):
        return None
    return spec


def _resized(item: Any, image: Input, fed: Fed) -> Any:
    """The image input in the size that the steps end with."""
    size = last_size(fed.preprocess)
    if item != image or size is None or image.smallest is not None:
        return item
    return image.model_copy(update={"shape": (*image.shape[:2], *size)})
