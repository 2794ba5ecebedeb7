"""Whether the cost of a zoo of hand-written files grows with their number alone: once, twice, four times over."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROUNDS = 3
COPIES = (1, 2, 4)

Told = dict[str, float]


def run(measure: Callable[[Path], Told], main: Callable[[Path], None]) -> None:
    """`SCRIPT ZOO` is the whole benchmark; `SCRIPT --one ZOO` measures in this process, which has done nothing else."""
    if sys.argv[1] == "--one":
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main(Path(sys.argv[1]))


def copies(script: str, zoo: Path, seconds: Callable[[Told], float]) -> Iterator[tuple[int, Told]]:
    """The number of copies, and what the fastest of some processes told of them."""
    with tempfile.TemporaryDirectory() as folder:
        for count in COPIES:
            root = Path(folder) / f"{count}x"
            for number in range(count):
                shutil.copytree(zoo, root / str(number))
            yield count, min((_in_a_process(script, root) for _ in range(ROUNDS)), key=seconds)


def _in_a_process(script: str, zoo: Path) -> Told:
    command = [sys.executable, script, "--one", str(zoo)]
    told: Told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told
