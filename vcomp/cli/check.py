"""`vcomp check`"""

from enum import Enum
from typing import Annotated

import typer

from vcomp.cli.codes import Code
from vcomp.cli.options import Json
from vcomp.cli.output import print_json


class Format(str, Enum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


Ids = list[str] | None


def check(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME… | PATH…]", help="Models, files or folders; none: the model you stand in, else all."
        ),
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="ID", help="Say what a rule is about, and nothing else.")
    ] = None,
    select: Annotated[
        Ids, typer.Option(metavar="IDS", help="Only these rules: VC101, or VC1 for all that begin so.")
    ] = None,
    ignore: Annotated[Ids, typer.Option(metavar="IDS", help="All but these rules.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend.")] = False,
    prove: Annotated[bool, typer.Option("--prove", help="Push an image through calibration and runtime.")] = False,
    format: Annotated[Format, typer.Option("--format", help="How findings are printed.")] = Format.TEXT,
    json: Json = False,
) -> None:
    """Say what is wrong with models and hand-written files, before anything is compiled.

    Exits with 1 if there is an error.
    """
    from vcomp import __version__
    from vcomp.checks import report
    from vcomp.checks.catalogue import chosen, rule_with
    from vcomp.checks.check import check as look
    from vcomp.checks.finding import Severity
    from vcomp.checks.fix import fix as mend

    if explain:
        rule = rule_with(explain)
        typer.echo(f"{rule.id} {rule.__name__} ({rule.severity.value})\n\n{rule.explanation()}")
        return
    rules = chosen(_listed(select), _listed(ignore), prove=prove)
    findings = look(what or [], rules)
    if fix:
        for item, before in mend(findings):
            typer.echo(report.mended(item, before), err=True)
        findings = look(what or [], rules)
    shown = Format.JSON if json else format
    if shown is Format.JSON:
        print_json(report.as_json(findings))
    elif shown is Format.SARIF:
        print_json(report.as_sarif(findings, rules, __version__))
    else:
        typer.echo(report.as_text(findings) if shown is Format.TEXT else report.as_github(findings))
    raise typer.Exit(Code.VERDICT if any(item.severity is Severity.ERROR for item in findings) else Code.OK)


def _listed(ids: Ids) -> list[str]:
    """Ids that were given apart, or in one word with commas."""
    return [one.strip() for word in ids or [] for one in word.split(",")]
