"""How long an unchanged `vcomp run` takes the second time.

    python benchmarks/rerun.py [--data DIR]

Goal: under 3 seconds.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
MODEL = Path(__file__).resolve().parent.parent / "models" / "unetpp"


def main() -> None:
    arguments = [word if word.startswith("-") else str(Path(word).resolve()) for word in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "vcomp.cli.main", "run", "unetpp", "--dtype", "int8", "--workspace", folder]
        seconds = []
        for _ in range(1 + ROUNDS):
            start = time.perf_counter()
            subprocess.run(
                [*command, *arguments],
                check=True,
                cwd=MODEL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            seconds.append(time.perf_counter() - start)
    print(f"first run          {seconds[0]:8.1f} s")
    print(f"unchanged again    {statistics.median(seconds[1:]):8.2f} s  (median of {ROUNDS}), goal < 3 s")


if __name__ == "__main__":
    main()
