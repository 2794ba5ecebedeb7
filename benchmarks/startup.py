"""How long `vcomp --help` takes, beside importing the two libraries that any such command line needs.

    python benchmarks/startup.py

Goal: at most 1.5 times as long.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

ROUNDS = 15
COMMANDS: dict[str, Sequence[str]] = {
    "vcomp --help": (sys.executable, "-m", "vcomp.cli.main", "--help"),
    "import typer, rich": (sys.executable, "-c", "import typer, rich"),
}


def main() -> None:
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):  # in turns, so that a busy machine is busy for both
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - start)
    ours, theirs = (statistics.median(seconds[name]) for name in COMMANDS)
    for name, values in seconds.items():
        print(f"{name:24}{statistics.median(values) * 1e3:8.0f} ms  (median of {ROUNDS})")
    print(f"{'ratio':24}{ours / theirs:8.2f}     goal ≤ 1.5")


if __name__ == "__main__":
    main()
