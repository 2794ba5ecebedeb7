"""Whatever a compile file holds, it is read or refused with a message: its writer never meets a traceback."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.vamc.builds import document
from tests.emulator.vamc.test_legacy import LEGACY
from vcomp.emulator.vamc.compile_yaml import read_compile_file
from vcomp.emulator.vamc.leniency import refuse, warn
from vcomp.errors import VcompError

Place = tuple[Any, ...]

PRESENT = {
    **document("int8"),
    "graph": {"extra_ops": {"type": "yolox_nms", "params": {"num_classes": 1, "nms_threshold": 0.5}}},
}
OLDER = yaml.safe_load(LEGACY)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["int8", "..", "a/b", "type", "softmax"]),
    st.lists(st.one_of(st.integers(), st.lists(st.integers(0, 700), max_size=5)), max_size=3),
    st.dictionaries(st.one_of(st.text(), st.integers()), st.integers(), max_size=2),
)


def places(mapping: Mapping[Any, Any], above: Place = ()) -> Iterator[Place]:
    for key, value in mapping.items():
        yield (*above, key)
        if isinstance(value, Mapping):
            yield from places(value, (*above, key))


def changed(mapping: Mapping[Any, Any], place: Place, value: Any) -> dict[Any, Any]:
    key, *rest = place
    return {**mapping, key: changed(mapping[key], tuple(rest), value) if rest else value}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "net.yaml"


@settings(max_examples=300)
@given(data=st.data(), value=VALUES, older=st.booleans(), lenient=st.booleans())
def test_a_file_with_anything_anywhere(path: Path, data: Any, value: Any, older: bool, lenient: bool) -> None:
    whole = OLDER if older else PRESENT
    place = data.draw(st.sampled_from(list(places(whole))))
    path.write_text(yaml.safe_dump(changed(whole, place, value), allow_unicode=True), encoding="utf-8")
    with contextlib.suppress(VcompError):
        read_compile_file(path, warn([].append) if lenient else refuse, legacy=older)
