"""What pages name: files, links, and the folder that their commands are run in."""

from collections.abc import Iterator
from pathlib import Path

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.page import Command, Page, Word
from vcomp.checks.rule import Rule
from vcomp.checks.where import found, is_open, is_own, leading
from vcomp.errors import nearest

_LINKED = (".py", ".json", ".yaml", ".yml", ".md")
_NAMED = (".py", ".json", ".yaml", ".yml")
_VDSP_OPTIONS = ("--vdsp_params", "--vdsp_params_info")
_VERBS = ("compile", "build", "quant", "run")


class MissingFile(Rule[Page]):
    """A command names a file that is not there, from whichever folder it is run."""

    id = "VC901"
    severity = Severity.ERROR
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for command in subject.commands:
            for item in _files(command):
                if not leading(subject.path, item.text):
                    yield self.finding(subject.at(item), f"there is no file {item.text}", _instead(subject, item.text))


class BrokenLink(Rule[Page]):
    """A link to a script, a JSON, a YAML or another page that is not there."""

    id = "VC902"
    severity = Severity.ERROR
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for item in subject.links:
            linked = item.text.lower().endswith(_LINKED) and not is_open(item.text) and ":" not in item.text
            if linked and not _exists(subject.path.parent / item.text):
                yield self.finding(
                    subject.at(item), f"the link leads to {item.text}, which is not there", _instead(subject, item.text)
                )


class NoOneFolder(Rule[Page]):
    """The commands of a page cannot all be run in one folder: each finds its files from another."""

    id = "VC907"
    severity = Severity.WARNING
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        shared: set[Path] | None = None
        first: Word | None = None
        for command in subject.commands:
            if command.program == "cd":
                shared = first = None
                continue
            for item in _files(command):
                own = leading(subject.path, item.text)
                if not own:
                    continue  # no folder helps: MissingFile says so
                if shared is not None and first is not None and not shared & own:
                    yield self.finding(
                        subject.at(item),
                        f"{item.text} is not found from where {first.text} is",
                        "write all paths from one folder, or say `cd` in between",
                    )
                    shared = None
                shared, first = (own, item) if shared is None else (shared & own, first)


class OldVerb(Rule[Page]):
    """`vamc build` is the older name of `vamc compile`."""

    id = "VC912"
    severity = Severity.QUESTION
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for command in subject.commands:
            if command.program == "vamc" and len(command.words) > 1 and command.words[1].text == "build":
                yield self.finding(subject.at(command.words[1]), "vamc build is the older name", "write vamc compile")


class BuildsAnother(Rule[Page]):
    """The page of one source compiles the YAML of another, while a YAML named after the page is there."""

    id = "VC913"
    severity = Severity.WARNING
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        own = subject.path.stem.lower().removesuffix("_deploy").removesuffix("-deploy")
        files = subject.family.compiles if subject.family else ()
        mine = [file.path.name for file in files if file.path.stem.lower() == own]
        compiled = [item for command in subject.commands for item in _compiled(command)]
        if mine and compiled and not any(item.text.endswith(mine[0]) for item in compiled):
            yield self.finding(
                subject.at(compiled[0]), f"the page of {own} compiles {compiled[0].text}", f"compile {mine[0]}"
            )


def _compiled(command: Command) -> Iterator[Word]:
    """The YAML that a call of vamc takes."""
    words = command.words
    if command.program == "vamc" and len(words) > 2 and words[1].text in _VERBS:
        yield words[2]


def _files(command: Command) -> Iterator[Word]:
    """The files of the zoo that a command names; data, weights and foreign repositories are not among them."""
    certain = [*_compiled(command), *command.values(*_VDSP_OPTIONS)]
    for item in command.words[1:]:
        text = item.text.partition("=")[2] if item.text.startswith("--") else item.text
        if text.endswith(_NAMED) and (is_own(text) or (item in certain and not is_open(text))):
            yield Word(text, item.line)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _instead(page: Page, path: str) -> str:
    """Which file may be meant: one of the same name elsewhere near, or of a similar name in the same folder."""
    name = path.rsplit("/", 1)[-1]
    files = [*page.family.compiles, *page.family.vdsps] if page.family else []
    close = nearest(name, [file.path.name for file in files])
    if close:
        return f"{close} is there"
    folder = found(page.path, path.rsplit("/", 2)[0] + "/" + name) if path.count("/") > 1 else None
    return f"{folder} is there" if folder else "correct the path, or add the file"
