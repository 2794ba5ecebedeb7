"""What the two programs have in common: where their lines go, and how they end."""

import os
import sys
from collections.abc import Callable

import vcomp
from vcomp.errors import VcompError


def heading(program: str, says: str) -> str:
    return f"{program}: vcomp {vcomp.__version__}'s emulation of it on this CPU; {says}"


def say(line: str) -> None:
    """One line on stdout, at once: a log that is read while the program works."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(program: str, work: Callable[[], None]) -> int:
    """The exit code: 0, or 2 with a line on stderr if the user, or the system, stood in the way."""
    try:
        work()
    except VcompError as error:
        return _failed(program, f"error: {error}", 2)
    except BrokenPipeError:  # who read the lines has enough of them
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - or Python complains when it closes the pipe
        return 141  # as a shell counts SIGPIPE
    except OSError as error:
        return _failed(
            program, f"error: {': '.join(str(part) for part in (error.filename, error.strerror or error) if part)}", 2
        )
    except KeyboardInterrupt:
        return _failed(program, "interrupted", 130)
    return 0


def _failed(program: str, says: str, code: int) -> int:
    sys.stderr.write(f"{program}: {says}\n")
    return code
