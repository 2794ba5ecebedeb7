"""Mending what is safe to mend: exactly the one value in the file's text, and nothing beside it."""

from collections.abc import Iterable
from pathlib import Path

from vcomp.checks.finding import Edit, Finding
from vcomp.files import write_bytes


def fix(findings: Iterable[Finding]) -> list[tuple[Finding, str]]:
    """Write the edits that findings carry; returns what was mended, and what stood there before.

    A file is written whole or not at all. Of edits that overlap the first is made.
    """
    by_path: dict[Path, list[tuple[Finding, Edit]]] = {}
    for finding in findings:
        if finding.edit is not None:
            by_path.setdefault(finding.path, []).append((finding, finding.edit))
    return [mended for path, edits in by_path.items() for mended in _fix_file(path, edits)]


def _fix_file(path: Path, edits: list[tuple[Finding, Edit]]) -> list[tuple[Finding, str]]:
    target = path.resolve()  # of a link the file is changed, not the link
    lines = target.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    mended: list[tuple[Finding, str]] = []
    last: Edit | None = None
    for finding, edit in sorted(edits, key=lambda pair: (-pair[1].line, -pair[1].start, pair[0].rule)):
        if last is not None and last.line == edit.line and edit.end > last.start:
            continue
        line = lines[edit.line - 1]
        mended.append((finding, line[edit.start : edit.end]))
        lines[edit.line - 1] = line[: edit.start] + edit.new + line[edit.end :]
        last = edit
    mode = target.stat().st_mode
    write_bytes(target, "\n".join(lines).encode("utf-8", "surrogateescape"))
    target.chmod(mode)
    return mended[::-1]
