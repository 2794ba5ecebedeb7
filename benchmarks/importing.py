"""How long importing a zoo of hand-written files takes, and whether that grows with the number of files alone.

    python benchmarks/importing.py path/to/zoo

The zoo is imported and verified, and its specs rendered, once, twice and four times over, each in a process of its own.
Goals: under 10 seconds for 566 files, under 500 MB, and time that grows no faster than the files.
"""

import resource
import tempfile
import time
from pathlib import Path

import growth


def measure(zoo: Path) -> dict[str, float]:
    """Seconds and megabytes of one import in this process, which has done nothing else."""
    from vcomp.importing.run import import_paths
    from vcomp.project import find_project
    from vcomp.render import render_models

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        report = import_paths([zoo], Path(folder) / "models", verify=True)
        imported = time.perf_counter()
        rendered = render_models(find_project(Path(folder)))
        done = time.perf_counter()
    return {
        "files": len(report.files),
        "different": report.summary["different"],
        "rendered": len(rendered.files),
        "import": imported - start,
        "render": done - imported,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main(zoo: Path) -> None:
    print(f"{'':6}{'files':>8}{'import s':>10}{'rendered':>10}{'render s':>10}{'ms/file':>10}{'MB':>8}")
    for count, best in growth.copies(__file__, zoo, lambda told: told["import"] + told["render"]):
        per_file = (best["import"] + best["render"]) / best["files"] * 1e3
        print(
            f"{count}×{'':4}{best['files']:8.0f}{best['import']:10.2f}{best['rendered']:10.0f}{best['render']:10.2f}"
            f"{per_file:10.2f}{best['memory']:8.0f}"
        )


if __name__ == "__main__":
    growth.run(measure, main)
