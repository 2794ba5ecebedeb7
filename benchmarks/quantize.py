"""Calibration and int8 networks beside `onnxruntime.quantization.quantize_static`, in one run.

    python benchmarks/quantize.py [--data DIR] [--quick]

Each measurement is a process of its own; memory is its peak. Without a data folder, drawn images are used. UNet++ is
scored; of a ResNet with random weights, the noise that int8 adds is compared. `--quick` measures a few images, to show
that everything runs: its figures are not judged. Exits with 1 when a goal is missed. Takes about 25 minutes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODES = ("max", "percentile", "kl_divergence", "mse")
SAME_AS = {"max": "MinMax", "percentile": "Percentile", "kl_divergence": "Entropy"}
SETTINGS = ("QInt8", "QInt8 symmetric", "QUInt8", "QUInt8 per tensor")
EVALUATED = 100
PAIRS = 3  # of calibrations, where time is compared
OPENINGS = 24  # of each model, where speed is compared
NOISE = 0.03  # of a ratio of speeds: medians of paired runs differ by so much from one run to the next


@dataclass
class Bench:
    """The folder that measurements share, the scale of the run, and the goals met so far."""

    folder: Path
    data: Path
    quick: bool
    missed: int = 0

    def run(self, *words: object) -> dict[str, Any]:
        """One measurement; what it printed, and its peak memory in GB."""
        task, *arguments = map(str, words)
        return measured([sys.executable, str(HERE / "quantize_work.py"), task, str(self.folder), *arguments])

    def goal(self, point: int, what: str, figure: str, theirs: str, goal: str, met: bool | None) -> None:
        verdict = "–" if met is None or self.quick else "pass" if met else "MISSED"
        self.missed += verdict == "MISSED"
        print(f"{point}  {what:58}{figure:>10}{theirs:>12}   {goal:34}{verdict}", flush=True)


def measured(command: list[str]) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)]), "VCOMP_THREADS": "2"}
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=HERE, text=True)
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        errors.seek(0)
        if status:
            sys.exit(f"{' '.join(command)}\n{errors.read()}")
    return {
        **json.loads(printed[printed.index("{") :]),
        "wall": time.perf_counter() - start,
        "gb": usage.ru_maxrss / 1e6,
    }


def calibration(bench: Bench, network: str) -> None:
    """Points 1 and 2; leaves the int8 networks of the few images behind."""
    few, many = (4, 8) if bench.quick else (50, 400)
    more = bench.run("ours", network, 96, many)
    theirs = {method: bench.run("theirs", network, 96, few, method, "QUInt8") for method in SAME_AS.values()}
    pairs = [
        (bench.run("ours", network, 96, few), bench.run("theirs", network, 96, few, "Percentile", "QUInt8"))
        for _ in range(1 if bench.quick else PAIRS)
    ]
    own = pairs[0][0]
    worst = max(item["gb"] for item in theirs.values())
    what = f"{network}: peak GB, four modes, {few} images at 96×96"
    bench.goal(1, what, f"{own['gb']:.2f}", f"{worst:.2f}", "< 0.6", own["gb"] < 0.6)
    growth = more["gb"] / own["gb"] - 1
    bench.goal(
        1, f"{network}: growth of that from {few} to {many} images", f"{growth:.1%}", "–", "< 5 %", growth < 0.05
    )
    seconds, percentile = (statistics.median(run["seconds"] for run in runs) for runs in zip(*pairs, strict=True))
    what, goal = f"{network}: seconds, four modes; their percentile", f"< {percentile / 2:.1f}, half of theirs"
    bench.goal(2, what, f"{seconds:.1f}", f"{percentile:.1f}", goal, seconds < percentile / 2)


def large_images(bench: Bench) -> None:
    number = 2 if bench.quick else 50
    own = bench.run("ours", "unetpp", 512, number)
    bench.goal(
        1, f"unetpp: peak GB, four modes, {number} images at 512×512", f"{own['gb']:.2f}", "–", "< 2", own["gb"] < 2
    )


def accuracy(bench: Bench) -> None:
    models = {mode: f"unetpp-ours-{mode}.onnx" for mode in MODES}
    models |= {method: f"unetpp-theirs-{method}-QUInt8.onnx" for method in SAME_AS.values()}
    found = bench.run("score", bench.data, 4 if bench.quick else EVALUATED, "unetpp-96.onnx", *models.values())
    fp32 = found["unetpp-96.onnx"]
    for mode in MODES:
        own, method = found[models[mode]], SAME_AS.get(mode)
        if method is None:
            bench.goal(3, f"unetpp: mIoU, {mode}", f"{own:.3f}", "–", "no goal: they have no such mode", None)
            continue
        theirs = found[models[method]]
        met = fp32 - own <= 0.15 and theirs - own <= 0.05
        goal = f"≥ {fp32:.3f} − 0.15, ≥ theirs − 0.05"
        bench.goal(3, f"unetpp: mIoU, {mode}", f"{own:.3f}", f"{theirs:.3f}", goal, met)


def added_noise(bench: Bench) -> None:
    models = {mode: f"resnet-ours-{mode}.onnx" for mode in SAME_AS}
    models |= {method: f"resnet-theirs-{method}-QUInt8.onnx" for method in SAME_AS.values()}
    found = bench.run("noise", "resnet-96.onnx", 4 if bench.quick else 50, *models.values())
    for mode, method in SAME_AS.items():
        own, theirs = found[models[mode]], found[models[method]]
        bench.goal(3, f"resnet: noise in %, {mode}", f"{own:.2f}", f"{theirs:.2f}", "no goal: for comparison", None)


def inference(bench: Bench, network: str) -> None:
    for setting in SETTINGS:
        bench.run("theirs", network, 96, 4, "MinMax", setting)
    fp32 = f"{network}-96.onnx"
    theirs = {setting: f"{network}-theirs-MinMax-{setting}.onnx" for setting in SETTINGS}
    models = {mode: f"{network}-ours-{mode}.onnx" for mode in MODES}
    seconds = bench.run("speed", 2 if bench.quick else OPENINGS, fp32, *theirs.values(), *models.values())

    def ratio(slow: str, fast: str) -> float:
        return float(statistics.median(a / b for a, b in zip(seconds[slow], seconds[fast], strict=True)))

    for setting, model in theirs.items():
        bench.goal(4, f"{network}: × fp32, their {setting}", "–", f"{ratio(fp32, model):.2f}", "–", None)
    best = max(theirs.values(), key=lambda model: ratio(fp32, model))
    for mode, model in models.items():
        faster = ratio(best, model)
        met = faster >= 1 - NOISE and (network != "unetpp" or ratio(fp32, model) >= 3)
        goal = "≥ 3, as fast as theirs" if network == "unetpp" else "as fast as theirs"
        shown = f"{ratio(fp32, model):.2f}"
        bench.goal(4, f"{network}: × fp32, {mode}; × their best", shown, f"{faster:.2f}", goal, met)


def repeatability(bench: Bench, network: str) -> None:
    found = bench.run("repeatability", network, 8 if bench.quick else 24)
    equal, moved = found["equal"], found["batches"]
    bench.goal(
        5, f"{network}: ranges for any order, 1 and 2 workers", "equal" if equal else "differ", "–", "equal bits", equal
    )
    bench.goal(5, f"{network}: ranges, batch 8 against batch 1", f"{moved:.0e}", "–", "≤ 1e-05 relative", moved <= 1e-5)


def sensitivity(bench: Bench) -> None:
    words = ["-m", "vcomp.cli.main", "quantize", "unetpp", "--sensitivity", "--tolerance", "0.1", "--json"]
    words += ["--data", str(bench.data), "--workspace", str(bench.folder / "workspace")]
    found = measured([sys.executable, *words, *(["--limit", "1"] if bench.quick else [])])
    layers = len(found["sensitivity"]["costs"])
    bench.goal(
        6, f"unetpp: sensitivity of {layers} layers, seconds", f"{found['wall']:.0f}", "–", "< 180", found["wall"] < 180
    )
    bench.goal(6, "unetpp: sensitivity, peak GB", f"{found['gb']:.2f}", "–", "< 1", found["gb"] < 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data folder with DSB2018; else drawn images")
    parser.add_argument("--quick", action="store_true", help="a few images, nothing is judged")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = options.data.resolve() if options.data else folder / "sample"
        if not options.data:
            command = [sys.executable, "-m", "vcomp.cli.main", "data", "sample", "--out", str(data)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        bench = Bench(folder, data, options.quick)
        bench.run("prepare", data, 8 if bench.quick else 400)
        print(f"   {'':58}{'vcomp':>10}{'theirs':>12}   goal")
        large_images(bench)
        for network in ("unetpp", "resnet"):
            calibration(bench, network)
        accuracy(bench)
        added_noise(bench)
        for network in ("unetpp", "resnet"):
            inference(bench, network)
            repeatability(bench, network)
        sensitivity(bench)
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    sys.exit(bench.missed > 0)


if __name__ == "__main__":
    main()
