"""The catalogue of rules as a page of documentation."""

import re

from vcomp.checks.catalogue import GROUPS, PROOF, AnyRule

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_HEAD = """\
# What `vcomp check` looks for

This page is written by `python -m vcomp.checks.catalogue docs/checks.md`, from the rules themselves.

```bash
vcomp new unetpp
vcomp check                            # the model you stand in, else all of the project
vcomp check unetpp --prove             # push a picture through calibration and runtime
vcomp check models/unetpp --fix        # hand-written files: a file, a model's folder, a whole zoo
vcomp check --explain VC601
vcomp check --select VC1,VC703 --ignore VC106 --format sarif
```

`--fix` mends what is safe to mend: one value at a time, and nothing beside it. A spec is loaded for a name alone: what
is given as a path is only read.

It exits with 1 if there is an error, 0 if not, 2 if it could not be done. `--format` is `text`, `json` (also `--json`),
`sarif` (2.1.0) or `github` (annotations of a workflow).

- An **error** contradicts itself or another file, whatever the vendor's programs make of it.
- A **warning** is likely wrong.
- A **question** depends on what only the vendor's programs, or the author, know.
"""


def document(measured: str) -> str:
    """The page; `measured` is its section of figures, which no rule can tell."""
    groups = {**GROUPS, "Proof": PROOF}
    parts = [_HEAD]
    for title, rules in groups.items():
        parts.append(f"## {title}\n\n{_table(rules)}\n")
        parts += [_entry(rule) for rule in rules]
    parts.append(f"{BEGIN}\n{measured.strip()}\n{END}\n")
    return "\n".join(parts)


def measured_of(page: str) -> str:
    """The section of figures of a page; empty if it has none."""
    found = re.search(f"{re.escape(BEGIN)}\n(.*?){re.escape(END)}", page, re.DOTALL)
    return found[1].strip() if found else ""


def _table(rules: tuple[AnyRule, ...]) -> str:
    rows = [f"| [{rule.id}](#{rule.id.lower()}) | {rule.severity.value} | {_cell(rule.title())} |" for rule in rules]
    return "\n".join(["| rule | | |", "|---|---|---|", *rows])


def _entry(rule: AnyRule) -> str:
    head = f'<a id="{rule.id.lower()}"></a>\n**{rule.id} {rule.__name__}** ({rule.severity.value})'
    return f"{head}\n\n{rule.explanation()}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
