"""A stand-in for the vendor's SDK in tests: programs that record how they are called and do what little a run needs.

`install` writes `vamc`, `vamp` and a Python with a module `vaststreamx` into a folder. Each call is a line of JSON in
`calls.jsonl`. The network that they pretend to run is the brightness of the image. The rest of the behaviour is set by
files in the folder: `fail-<program>` makes a program print its content and fail, `hang-<program>` makes it wait.
"""

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPORT = """\
Dump model info: deploy_weights/tiny_int8/mod
[max_batch_size_]: 27
[input_count]: 1
input[0]: [3,32,32], dtype:u1
[output_count]: 1
output[0]: [1,1,32,32], dtype:f2

*** number of instances in each device: 1 ****
  devices: [0]
  batch size: 1
  samples: 20480
  forwad time (s): 5.00122
  throughput (qps): 4095.25
  ai utilize (%): 91.5
  card power (W): 41.25
  temperature (°C): 46.5
  die memory used (MB): 1101.5
  e2e latency (us):
    avg latency: 240
    min latency: 198
    max latency: 5021
    p50 latency: 231
    p90 latency: 263
    p95 latency: 290
    p99 latency: 412
  model latency (us):
    avg latency: 101
    min latency: 100
    max latency: 123
"""

# What all three begin with: record the call, then fail or wait if the test says so.
_COMMON = """
import json, os, sys, time
from pathlib import Path

FOLDER = Path({folder!r})


def record(program, words):
    call = {{
        "program": program,
        "words": words,
        "cwd": os.getcwd(),
        "path": os.environ.get("PATH", ""),
        "pythonpath": os.environ.get("PYTHONPATH", ""),
    }}
    with (FOLDER / "calls.jsonl").open("a") as log:
        log.write(json.dumps(call) + "\\n")


def obey(program):
    fail, hang = FOLDER / f"fail-{{program}}", FOLDER / f"hang-{{program}}"
    if fail.exists():
        sys.exit(print(fail.read_text(), end="") or 3)
    if hang.exists():
        Path("deploy_weights/tiny_int8").mkdir(parents=True, exist_ok=True)
        Path("deploy_weights/tiny_int8/mod.so").write_text("half a lib")
        hang.write_text("waiting")
        while hang.exists():
            time.sleep(0.02)
"""

_VAMC = """
if sys.argv[1:] == ["--version"]:
    sys.exit(print("vamc 2.5.2"))
record("vamc", sys.argv[1:])
obey("vamc")
import yaml

document = yaml.safe_load(Path(sys.argv[2]).read_text())
folder = Path(document["workspace"]["path"]) / document["name"]
folder.mkdir(parents=True, exist_ok=True)
for name in ("mod.so", "mod.json", "mod.params"):
    (folder / name).write_text(document["name"])
print("build done")
"""

_VAMP = """
if sys.argv[1:] == ["--version"]:
    sys.exit(print("vamp 2.5.2"))
record("vamp", sys.argv[1:])
obey("vamp")
if "--datalist" not in sys.argv:
    sys.exit(print((FOLDER / "report.txt").read_text(), end=""))
sys.path.insert(0, str(FOLDER / "modules"))
import numpy as np
from vaststreamx import network

options = dict(zip(sys.argv[1:], sys.argv[2:]))
out = Path(options["--path_output"])
out.mkdir(parents=True, exist_ok=True)
for index, line in enumerate(Path(options["--datalist"]).read_text().split()):
    np.savez(out / f"output_{index:06d}.npz", output_0=network(np.load(line)["input_0"]))
"""

_PYTHON = """
words = sys.argv[1:]
if words[:1] != ["-c"]:
    record("python", words)
    obey("python")
os.environ["PYTHONPATH"] = os.pathsep.join([str(FOLDER / "modules"), os.environ.get("PYTHONPATH", "")])
os.execv(sys.executable, [sys.executable, *words])
"""

_VASTSTREAMX = '''
from queue import SimpleQueue

import cv2
import numpy as np

__version__ = "2.8.4"


def network(planes):
    """Brightness of a 3×H×W image at 32×32, as probabilities in fp16."""
    small = cv2.resize(planes.transpose(1, 2, 0), (32, 32), interpolation=cv2.INTER_LINEAR)
    return (small.astype(np.float32).mean(axis=2) / 128).clip(0, 1).astype(np.float16)[np.newaxis, np.newaxis]


class ImageFormat:
    RGB_PLANAR = 0


class StreamBalanceMode:
    ONCE = 0


class Operator:
    @staticmethod
    def load_ops_from_json_file(path):
        open(path).close()
        return [Operator()]


class Graph:
    def add_operators(self, *operators):
        pass


class Stream:
    def __init__(self, graph, mode=None):
        self.results = SimpleQueue()

    def register_operator_output(self, operator):
        pass

    def build(self):
        pass

    def run_async(self, images):
        self.results.put([[network(image)] for image in images])

    def close_input(self):
        self.results.put(None)

    def get_operator_output(self, operator):
        result = self.results.get()
        if result is None:
            raise ValueError("stream is closed")
        return result

    def wait_until_done(self):
        pass


def Model(prefix, batch_size):
    for suffix in (".so", ".json", ".params"):
        open(prefix + suffix).close()


def ModelOperator(model):
    pass


def set_device(device):
    return 0


def create_image(array, format, width, height, device):
    return array


def as_numpy(tensor):
    return tensor
'''


@dataclass(frozen=True)
class StubSdk:
    """The installed stubs; `bin` is what goes on PATH."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python3.8"

    def calls(self) -> list[dict[str, Any]]:
        """Every call so far: program, words, cwd, path, pythonpath."""
        log = self.folder / "calls.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def commands(self) -> list[list[str]]:
        """The calls as they would be typed."""
        return [[call["program"], *call["words"]] for call in self.calls()]

    def make_fail(self, program: str, output: str) -> None:
        (self.folder / f"fail-{program}").write_text(output)

    def make_hang(self, program: str) -> Path:
        """The program waits for as long as this file is there, and writes into it that it does."""
        flag = self.folder / f"hang-{program}"
        flag.touch()
        return flag


def install(folder: Path, *, without: str | None = None) -> StubSdk:
    """Write the stubs, all but one of `vamc`, `vamp`, `vaststreamx` if that is to be missing."""
    sdk = StubSdk(folder)
    sdk.bin.mkdir(parents=True)
    (folder / "modules").mkdir()
    (folder / "report.txt").write_text(REPORT)
    if without != "vaststreamx":
        (folder / "modules" / "vaststreamx.py").write_text(_VASTSTREAMX)
    for program, code in (("vamc", _VAMC), ("vamp", _VAMP), ("python3.8", _PYTHON)):
        if program == without:
            continue
        script = folder / f"{program}.py"
        script.write_text(_COMMON.format(folder=str(folder)) + code)
        path = sdk.bin / program
        path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n')
        path.chmod(0o755)
    return sdk
