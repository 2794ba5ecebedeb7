"""Commands on pages: options that nobody defines, and what is given to them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.page import Command, Page, Word
from vcomp.checks.prefixes import named_build
from vcomp.checks.rule import Rule
from vcomp.checks.script import Script
from vcomp.checks.source import Source
from vcomp.checks.where import found, is_open
from vcomp.errors import nearest

_VAMP_OPTIONS = (
    "-m --model_prefix --model_json --model_param --model_lib --hwconfig --vdsp_params -b --batch_size "
    "--force_batch_size -i --instance -d --device_id -p --processes -s --shape --dtype --iterations -t "
    "--forward_time --forward_mode "
    "--percentiles --datalist --path_output --cache_input --cache_input_host --cache_output --backend --producer_mode "
    "--none_vaml --freqlist -g --graph --verbose -c --config -f --file_report -v --version -? --help -h"
).split()
_SHORTEST = 4  # a shorter option begins many words by chance
_MOST_BYTES = 1 << 20


class LostDash(Rule[Page]):
    """`p 1` in a call of vamp: the dash of -p is lost, and the number of processes with it."""

    id = "VC908"
    severity = Severity.ERROR
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for command in subject.commands:
            words = command.words if command.program == "vamp" else ()
            for item, value in pairwise(words):
                if item.text == "p" and value.text.isdecimal():
                    yield self.finding(
                        subject.at(item), f"`p {value.text}` has no dash", f"write -p {value.text}", fix="-p"
                    )


class UnknownOption(Rule[Page]):
    """A command gives an option that its program does not define."""

    id = "VC909"
    severity = Severity.ERROR
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for item, known in _strange_options(subject):
            if _glued(item.text, known) is None:
                close = nearest(item.text, known)
                yield self.finding(
                    subject.at(item),
                    f"there is no option {item.text}",
                    f"write {close}" if close else f"one of {', '.join(known)}",
                )


class GluedOption(Rule[Page]):
    """An option and its value are written as one word: the blank between them is lost."""

    id = "VC910"
    severity = Severity.ERROR
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for item, known in _strange_options(subject):
            option = _glued(item.text, known)
            if option is not None:
                yield self.finding(
                    subject.at(item),
                    f"{item.text} is {option} and its value in one word",
                    f"write {option} {item.text.removeprefix(option)}",
                )


class ShapeOfAnother(Rule[Page]):
    """The shape given to vamp is another than the network's input has: other images are measured, or none."""

    id = "VC911"
    severity = Severity.QUESTION
    looks_at = Page

    def visit(self, subject: Page) -> Iterator[Finding]:
        for command in subject.commands:
            if command.program != "vamp":
                continue
            builds = [named_build(item.text, subject.family) for item in command.values("-m", "--model_prefix")]
            for item in command.values("-s", "--shape"):
                sides = [side.strip() for side in item.text.strip("[]() ").split(",")]
                build = next((build for build in builds if build), None)
                if build is None or not all(side.isdecimal() for side in sides) or not build.image_input:
                    continue
                if tuple(map(int, sides)) != build.image_input:
                    yield self.finding(
                        subject.at(item),
                        f"the shape is {item.text}, {build.path.name} says {list(build.image_input)}",
                        f"write {str(list(build.image_input)).replace(' ', '')}",
                    )


def _strange_options(page: Page) -> Iterator[tuple[Word, Sequence[str]]]:
    """Options that their program does not define, and those that it does."""
    for command in page.commands:
        known = _options_of(page, command)
        for item in command.words[1:] if known else ():
            option = item.text.split("=")[0]
            if option.startswith("-") and option.strip("-")[:1].isalpha() and not _is_known(option, known):
                yield item, known


def _options_of(page: Page, command: Command) -> Sequence[str]:
    """The options of the program that a command calls; none where they are not known."""
    if command.program == "vamp":
        return _VAMP_OPTIONS
    if command.script is None or is_open(command.script.text):
        return ()
    path = found(page.path, command.script.text)
    if path is None or path.stat().st_size > _MOST_BYTES:
        return ()
    source = Source(path)
    options = Script(source, source.text, None).options
    return [name for option in options or () for name in option.names if name.startswith("-")] + [
        "-h",
        "--help",
    ] * bool(options)


def _is_known(option: str, known: Sequence[str]) -> bool:
    """Whether argparse takes it: as it stands, cut short where that is plain, or as `-p1`."""
    if option in known:
        return True
    if option.startswith("--"):
        return sum(name.startswith(option) for name in known) == 1
    return any(option.startswith(name) for name in known if len(name) == 2)


def _glued(option: str, known: Sequence[str]) -> str | None:
    """The option that a word begins with, if its value follows without a blank."""
    begins = [name for name in known if name.startswith("--") and len(name) > _SHORTEST and option.startswith(name)]
    return max(begins, key=len, default=None)
