"""Printing: results on stdout; notes and progress on stderr."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

PIPE_WIDTH = 132  # a file or a pipe has no width of its own


def print_json(content: Any) -> None:
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def from_here(path: Path) -> Path:
    """A path as the user would type it, standing where they stand."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], texts: Sequence[int] = (0,)) -> None:
    """A table on stdout; the columns of these numbers hold text, the others figures."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPE_WIDTH)
    shown = Table(title=Text(title), box=SIMPLE_HEAD)
    for index, column in enumerate(columns):
        shown.add_column(column, justify="left" if index in texts else "right")
    for row in rows:
        shown.add_row(*map(Text, row))
    console.print(shown)


class Progress:
    """Shows the steps of a run on stderr: a moving line on a terminal, a line per finished step in any case."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._current: _Line | None = None

    @contextmanager
    def step(self, title: str) -> Iterator["_Line"]:
        from rich.markup import escape

        start = time.monotonic()
        with self._console.status(escape(title)) as status:
            yield _Line(lambda text: status.update(escape(f"{title}  {text}"[:200])))
        self._console.print(f"[green]✓[/] {escape(title)}  [dim]{time.monotonic() - start:.1f} s[/]")

    def unchanged(self, title: str) -> None:
        from rich.markup import escape

        self._console.print(f"[dim]· {escape(title)}  unchanged[/]")

    def note(self, text: str) -> None:
        from rich.markup import escape

        self._console.print(f"[yellow]![/] {escape(text)}")


class _Line:
    """What a step at work is just doing."""

    def __init__(self, show: Any) -> None:
        self._show = show

    def advance(self, done: int, total: int | None = None) -> None:
        self._show(f"{done}/{total}" if total else f"{done}")

    def say(self, line: str) -> None:
        self._show(line.strip())
