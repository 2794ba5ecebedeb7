"""The compile files of a public model zoo: each is read, or refused for a reason that stands here."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import SHARED
from vcomp.emulator.vamc.compile_yaml import CompileFile, read_compile_file
from vcomp.emulator.vamc.leniency import refuse, warn
from vcomp.errors import VcompError
from vcomp.preprocess.apply import preprocess, reads_gray
from vcomp.preprocess.process_ops import read_process_ops

CORPUS = SHARED / "corpus" / "vastmodelzoo"
READ = {"onnx": 104, "pytorch": 15}  # leniently
OTHER_FRAMEWORKS = {"huggingface": 34, "keras": 4, "tensorflow": 1}
PREPROCESSED = 98
REFUSED = {
    "cv/detection_3d/center_point/build_in/build/customer_center_point.yaml": "centerpoint_nms is not emulated",
    "cv/detection_3d/center_point/build_in/build/official_kitti_center_point.yaml": "centerpoint_nms is not emulated",
    "cv/detection_3d/point_pillars/build_in/build/cfg.yaml": "pointpillar_nms is not emulated",
}
FORGIVEN = {
    "cv/super_resolution/sparnet/build_in/build/config.yaml": "workspace.path is missing, work_dir is there",
    "cv/text_recognition/cnn_ctc/build_in/build/config.yaml": "workspace.path is missing, work_dir is there",
}
KEEPS_ASPECT = "cv/mot/fairmot/build_in/build/official_fairmot.yaml"  # and has no Pad: fits images of one shape alone


@pytest.fixture(scope="module")
def corpus() -> dict[str, Path]:
    """All files, by their place in the zoo."""
    if not CORPUS.is_dir():
        warnings.warn(f"{CORPUS} is absent: nothing was tried on files that people wrote", stacklevel=1)
        pytest.skip(f"{CORPUS} is absent")
    return {str(path.relative_to(CORPUS)): path for path in sorted(CORPUS.rglob("*.y*ml"))}


def read(path: Path, lenient: bool = True) -> CompileFile | str:
    """The file, or the first line of what is said against it."""
    try:
        return read_compile_file(path, warn([].append) if lenient else refuse)
    except VcompError as error:
        return error.what


def test_every_file_is_read_or_is_of_another_framework_or_refused(corpus: dict[str, Path]) -> None:
    frameworks: dict[str, int] = {}
    for name, path in corpus.items():
        found = read(path)
        if isinstance(found, CompileFile):
            frameworks[found.frontend.type] = frameworks.get(found.frontend.type, 0) + 1
        elif name in REFUSED:
            assert REFUSED[name] in found
        else:
            kind = found.removesuffix(", which is not emulated").split()[-1]
            assert kind in OTHER_FRAMEWORKS, f"{name}: {found}"
            frameworks[kind] = frameworks.get(kind, 0) + 1
    assert frameworks == {**READ, **OTHER_FRAMEWORKS}
    assert len(corpus) == sum(frameworks.values()) + len(REFUSED)


def test_few_files_need_lenience(corpus: dict[str, Path]) -> None:
    for name, path in corpus.items():
        strictly, leniently = read(path, lenient=False), read(path)
        if name in FORGIVEN:
            assert strictly == FORGIVEN[name]
            assert isinstance(leniently, CompileFile)
        else:
            assert isinstance(strictly, CompileFile) == isinstance(leniently, CompileFile), f"{name}: {strictly}"


def test_the_process_ops_make_what_the_networks_take(corpus: dict[str, Path]) -> None:
    done = 0
    generator = np.random.default_rng(0)
    for name, path in corpus.items():
        file = read(path)
        if not isinstance(file, CompileFile):
            continue
        entries = (file.document.data.get("dataset") or {}).get("process_ops")
        if entries is None:
            continue
        ops = read_process_ops(entries)
        image = generator.integers(0, 256, (300, 417, 1 if reads_gray(ops) else 3), np.uint8)
        made = preprocess(image, ops, half_constants=True)
        wanted = next(iter(file.frontend.inputs.values())).largest
        assert made.shape == wanted[1:] or name == KEEPS_ASPECT, f"{name}: {made.shape}"
        assert np.isfinite(made).all(), name
        done += 1
    assert done == PREPROCESSED
