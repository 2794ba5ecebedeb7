"""Whole scripts, written as published ones are, run unchanged by `python` with the emulated toolchain around it."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.emulator import networks
from tests.emulator.conftest import Run
from vcomp.datasets.images import write_png
from vcomp.emulator.vamc.compiler import compile_model

SCRIPTS = Path(__file__).parent / "scripts"


@pytest.fixture
def resize_to_8(tmp_path: Path) -> Path:
    return networks.write_operator(tmp_path / "resize.json", OimageWidth=8, OimageHeight=8)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Thirty images of one colour each, of different sizes: number i is i in red, and the double of it in green."""
    folder = tmp_path / "images"
    folder.mkdir()
    for index in range(30):
        pixels = np.empty((8 + index % 7, 8 + index % 5, 3), np.uint8)
        pixels[:] = (index, 2 * index, 255 - index)
        write_png(folder / f"{index:02d}.png", pixels)
    return folder


def lines_of(run: Run, script: str, *words: object) -> list[str]:
    result = run("python", SCRIPTS / script, *words)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.mark.parametrize("extra", [[], ["--preprocess"], ["--batch", 8], ["--infer_mode", "sync"]])
def test_the_common_skeleton_gives_every_image_its_own_result(
    program: Run, compiled: dict[str, str], resize_to_8: Path, images: Path, extra: list[object]
) -> None:
    files = ["--file_path", images, "--model_prefix_path", compiled["mean"], "--vdsp_params_info", resize_to_8]
    lines = lines_of(program, "asynchronous.py", *files, "--device", 0, *extra)
    results = [line for line in lines if ".png" in line]
    assert results == [f"{index:02d}.png {index} {2 * index} {255 - index}" for index in range(30)]
    assert any("the stream has ended" in line for line in lines)
    assert lines[-1] == "test over"


def test_a_profiler_drives_one_stream_from_many_threads(
    program: Run, compiled: dict[str, str], resize_to_8: Path
) -> None:
    lines = lines_of(
        program,
        "profiler.py",
        "-m",
        compiled["mean"],
        "--vdsp_params",
        resize_to_8,
        "-b",
        4,
        "-i",
        3,
        "--queue_size",
        2,
    )
    assert "  samples: 240" in lines


@pytest.mark.parametrize("how", ["named", "older", "json"])
def test_a_text_network_gets_its_inputs_from_six_slots(
    program: Run, compiled: dict[str, str], tmp_path: Path, how: str
) -> None:
    path = tmp_path / "bert_vdsp.json"
    path.write_text(json.dumps({"OpType": "BERT_EMBEDDING_OP"}))
    lines = lines_of(program, "tokens.py", compiled["text"], how, path)
    # the network gives the sum of the ids, of the mask, and of the types
    sums = [4 * number + 6 for number in range(6)]
    assert lines == [
        *(f"sync {number} {sums[number]:.1f} 4.0 0.0" for number in range(3)),
        *(f"async {number} {sums[number]:.1f} 4.0 0.0" for number in range(6)),
    ]


def test_a_dynamic_network_takes_the_size_and_the_border_of_each_image(program: Run, tmp_path: Path) -> None:
    checkpoint = networks.write_mean(tmp_path / "mean.onnx", size="side")
    document = networks.compile_document("mean", str(checkpoint), {"input": [[1, 3, 8, 8], [1, 3, 16, 16]]})
    document["workspace"]["path"] = str(tmp_path)
    compile_model(networks.write_yaml(tmp_path / "mean.yaml", document), [].append)
    operator = networks.write_operator(
        tmp_path / "op.json",
        "LETTERBOX_CVTCOLOR",
        suffix="_EXT",
        ResizeWidth=8,
        ResizeHeight=8,
        Padding=[0, 0, 0],
        **dict.fromkeys(("PaddingLeft", "PaddingRight", "PaddingTop", "PaddingBottom"), 0),
    )
    lines = lines_of(program, "dynamic.py", tmp_path / "mean" / "mean_module_info.json", operator, 16)
    assert lines[:4] == [
        "shapes [[1, 3, 16, 16]] [[1, 3, 1, 1]]",
        "sync (16, 8, 8) [1, 3, 1, 1] 100.00",
        "sync (10, 20, 12) [1, 3, 1, 1] 100.00",
        "sync (9, 9, 16) [1, 3, 1, 1] 200.00",
    ]
    assert lines[4:7] == ["async [1, 3, 1, 1]"] * 3
    assert lines[7].startswith("end the stream has ended")


def test_attributes_can_be_read_changed_and_executed(program: Run, tmp_path: Path) -> None:
    operator = networks.write_operator(
        tmp_path / "op.json",
        "RESIZE_CVTCOLOR_CROP",
        ResizeWidth=9,
        ResizeHeight=9,
        CropX=0,
        CropY=0,
        OimageWidth=9,
        OimageHeight=9,
    )
    assert lines_of(program, "attributes.py", operator) == [
        "format 5000",
        "fused [3, 8, 8] True",
        "single 20 10 ImageFormat.YUV_NV12 (15, 20)",
        "luma True",
        "boxed 24 20 [114, 114, 114]",
        "part 8 6 ImageFormat.RGB_PLANAR",
    ]


def test_custom_operators_may_stand_before_a_network(program: Run, compiled: dict[str, str]) -> None:
    lines = lines_of(program, "custom.py", compiled["segmentation"])
    assert lines[:2] == ["normal True", "matrix [16, 64]"]
    assert lines[2].startswith("output 1 True")


def test_two_thousand_images_from_four_threads_keep_their_order_and_the_memory_flat(
    program: Run, compiled: dict[str, str], resize_to_8: Path
) -> None:
    [line] = lines_of(program, "endurance.py", compiled["mean"], resize_to_8)
    result = json.loads(line)
    assert (result["read"], result["in_order"]) == (2000, True)
    assert result["growth"] < 50  # megabytes, after 400 images


def test_the_module_has_its_inner_name_too(program: Run) -> None:
    result = program("python", "-c", "import _vaststreamx as vsx; print(vsx.ImageFormat.GRAY, vsx.set_device(0))")
    assert result.stdout == "ImageFormat.GRAY 0\n"
