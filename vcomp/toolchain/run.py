"""Running one program of a toolchain: its output goes to a log, and its tail into the error when it fails."""

import shlex
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vcomp.errors import VcompError
from vcomp.results import Toolchain as ToolchainRecord

TAIL = 20  # lines of a failed program's output that are shown


@dataclass(frozen=True)
class Toolchain:
    """Where `vamc`, `vamp` and a Python with `vaststreamx` come from; `environment` is the child processes' own."""

    record: ToolchainRecord
    python: str
    environment: dict[str, str]
    versions: dict[str, str] = field(default_factory=dict)

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        log: Path,
        on_line: Callable[[str], None] | None = None,
    ) -> str:
        """Run a command to its end and return its output; VcompError with the tail of it when it fails.

        The word `python` stands for the toolchain's own interpreter.
        """
        words = [self.python, *command[1:]] if command[0] == "python" else list(command)
        log.parent.mkdir(parents=True, exist_ok=True)
        lines: list[str] = []
        with log.open("w") as file:

            def keep(line: str) -> None:
                file.write(line)
                lines.append(line)
                if on_line is not None:
                    on_line(line)

            file.write(f"$ {shlex.join(words)}\n")
            code = self._stream(words, cwd, keep)
        if code != 0:
            raise _failed(self, words, code, lines, log)
        return "".join(lines)

    def _stream(self, words: Sequence[str], cwd: Path, on_line: Callable[[str], None]) -> int:
        try:
            process = subprocess.Popen(
                words,
                cwd=cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise VcompError(
                f"cannot run {words[0]}: {error.strerror}", mend="vcomp doctor shows what is there"
            ) from None
        try:
            assert process.stdout is not None
            for line in process.stdout:
                on_line(line)
            return process.wait()
        finally:  # also on Ctrl-C: no child outlives the run
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=5)
                except subprocess.TimeoutExpired:
                    process.kill()


def _failed(toolchain: Toolchain, words: Sequence[str], code: int, lines: Sequence[str], log: Path) -> VcompError:
    tail = "".join(f"    | {line}" for line in deque(lines, maxlen=TAIL)).rstrip()
    ended = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return VcompError(
        f"{Path(words[0]).name} {ended} ({toolchain.record.label})\n{tail}",
        mend=f"the whole output is in {log}",
    )
