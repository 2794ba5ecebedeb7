"""Scripts: whether they parse, and whether what they take by default is there."""

import os
from collections.abc import Iterator

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.prefixes import named_build
from vcomp.checks.rule import Rule
from vcomp.checks.script import Script
from vcomp.checks.where import is_open, is_own, leading

_MARKERS = ("<<<<<<< ", ">>>>>>> ")
_DATA = (".yaml", ".yml", ".json")
_ROOTS = ("deploy_weights/", "./deploy_weights/", "vacc_deploy/", "./vacc_deploy/")


class DoesNotParse(Rule[Script]):
    """A script that is no Python: a merge that was left half done, or a mistake that nobody ran into yet."""

    id = "VC921"
    severity = Severity.ERROR
    looks_at = Script

    def visit(self, subject: Script) -> Iterator[Finding]:
        error = subject.parsed
        if not isinstance(error, SyntaxError):
            return
        lines = enumerate(subject.text.split("\n"), 1)
        marker = next((number for number, line in lines if line.startswith(_MARKERS)), None)
        if marker:
            yield self.finding(
                subject.at(marker), "the script holds the markers of a merge conflict", "finish the merge"
            )
        else:
            yield self.finding(subject.at(error.lineno or 1), f"the script does not parse: {error.msg}", "correct it")


class DefaultNotThere(Rule[Script]):
    """An option's default names a YAML or JSON that is not there."""

    id = "VC922"
    severity = Severity.ERROR
    looks_at = Script

    def visit(self, subject: Script) -> Iterator[Finding]:
        for option in subject.defaults():
            path = option.default or ""
            if path.endswith(_DATA) and is_own(path) and not leading(subject.path, path):
                yield self.finding(
                    subject.at(option.line),
                    f"{option.names[-1]} defaults to {path}, which is not there",
                    "name a file of this model",
                )


class DefaultBuild(Rule[Script]):
    """An option's default is an artifact that no compile YAML of the model writes."""

    id = "VC923"
    severity = Severity.WARNING
    looks_at = Script

    def visit(self, subject: Script) -> Iterator[Finding]:
        names = [file.name for file in subject.family.compiles if file.name] if subject.family else []
        for option in subject.defaults():
            path = option.default or ""
            is_artifact = path.startswith(_ROOTS) and path.count("/") > 1 and not is_open(os.path.normpath(path))
            if names and is_artifact and named_build(path, subject.family) is None:
                yield self.finding(
                    subject.at(option.line),
                    f"{option.names[-1]} defaults to {path}, which no compile YAML writes",
                    f"written are {', '.join(sorted(names))}",
                )
