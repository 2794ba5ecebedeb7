"""Images per second through the emulated vaststreamx, beside a bare loop over ONNX Runtime.

    python benchmarks/inference.py

Both run the same compiled UNet++, with the same preprocessing and the same threads, over the same images.
Goal: at least 0.8 times the bare loop.
"""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vcomp.datasets.images import list_images, read_rgb
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.programs import MODULES
from vcomp.networks.session import open_session
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.vdsp_json import load_document, read_vdsp

ROUNDS = 7
IMAGES = 48
MODEL = Path(__file__).resolve().parent.parent / "models" / "unetpp"
JSON = MODEL / "build_in" / "vdsp_params" / "unetpp-vdsp_params.json"


def bare_loop(prefix: Path, images: list[np.ndarray]) -> Callable[[], None]:
    session = open_session(read_artifact(str(prefix)).network)
    op = read_vdsp(load_document(JSON), where=str(JSON))

    def loop() -> None:
        for image in images:
            session.run(None, {"input": run_vdsp(op, image, (96, 96)).astype(np.float32)[np.newaxis]})

    return loop


def stream(prefix: Path, images: list[np.ndarray]) -> Callable[[], None]:
    sys.path.insert(0, str(MODULES))
    import vaststreamx as vsx  # type: ignore[import-not-found]

    model = vsx.ModelOperator(vsx.Model(str(prefix), 1))
    planes = [np.ascontiguousarray(image.transpose(2, 0, 1)) for image in images]

    def loop() -> None:
        graph = vsx.Graph()
        graph.add_operators(vsx.Operator.load_ops_from_json_file(str(JSON))[0], model)
        running = vsx.Stream(graph, vsx.StreamBalanceMode.ONCE)
        running.register_operator_output(model)
        running.build()

        def feed() -> None:
            for plane in planes:
                _, height, width = plane.shape
                running.run_async([vsx.create_image(plane, vsx.ImageFormat.RGB_PLANAR, width, height, 0)])
            running.close_input()

        threading.Thread(target=feed).start()
        for _ in planes:
            vsx.as_numpy(running.get_operator_output(model)[0][0])

    return loop


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "vcomp.cli.main", "run", "unetpp", "--dtype", "all", "--limit", "1"]
        subprocess.run([*command, "--workspace", folder], check=True, cwd=MODEL, stdout=subprocess.DEVNULL)
        found = list_images(Path(folder) / ".vcomp" / "sample" / "dsb2018_256_val" / "images", "png")
        images = [read_rgb(found[index % len(found)]) for index in range(IMAGES)]
        for dtype in ("fp16", "int8"):
            prefix = Path(folder) / "deploy_weights" / f"unetpp_{dtype}" / "mod"
            compare(dtype, bare_loop(prefix, images), stream(prefix, images))


def compare(dtype: str, bare: Callable[[], None], ours: Callable[[], None]) -> None:
    seconds: dict[str, list[float]] = {"bare ONNX Runtime loop": [], "emulated stream": []}
    bare()  # warm up
    ours()
    for _ in range(ROUNDS):  # in turns, so that a busy machine is busy for both
        for name, loop in zip(seconds, (bare, ours), strict=True):
            start = time.perf_counter()
            loop()
            seconds[name].append(time.perf_counter() - start)
    ratios = [theirs / own for theirs, own in zip(*seconds.values(), strict=True)]
    for name, values in seconds.items():
        print(f"{dtype}  {name:24}{IMAGES / statistics.median(values):8.1f} images/s  (median of {ROUNDS})")
    print(f"{dtype}  {'ratio':24}{statistics.median(ratios):8.2f}           goal ≥ 0.8")


if __name__ == "__main__":
    main()
