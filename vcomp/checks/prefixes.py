"""Artifacts as pages and scripts name them: `<workspace.path>/<name>/mod`, where a compile YAML says both."""

import os
from collections.abc import Iterator

from vcomp.checks.compile_file import CompileFile
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.page import Page, Word
from vcomp.checks.rule import Rule
from vcomp.checks.tree import Family
from vcomp.checks.where import is_open

_OPTIONS = ("-m", "--model_prefix", "--model_prefix_path", "--model_weight_path")
_ROOTS = ("deploy_weights", "vacc_deploy", "vamc_results")


class NoSuchBuild(Rule[Page]):
    """A command loads an artifact that no compile YAML of the model writes."""

    id = "VC903"
    severity = Severity.ERROR
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for item, parts in _prefixes(subject):
            if _build_of(parts, subject.family) is None and _other_dtype(parts, subject.family) is None:
                written = sorted({file.name for file in _files(subject.family) if file.name})
                yield self.finding(
                    subject.at(item),
                    f"no compile YAML writes {item.text}",
                    f"written are {', '.join(written)}, each /mod",
                )


class OtherDtype(Rule[Page]):
    """A command loads the artifact of another precision than the YAML builds: the reader must change name and dtype."""

    id = "VC904"
    severity = Severity.QUESTION
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for item, parts in _prefixes(subject):
            other = _other_dtype(parts, subject.family)
            if _build_of(parts, subject.family) is None and other is not None:
                yield self.finding(
                    subject.at(item),
                    f"{item.text} is loaded, {other.path.name} builds {other.name}",
                    "say on the page that name and dtype are to be changed, or ship a YAML for each",
                )


class NotMod(Rule[Page]):
    """The artifact is named by another word than `mod`, which is what the compiler calls every build."""

    id = "VC905"
    severity = Severity.ERROR
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for item, parts in _prefixes(subject):
            if parts[-1] != "mod" and not parts[-1].startswith((f"{parts[-2]}_module_info", "prefill_")):
                mended = f"{item.text.rpartition('/')[0]}/mod"
                yield self.finding(
                    subject.at(item),
                    f"{item.text} ends in {parts[-1]}, the compiler writes mod",
                    f"write {mended}",
                    fix=mended,
                )


class OtherRoot(Rule[Page]):
    """The artifact is loaded from another folder than the `workspace.path` that the YAML writes it to."""

    id = "VC906"
    severity = Severity.ERROR
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for item, parts in _prefixes(subject):
            build = _build_of(parts, subject.family) or _other_dtype(parts, subject.family)
            root = build.text("workspace", "path") if build else None
            if root and "/".join(parts[:-2]) != os.path.normpath(root):
                yield self.finding(
                    subject.at(item),
                    f"{item.text} is loaded, workspace.path is {root}",
                    f"write {os.path.normpath(root)}/{parts[-2]}/mod",
                )


def named_build(prefix: str, family: Family | None) -> CompileFile | None:
    """The compile YAML that writes the artifact of this prefix."""
    parts = os.path.normpath(prefix).split("/")
    return (_build_of(parts, family) or _other_dtype(parts, family)) if len(parts) > 1 else None


def _prefixes(page: Page) -> Iterator[tuple[Word, list[str]]]:
    """The artifacts that commands of a page load, with the parts of their paths."""
    for command in page.commands if _files(page.family) else ():
        for item in command.values(*_OPTIONS):
            parts = os.path.normpath(item.text).split("/")
            if not is_open(item.text) and len(parts) > 1 and ".." not in parts and _is_artifact(parts, page.family):
                yield item, parts


def _is_artifact(parts: list[str], family: Family | None) -> bool:
    """Whether a path is one of a build: by its root, or by its name."""
    roots = {
        os.path.normpath(root).split("/")[0] for file in _files(family) if (root := file.text("workspace", "path"))
    }
    return (
        parts[0].startswith((*_ROOTS, *(root for root in roots if root != "."))) or _build_of(parts, family) is not None
    )


def _files(family: Family | None) -> list[CompileFile]:
    """The model's builds; those of language models are loaded by their folders."""
    files = family.compiles if family else ()
    return [file for file in files if file.text("frontend", "type") != "huggingface"]


def _build_of(parts: list[str], family: Family | None) -> CompileFile | None:
    return next((file for file in _files(family) if file.name == parts[-2]), None)


def _other_dtype(parts: list[str], family: Family | None) -> CompileFile | None:
    name = parts[-2]
    swapped = name.replace("int8", "fp16") if "int8" in name else name.replace("fp16", "int8")
    return next((file for file in _files(family) if file.name == swapped), None) if swapped != name else None
