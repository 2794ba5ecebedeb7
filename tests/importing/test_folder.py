"""Files are found below a folder, told apart, and brought together by model and by network."""

import json
from pathlib import Path

import pytest

from vcomp.errors import VcompError
from vcomp.importing.documents import Kind
from vcomp.importing.folder import find
from vcomp.importing.pairs import Relation, pairs

YAML = "name: timm_net_int8\nfrontend:\n  checkpoint: weights/{}\nbackend:\n  dtype: int8\n"
JSON = '{"OpType": "FUSION_OP_RGB_CVTCOLOR_NORM_TENSOR", "OpConfig": {}}'


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_zoo_is_grouped_by_model_and_what_is_not_ours_is_skipped(tmp_path: Path) -> None:
    write(tmp_path / "cv/net/build_in/build/timm_net.yaml", YAML.format("net.onnx"))
    write(tmp_path / "cv/net/build_in/vdsp_params/timm-net-vdsp_params.json", JSON)
    write(tmp_path / "cv/other/build_in/build/a.yml", "engine: {type: vacc}\nmodel: {name: a}\n")
    write(tmp_path / "cv/common/labels.json", '{"0": "cat"}')
    write(tmp_path / "cv/.hidden.yaml", YAML)
    write(tmp_path / "cv/large.json", " " * (1 << 19))
    (tmp_path / "cv/up").symlink_to(tmp_path)
    found = find([tmp_path])
    assert [folder.path.name for folder in found.folders] == ["net", "other"]
    assert [file.kind for folder in found.folders for file in folder.files] == [
        Kind.COMPILE,
        Kind.VDSP,
        Kind.OLD_COMPILE,
    ]
    assert {item.path.name for item in found.skipped} == {"labels.json", ".hidden.yaml", "large.json", "up"}
    assert not found.refused


def test_a_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path / "bad.yaml", "a: [")
    write(tmp_path / "good.json", JSON)
    found = find([tmp_path])
    assert [item.path.name for item in found.refused] == ["bad.yaml"]
    assert [file.path.name for folder in found.folders for file in folder.files] == ["good.json"]


def test_a_file_that_is_asked_for_and_is_neither_kind_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.json", '{"0": "cat"}')
    (refused,) = find([file]).refused
    assert "neither" in str(refused.error)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VcompError, match="there is no"):
        find([tmp_path / "nothing"])


def test_the_lines_of_a_legacy_operator_are_those_of_its_file(tmp_path: Path) -> None:
    flat = {"vdsp_op_type": 301, "iimage_format": 5000, "meanr": 14336, "meang": 14336, "meanb": 14336}
    write(tmp_path / "flat.json", json.dumps(flat, indent=1))
    listed = {"vdsp_op_type": "RGB_X", "config": [{"Property": "norma_type", "Value": 6}]}
    write(tmp_path / "listed.json", json.dumps(listed, indent=1))
    (folder,) = find([tmp_path]).folders
    one, other = folder.files
    assert (one.kind, other.kind) == (Kind.FLAT_VDSP, Kind.LISTED_VDSP)
    assert one.document.data["OpConfig"]["Mean"] == [0.5, 0.5, 0.5]
    assert one.document.line("OpConfig", "Mean") == 4
    assert other.document.line("OpConfig", "NormaType") == 4


def relations(folder: Path) -> dict[tuple[str, str], Relation]:
    (found,) = find([folder]).folders
    return {(pair.compile_file.path.name, pair.vdsp_file.path.name): pair.relation for pair in pairs(found)}


def test_files_are_paired_by_network_then_by_origin(tmp_path: Path) -> None:
    write(tmp_path / "build_in/build/timm_net.yaml", YAML.format("Net-50.torchscript.pt"))
    write(tmp_path / "build_in/build/mmcls_net.yaml", YAML.format("net_50-224.onnx"))
    for name in ("timm-net_50", "timm-net_101", "mmcls-net_50", "ppcls-net_50"):
        write(tmp_path / f"build_in/vdsp_params/{name}-vdsp_params.json", JSON)
    assert relations(tmp_path) == {
        ("timm_net.yaml", "timm-net_50-vdsp_params.json"): Relation.CHECKPOINT,
        ("timm_net.yaml", "timm-net_101-vdsp_params.json"): Relation.ORIGIN,
        ("mmcls_net.yaml", "mmcls-net_50-vdsp_params.json"): Relation.CHECKPOINT,
    }


def test_one_of_each_in_a_folder_belongs_together(tmp_path: Path) -> None:
    write(tmp_path / "build_in/build/config.yaml", YAML.format("x.onnx"))
    write(tmp_path / "build_in/vdsp_params/params.json", JSON)
    assert list(relations(tmp_path).values()) == [Relation.ALONE]
