"""Reading a set of three files: what is missing, cut short, edited, or not the emulator's is refused."""

import json
from pathlib import Path

import pytest

from tests.emulator.vamc.builds import compiled, document
from vcomp.emulator.artifact import Port, read_artifact
from vcomp.emulator.errors import EmulatorError


@pytest.fixture
def prefix(world: Path) -> str:
    return compiled(world, document())[0]


def refused(prefix: str) -> str:
    with pytest.raises(EmulatorError) as raised:
        read_artifact(prefix)
    assert isinstance(raised.value, RuntimeError)
    return str(raised.value)


def test_a_set_without_one_file(prefix: str) -> None:
    Path(f"{prefix}.so").unlink()
    assert "mod.so missing" in refused(prefix)


def test_half_a_network(prefix: str) -> None:
    whole = Path(f"{prefix}.params").read_bytes()
    Path(f"{prefix}.params").write_bytes(whole[: len(whole) // 2])
    assert "checksum differs" in refused(prefix)


def test_a_set_of_another_version(prefix: str) -> None:
    made = json.loads(Path(f"{prefix}.json").read_text())
    Path(f"{prefix}.json").write_text(json.dumps(made | {"schema_version": 99}))
    assert "compile again" in refused(prefix)


def test_a_manifest_that_was_edited(prefix: str) -> None:
    made = json.loads(Path(f"{prefix}.json").read_text())
    Path(f"{prefix}.json").write_text(json.dumps(made | {"inputs": [{"name": "input", "shape": "96"}]}))
    assert "inputs.0.shape" in refused(prefix)


@pytest.mark.parametrize("content", [b'{"nodes": [], "heads": []}', b"\x7fELF\x02\x01", b"", b"[" * 100000])
def test_the_vendors_own_set(prefix: str, content: bytes) -> None:
    Path(f"{prefix}.json").write_bytes(content)
    assert "use the SDK" in refused(prefix)


def test_a_prefix_that_is_almost_right(prefix: str) -> None:
    assert f"common name: {prefix}" in refused(str(Path(prefix).parent))
    assert "leave out the extension" in refused(f"{prefix}.json")


@pytest.mark.parametrize(
    ("shape", "whole"),
    [
        ((1, 3, 8, 8), (1, 3, 8, 8)),
        ((3, 8, 8), (1, 3, 8, 8)),
        ((1, 3, 16, 12), (1, 3, 16, 12)),
        ((1, 3, 17, 12), None),
        ((1, 3, 8, 7), None),
        ((2, 3, 8, 8), None),
        ((8, 8), None),
        ((), None),
    ],
)
def test_a_port_takes_what_lies_in_its_range(shape: tuple[int, ...], whole: tuple[int, ...] | None) -> None:
    port = Port(name="input", shape=(1, 3, 16, 16), smallest=(1, 3, 8, 8), dtype="float32")
    assert port.whole(shape) == whole


def test_an_axis_that_is_not_one_may_not_be_left_out() -> None:
    assert Port(name="cos", shape=(4, 8), dtype="float32").whole((8,)) is None
