"""Findings as text, JSON, SARIF, and annotations of GitHub."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from vcomp.checks.catalogue import AnyRule
from vcomp.checks.finding import Finding, Severity

_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.QUESTION: "note"}
_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.QUESTION: "notice"}
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_text(findings: Sequence[Finding]) -> str:
    """One finding in two lines, as an editor or a terminal can jump to; then how many there are of each severity."""
    lines = []
    for item in findings:
        lines.append(f"{place(item.path)}:{item.line}: {item.severity.value} {item.rule}  {printable(item.message)}")
        lines.append(f"    {printable(item.mend)}")
    return "\n".join([*lines, summary(findings)])


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "findings": [
            {
                "rule": item.rule,
                "severity": item.severity.value,
                "path": place(item.path),
                "line": item.line,
                "message": item.message,
                "mend": item.mend,
            }
            for item in findings
        ],
    }


def as_sarif(findings: Iterable[Finding], rules: Sequence[AnyRule], version: str) -> dict[str, Any]:
    """A log of SARIF 2.1.0 with one run."""
    known = [rule.id for rule in rules]
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "vcomp", "version": version, "rules": [_sarif_rule(rule) for rule in rules]}
                },
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(item, known.index(item.rule)) for item in findings],
            }
        ],
    }


def as_github(findings: Iterable[Finding]) -> str:
    """Workflow commands, one a line: GitHub shows each beside the line that it is about."""
    return "\n".join(
        f"::{_GITHUB_LEVELS[item.severity]} file={_property(place(item.path))},line={item.line},"
        f"title={item.rule}::{_data(f'{item.message}; {item.mend}')}"
        for item in findings
    )


def summary(findings: Iterable[Finding]) -> str:
    counts = Counter(item.severity for item in findings)
    told = [f"{counts[level]} {level.value}{'s' * (counts[level] != 1)}" for level in Severity if counts[level]]
    return ", ".join(told) or "nothing found"


def mended(finding: Finding, before: str) -> str:
    """What was changed of a file, in a line."""
    now = finding.edit.new if finding.edit else before
    return printable(f"{place(finding.path)}:{finding.line}: mended {finding.rule}  {before} → {now}")


def place(path: Path) -> str:
    """The path from where the user stands, if it lies below, or near."""
    relative = os.path.relpath(path)
    return relative if relative.count("..") <= 1 else str(path)


def printable(text: str) -> str:
    """Without characters that would move a terminal's cursor: values are quoted from files of others."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def _sarif_rule(rule: AnyRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.__name__,
        "shortDescription": {"text": rule.title()},
        "fullDescription": {"text": rule.explanation()},
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
    }


def _sarif_result(item: Finding, index: int) -> dict[str, Any]:
    path = place(item.path)
    uri = Path(path).as_uri() if Path(path).is_absolute() else _escaped(path)
    return {
        "ruleId": item.rule,
        "ruleIndex": index,
        "level": _SARIF_LEVELS[item.severity],
        "message": {"text": f"{item.message}; {item.mend}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": item.line}}}],
    }


def _escaped(path: str) -> str:
    from urllib.parse import quote

    return quote(path.replace(os.sep, "/"), errors="surrogateescape")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
