"""`vcomp import`"""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vcomp.cli.codes import Code
from vcomp.cli.options import Json
from vcomp.cli.output import from_here, print_json

if TYPE_CHECKING:
    from vcomp.importing.run import Report


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="YAML and JSON files, models' folders, or a whole zoo.")],
    models: Annotated[Path, typer.Option(help="Where models/<name>/spec.py are written.")] = Path("models"),
    verify: Annotated[bool, typer.Option("--verify", help="Render each spec again and compare.")] = False,
    json: Json = False,
) -> None:
    """Make specs of hand-written vamc YAMLs and vdsp_params JSONs.

    What exists is never overwritten, and nothing of yours is run.
    """
    from vcomp.importing.run import import_paths

    report = import_paths(paths, models, verify=verify)
    if json:
        print_json(report.to_json())
    else:
        _print(report, verify)
    raise typer.Exit(Code.VERDICT if report.bad else Code.OK)


def _print(report: "Report", verify: bool) -> None:
    """Each spec, each error and warning with its place, and how many there are of the rest."""
    for path in report.written:
        typer.echo(f"create     {from_here(path)}")
    questions: Counter[str] = Counter()
    for file in report.files:
        for item in file.findings:
            if item.severity.value == "question":
                questions[item.rule] += 1
                continue
            mend = f"\n    {item.mend}" if item.mend else ""
            typer.echo(f"{from_here(item.path)}:{item.line}  {item.severity.value}: {item.message} [{item.rule}]{mend}")
        for difference in file.comparison.differences if file.comparison else ():
            typer.echo(f"{from_here(file.path)}  different: {'.'.join(map(str, difference.at))}")
    for skipped in report.skipped:
        typer.echo(f"skipped    {from_here(skipped.path)}: {skipped.reason}", err=True)
    counts = report.summary
    files = f"{counts['files']} file{'s' * (counts['files'] != 1)}"
    findings = f"{counts['findings']} imported with findings"
    typer.echo(f"{files}: {counts['imported']} imported, {findings}, {counts['refused']} refused")
    if questions:
        told = ", ".join(f"{count} × {rule}" for rule, count in questions.most_common())
        typer.echo(f"questions only their author can answer (--json has each): {told}")
    if verify:
        statuses = ("equal", "normalised", "different")
        typer.echo(f"rendered again: {', '.join(f'{counts[status]} {status}' for status in statuses)}")
