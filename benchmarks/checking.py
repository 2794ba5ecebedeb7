"""How long checking a zoo of hand-written files takes, and whether that grows with the number of files alone.

    python benchmarks/checking.py path/to/zoo

The zoo is checked once, twice and four times over, each in a process of its own. Goals: a few seconds for 566 files,
at most 500 MB, and time that grows no faster than the files.
"""

import resource
import time
from pathlib import Path

import growth


def measure(zoo: Path) -> dict[str, float]:
    """Seconds and megabytes of one check of a folder in this process, which has done nothing else."""
    start = time.perf_counter()
    from vcomp.checks.check import check_paths

    imported = time.perf_counter()
    findings = check_paths([zoo])
    done = time.perf_counter()
    return {
        "files": sum(1 for path in zoo.rglob("*") if path.suffix in (".yaml", ".json")),
        "findings": len(findings),
        "import": imported - start,
        "check": done - imported,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main(zoo: Path) -> None:
    print(f"{'':6}{'files':>8}{'findings':>10}{'import s':>10}{'check s':>10}{'ms/file':>10}{'MB':>8}")
    for count, best in growth.copies(__file__, zoo, lambda told: told["check"]):
        per_file = best["check"] / best["files"] * 1e3
        print(
            f"{count}×{'':4}{best['files']:8.0f}{best['findings']:10.0f}{best['import']:10.2f}{best['check']:10.2f}"
            f"{per_file:10.2f}{best['memory']:8.0f}"
        )


if __name__ == "__main__":
    growth.run(measure, main)
