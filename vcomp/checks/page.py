"""One page of documentation: its commands and its links."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vcomp.checks.source import Place, Source, word
from vcomp.checks.tree import Family

_FENCE = re.compile(r"^\s*(?:>\s*)*(```+|~~~+)\s*([\w+-]*)")
_SHELLS = {"", "bash", "sh", "shell", "console", "zsh", "text"}
_PROGRAMS = {"vamc", "vamp", "python", "python3", "cd", "vcomp"}
_LINK = re.compile(r"\[[^\]\n]{0,300}\]\(\s*<?([^()\s<>#]{1,500})[^()\n]{0,300}\)")
_ENDS = {"&&", "||", "|", ";", "&"}


@dataclass(frozen=True)
class Word:
    """A word of a command, and its line."""

    text: str
    line: int


@dataclass(frozen=True)
class Command:
    words: tuple[Word, ...]

    @property
    def program(self) -> str:
        return self.words[0].text.rsplit("/", 1)[-1].removesuffix("3")

    @property
    def line(self) -> int:
        return self.words[0].line

    @property
    def script(self) -> Word | None:
        """The Python file that it runs."""
        runs = self.program == "python" and len(self.words) > 1 and self.words[1].text.endswith(".py")
        return self.words[1] if runs else None

    def values(self, *options: str) -> Iterator[Word]:
        """What is given to one of these options, as the next word or after a `=`."""
        for item, following in zip(self.words, (*self.words[1:], None), strict=True):
            option, equals, value = item.text.partition("=")
            if option in options and equals:
                yield Word(value, item.line)
            elif option in options and following is not None:
                yield following


@dataclass(frozen=True, eq=False)
class Page:
    """A Markdown file; `family` are the files of the model that it is about, if there are any."""

    source: Source
    text: str
    family: Family | None

    @property
    def path(self) -> Path:
        return self.source.path

    def at(self, item: Word) -> Place:
        return Place(self.source, item.line, word(item.text))

    @cached_property
    def links(self) -> list[Word]:
        """The targets of its links, without anchors."""
        lines = enumerate(self.text.split("\n"), 1)
        return [Word(match[1], number) for number, line in lines if "](" in line for match in _LINK.finditer(line)]

    @cached_property
    def commands(self) -> list[Command]:
        """The commands in its blocks of shell whose programs are known."""
        commands: list[Command] = []
        words: list[Word] = []
        for number, line in _shell_lines(self.text):
            goes_on = line.rstrip().endswith("\\")
            for text in _split(line.rstrip().rstrip("\\")):
                if text in _ENDS:
                    commands.append(Command(tuple(words)))
                    words = []
                else:
                    words.append(Word(text, number))
            if not goes_on:
                commands.append(Command(tuple(words)))
                words = []
        commands.append(Command(tuple(words)))
        return [
            command
            for command in map(_without_settings, commands)
            if command.words and command.words[0].text in _PROGRAMS
        ]


def _shell_lines(text: str) -> Iterator[tuple[int, str]]:
    fence: str | None = None
    shell = False
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if mark and (fence is None or mark[1].startswith(fence)):
            fence, shell = (mark[1], mark[2].lower() in _SHELLS) if fence is None else (None, False)
            if fence is None:
                yield number, ""
        elif fence is not None and shell:
            yield number, line


def _split(line: str) -> list[str]:
    line = line.strip().removeprefix("$ ").replace(";", " ; ")
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # a quote that a later line closes
        return line.split()


def _without_settings(command: Command) -> Command:
    """Without what stands before the program: `CUDA_VISIBLE_DEVICES=0 python …`, `sudo vamp …`."""
    words = command.words
    while words and (re.match(r"[A-Za-z_]\w*=", words[0].text) or words[0].text in ("sudo", "time", "nohup")):
        words = words[1:]
    return Command(words)
