"""The emulated stream beside plain loops over ONNX Runtime.

    python benchmarks/inference.py

All run the same compiled UNet++ with the same threads over the same images, small ones and ones of 1080×1920: the
network alone on prepared inputs; a sequential loop of preprocessing and network; the asynchronous stream, which does
both at once. Goals: the stream is faster than the sequential loop, and costs at most 10 % over the network alone.
"""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.images import list_images, read_rgb
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.programs import MODULES
from vcomp.networks.session import open_session
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.vdsp import VdspOp
from vcomp.preprocess.vdsp_json import load_vdsp

ROUNDS = 9
IMAGES = 32
MODEL = Path(__file__).resolve().parent.parent / "models" / "unetpp"
JSON = MODEL / "build_in" / "vdsp_params" / "unetpp-vdsp_params.json"

Images = Sequence[NDArray[np.uint8]]
Loop = Callable[[], None]


def plain_loops(prefix: Path, images: Images) -> tuple[Loop, Loop]:
    """The network alone, and after the preprocessing of each image, which is given in planes, as to the stream."""
    session, op = open_session(read_artifact(str(prefix)).network), load_vdsp(JSON)
    assert isinstance(op, VdspOp)

    def prepared(planes: NDArray[np.uint8]) -> NDArray[np.float32]:
        image = np.asarray(cv2.merge(list(planes)), np.uint8)
        return run_vdsp(op, image, (96, 96)).astype(np.float32)[np.newaxis]

    planar = [np.ascontiguousarray(image.transpose(2, 0, 1)) for image in images]
    inputs = [prepared(planes) for planes in planar]

    def alone() -> None:
        for item in inputs:
            session.run(None, {"input": item})

    def sequential() -> None:
        for planes in planar:
            session.run(None, {"input": prepared(planes)})

    return alone, sequential


def stream(prefix: Path, images: Images) -> Loop:
    sys.path.insert(0, str(MODULES))
    import vaststreamx as vsx  # type: ignore[import-not-found]

    model = vsx.ModelOperator(vsx.Model(str(prefix), 1))
    planes = [np.ascontiguousarray(image.transpose(2, 0, 1)) for image in images]
    given = [vsx.create_image(plane, vsx.ImageFormat.RGB_PLANAR, *plane.shape[:0:-1], 0) for plane in planes]

    def loop() -> None:
        graph = vsx.Graph()
        graph.add_operators(vsx.Operator.load_ops_from_json_file(str(JSON))[0], model)
        running = vsx.Stream(graph, vsx.StreamBalanceMode.ONCE)
        running.register_operator_output(model)
        running.build()

        def feed() -> None:
            for image in given:
                running.run_async([image])
            running.close_input()

        threading.Thread(target=feed).start()
        for _ in given:
            vsx.as_numpy(running.get_operator_output(model)[0][0])

    return loop


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "vcomp.cli.main", "run", "unetpp", "--dtype", "all", "--limit", "1"]
        subprocess.run([*command, "--workspace", folder], check=True, cwd=MODEL, stdout=subprocess.DEVNULL)
        found = list_images(Path(folder) / ".vcomp" / "sample" / "dsb2018_256_val" / "images", "png")
        small = [read_rgb(found[index % len(found)]) for index in range(IMAGES)]
        large = [np.asarray(cv2.resize(image, (1920, 1080)), np.uint8) for image in small]
        for dtype in ("fp16", "int8"):
            prefix = Path(folder) / "deploy_weights" / f"unetpp_{dtype}" / "mod"
            for size, images in (("256×256", small), ("1080×1920", large)):
                alone, sequential = plain_loops(prefix, images)
                compare(
                    f"{dtype}, {size}",
                    {"network alone": alone, "sequential loop": sequential, "stream": stream(prefix, images)},
                )


def compare(title: str, loops: dict[str, Loop]) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    for loop in loops.values():  # warm up
        loop()
    for _ in range(ROUNDS):  # in turns, so that a busy machine is busy for all
        for name, loop in loops.items():
            start = time.perf_counter()
            loop()
            seconds[name].append(time.perf_counter() - start)
    print(f"{title}: images/s, medians of {ROUNDS} rounds")
    for name, values in seconds.items():
        print(f"  {name:28}{IMAGES / statistics.median(values):8.1f}")
    alone, sequential, ours = seconds.values()
    print(f"  {'faster than the loop':28}{ratio(sequential, ours):8.2f} times   goal > 1")
    print(f"  {'time over the network alone':28}{ratio(ours, alone):8.2f} times   goal ≤ 1.10")


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


if __name__ == "__main__":
    main()
