"""The files of one model's folder as specs: each network once, with all that was said of it in whichever file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from vcomp.importing.compile_file import CompileFile, read_compile
from vcomp.importing.documents import HandWritten, Kind
from vcomp.importing.drafts import Draft, Family, attempt, free_name
from vcomp.importing.finding import Finding, Severity
from vcomp.importing.folder import ModelFolder
from vcomp.importing.networks import merged, read_network
from vcomp.importing.pairs import Pair, pairs
from vcomp.importing.siblings import read_alone
from vcomp.importing.vdsp_file import Fed, feed, remarks
from vcomp.render import layout


def read_family(folder: ModelFolder, taken: set[str]) -> Family:
    """Read all files of a folder. No two specs get the same name, nor one of those `taken`; theirs are added to it."""
    family = Family(folder)
    compiled = {file.path: read for file in folder.compile_files if (read := attempt(family, read_compile, file))}
    mates = pairs(folder)
    fed = dict(_paired(family, compiled, mates))
    drafts = [draft for file in compiled.values() if (draft := read_network(family, file, fed.get(file.source.path)))]
    drafts = merged(drafts)
    family.drafts = list(_named(drafts, taken))
    _collisions(family)
    used = {source.file.path for draft in drafts for source in draft.sources}
    for vdsp in folder.vdsp_files:
        if vdsp.path not in used and not any(item.path == vdsp.path for item in family.refused):
            read_alone(family, vdsp, mates, taken)
    _older_forms(family)
    return family


def _paired(
    family: Family, compiled: Mapping[Path, CompileFile], mates: Iterable[Pair]
) -> Iterator[tuple[Path, tuple[HandWritten, Fed]]]:
    """The operator of each compile file's network: the first file that is surely about it."""
    done: set[Path] = set()
    for pair in mates:
        file = compiled.get(pair.compile_file.path)
        if file is None or not pair.same_network or file.source.path in done:
            continue
        fed = attempt(family, feed, pair.vdsp_file, file.fields["preprocess"])
        if fed is not None:
            done.add(file.source.path)
            family.findings += remarks(pair.vdsp_file, fed, calibrated=bool(file.fields["preprocess"]))
            yield file.source.path, (pair.vdsp_file, fed)


def _named(drafts: list[Draft], taken: set[str]) -> Iterator[Draft]:
    """Each draft with a name that no other has; then the artifact that its file names is said expressly."""
    for draft in drafts:
        spec = draft.spec
        name = free_name(spec.name, draft.sources[0].file.path, taken)
        if name != spec.name:
            targets = [target.model_copy(update={"artifact": spec.artifact(target)}) for target in spec.targets]
            spec = spec.variant(name=name, targets=targets)
        yield replace(draft, spec=spec)


def _collisions(family: Family) -> None:
    """Two files that build into one folder: whoever compiles both keeps the second."""
    owners: dict[str, Path] = {}
    for draft in family.drafts:
        spec = draft.spec
        for target, source in zip(spec.targets, (item for item in draft.sources if item.dtype), strict=False):
            artifact = str(layout.artifact(spec, target).parent)
            path = source.file.path
            owner = owners.setdefault(artifact, path)
            if owner != path:
                line = source.file.document.line("name") or 1
                says = f"builds {artifact!r}, as {owner.name} does: the later overwrites the earlier"
                family.findings.append(Finding("same-artifact", Severity.ERROR, path, line, says, "rename one of them"))


def _older_forms(family: Family) -> None:
    for file in family.folder.files:
        if file.kind not in (Kind.COMPILE, Kind.VDSP):
            says = f"is in an older form ({file.kind.value}); it is rendered in the present one"
            family.findings.append(Finding("older-form", Severity.QUESTION, file.path, 1, says))
