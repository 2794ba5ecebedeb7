"""Checking: names and paths become subjects, and every rule looks at those of its kind."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from vcomp.checks.catalogue import RULES, AnyRule
from vcomp.checks.compile_file import CompileFile
from vcomp.checks.files import Unread, is_large, looks_ours
from vcomp.checks.finding import Finding
from vcomp.checks.models import ModelFiles, passed_on
from vcomp.checks.networks import network_of, networks_of
from vcomp.checks.reading import PAGES, SCRIPTS, read_texts
from vcomp.checks.tree import Family, Pair, Tree
from vcomp.checks.vdsp_file import VdspFile
from vcomp.documents import KeyPath
from vcomp.errors import VcompError
from vcomp.importing import pairs
from vcomp.importing.folder import BUILD_IN, ModelFolder, find, model_folder
from vcomp.project import Model, find_project
from vcomp.render import layout


def check(what: Sequence[str], rules: Iterable[AnyRule] = RULES) -> list[Finding]:
    """What the rules find in models by name and files by path; without either, in the model one stands in, else all.

    VcompError for a name or a path that is not there, and for a spec that cannot be read.
    """
    paths = [Path(word) for word in what if _is_path(word)]
    names = [word for word in what if not _is_path(word)]
    models: list[Model] = []
    if names or not paths:
        chosen = find_project(Path.cwd()).select(names)
        models = list({model.folder: model for model, _ in chosen}.values())
    return _asked(findings(subjects([*paths, *_neighbours(paths)], models), rules), paths, models)


def check_paths(paths: Sequence[Path], rules: Iterable[AnyRule] = RULES) -> list[Finding]:
    """What the rules find in files, and in all below folders, by place; VcompError for a path that is not there."""
    return _asked(findings(subjects([*paths, *_neighbours(paths)]), rules), paths, [])


def findings(subjects: Iterable[object], rules: Iterable[AnyRule] = RULES) -> list[Finding]:
    """What the rules find in some subjects, by place, each thing once."""
    by_kind: dict[type, list[object]] = {}
    for subject in subjects:
        by_kind.setdefault(type(subject), []).append(subject)
    found = {
        finding: None
        for rule in rules
        for kind, items in by_kind.items()
        if issubclass(kind, rule.looks_at)
        for item in items
        for finding in rule().visit(item)
    }
    return sorted(found, key=lambda finding: (str(finding.path), finding.line, finding.rule))


def subjects(paths: Sequence[Path], models: Sequence[Model] = ()) -> Iterator[object]:
    """Everything that rules look at: files, pairs, families and the tree of them all, pages, scripts and networks."""
    own = [path for model in models for path in _rendered(model)]
    everything = [*paths, *own]
    found = find([path for path in everything if path.is_dir() or path.suffix.lower() not in PAGES + SCRIPTS])
    asked = {path.absolute() for path in paths}
    for refused in found.refused:
        yield Unread(refused.path, refused.error, refused.path in asked or looks_ours(refused.path))
    for skipped in found.skipped:
        if is_large(skipped.path) and looks_ours(skipped.path):
            yield Unread(skipped.path, VcompError(f"was not read: {skipped.reason}"), expected=True)
    unchecked = {path: keys for model in models for path, keys in passed_on(model).items()}
    families: dict[Path, Family] = {}
    for folder in found.folders:
        family, fitting = _family(folder, unchecked)
        families[folder.path] = family
        yield from (*family.compiles, *family.vdsps, family, *fitting)
        for file in family.compiles:
            yield from network_of(file)
    yield Tree(list(families.values()))
    yield from read_texts(everything, families)
    for files in map(ModelFiles, models):
        yield files
        yield from networks_of(files)


def _neighbours(paths: Sequence[Path]) -> list[Path]:
    """What is read beside single files: the other files of their models, which theirs are compared with."""
    files = [path.absolute() for path in paths if not path.is_dir()]
    return list(dict.fromkeys(model_folder(file) / BUILD_IN for file in files if BUILD_IN in file.parts[:-1]))


def _asked(found: list[Finding], paths: Sequence[Path], models: Sequence[Model]) -> list[Finding]:
    """The findings in what was asked for, without those in neighbours."""
    roots = [*(path.absolute() for path in paths), *(model.folder for model in models)]
    return [finding for finding in found if any(finding.path.is_relative_to(root) for root in roots)]


def _family(folder: ModelFolder, unchecked: Mapping[Path, frozenset[KeyPath]]) -> tuple[Family, list[Pair]]:
    compiles = {file.path: CompileFile(file, unchecked.get(file.path, frozenset())) for file in folder.compile_files}
    vdsps = {file.path: VdspFile(file) for file in folder.vdsp_files}
    fitting = [
        Pair(compiles[pair.compile_file.path], vdsps[pair.vdsp_file.path], pair.relation)
        for pair in pairs.pairs(folder)
    ]
    return Family(folder.path, tuple(compiles.values()), tuple(vdsps.values())), fitting


def _rendered(model: Model) -> list[Path]:
    """The files of a model that are rendered, or stand among those: its workspace is not looked at."""
    wanted = [model.folder / "build_in", model.folder / layout.PAGE, model.folder / layout.CHINESE_PAGE]
    return [path for path in wanted if path.exists()]


def _is_path(word: str) -> bool:
    """Whether a word is a path rather than a model's name."""
    try:
        return "/" in word or word in (".", "..") or Path(word).exists()
    except (OSError, ValueError):
        return True
