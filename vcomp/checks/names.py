"""Names of builds and files: what they say of the precision and the network, and what they overwrite."""

import os
from collections import defaultdict
from collections.abc import Iterator

from vcomp.checks.compile_file import CompileFile
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.keyed import KeyedFile
from vcomp.checks.rule import Rule
from vcomp.checks.source import Place
from vcomp.checks.tree import Family, Tree
from vcomp.checks.words import squeezed, words_of

_DTYPES = ("int8", "fp16")
_SHORTEST = 4  # a shorter name stands in others by chance


class DtypeInName(Rule[CompileFile]):
    """The build's name says one precision, and `backend.dtype` another.

    Every later command names the artifact, and so the precision, by this name.
    """

    id = "VC301"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        said = {dtype for dtype in _DTYPES if subject.name and dtype in words_of(subject.name)}
        if len(said) == 1 and subject.dtype in _DTYPES and subject.dtype not in said:
            (word,) = said
            yield self.finding(
                subject.at("name"),
                f"the name {subject.name!r} says {word}, backend.dtype is {subject.dtype}",
                f"call it {(subject.name or '').replace(word, subject.dtype)!r}, or set dtype: {word}",
            )


class SameArtifact(Rule[Family]):
    """Two compile YAMLs of one model write into the same folder, `<workspace.path>/<name>`: the later build wins."""

    id = "VC302"
    severity = Severity.ERROR
    looks_at = Family

    def visit(self, subject: Family) -> Iterator[Finding]:
        by_artifact: dict[str, list[CompileFile]] = defaultdict(list)
        for file in subject.compiles:
            if file.artifact is not None:
                by_artifact[os.path.normpath(file.artifact)].append(file)
        for artifact, files in by_artifact.items():
            for file in files if len(files) > 1 else ():
                others = ", ".join(other.path.name for other in files if other is not file)
                yield self.finding(
                    file.at("name", spot=None),
                    f"{artifact} is what {others} writes, too",
                    f"give each build its own name: {file.name}_{file.dtype}, say",
                )


class SharedName(Rule[Tree]):
    """Builds of different models have one name and workspace: whoever compiles both in one place keeps the later."""

    id = "VC303"
    severity = Severity.QUESTION
    looks_at = Tree

    def visit(self, subject: Tree) -> Iterator[Finding]:
        by_artifact: dict[str, list[CompileFile]] = defaultdict(list)
        for file in subject.compiles:
            if file.artifact is not None:
                by_artifact[os.path.normpath(file.artifact)].append(file)
        for artifact, files in by_artifact.items():
            for file in files:
                other = next((other for other in files if other.folder != file.folder), None)
                if other is not None:
                    where = os.path.relpath(other.path, file.path.parent)
                    yield self.finding(
                        file.at("name", spot=None),
                        f"{artifact} is what {where} writes, too",
                        "name the build after its model, or compile each in a workspace of its own",
                    )


class CopiedIdentity(Rule[Tree]):
    """The name of a build or its checkpoint is that of another model, which has a folder of its own.

    The file was copied from there, it seems, and may still compile, name or calibrate the other network.
    """

    id = "VC304"
    severity = Severity.QUESTION
    looks_at = Tree

    def visit(self, subject: Tree) -> Iterator[Finding]:
        for file in subject.compiles:
            for keys, said in ((("name",), file.name or ""), (("frontend", "checkpoint"), file.checkpoint)):
                other = _other_model(said, file, subject)
                if other:
                    yield self.finding(
                        file.at(*keys),
                        f"{'.'.join(keys)} {said!r} is of {other}, the file is of {file.family}",
                        f"name {file.family} and its network",
                    )


class FileOfAnother(Rule[Tree]):
    """A vdsp_params JSON named after another model, which has a folder of its own."""

    id = "VC305"
    severity = Severity.WARNING
    looks_at = Tree

    def visit(self, subject: Tree) -> Iterator[Finding]:
        for family in subject.families:
            for file in family.vdsps:
                named = subject.names.get(squeezed(file.variant))
                if (
                    named
                    and file.folder != file.path.parent
                    and not _related(squeezed(file.variant), squeezed(file.family))
                ):
                    yield self.finding(
                        Place(file.source),
                        f"the file is named after {named}, and lies in the folder of {file.family}",
                        f"rename it after its own network, or move it to {named}",
                    )


def _other_model(said: str, file: KeyedFile, tree: Tree) -> str | None:
    """The model that a name is of, if it is one of the others, and nothing in the name is of its own."""
    name, own = squeezed(said), squeezed(file.family)
    if not name or _related(name, own) or any(squeezed(word) in name for word in words_of(file.family)):
        return None
    words = [squeezed(word) for word in words_of(said)]
    runs = {"".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
    found = [key for key in tree.names if key in runs and len(key) >= _SHORTEST and not _related(key, own)]
    return tree.names[max(found, key=len)] if found else None


def _related(one: str, other: str) -> bool:
    return one in other or other in one
