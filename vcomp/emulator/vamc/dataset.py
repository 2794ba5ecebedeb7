"""The section `dataset`: the files that calibrate the network, or that `vamc run` feeds it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vcomp.emulator.vamc.section import Section
from vcomp.errors import VcompError
from vcomp.preprocess.process_ops import read_process_ops
from vcomp.spec import Op

DEFAULT_SAMPLES = 50  # what public files say far more often than any other number


@dataclass(frozen=True)
class Dataset:
    """The first `limit` files of a folder, by name: images if there are ops, else npz files.

    Without a suffix, those of any suffix that images, or npz files, have.
    """

    path: Path
    suffix: str | None
    limit: int
    ops: tuple[Op, ...] | None


def read_dataset(section: Section) -> Dataset:
    """The section as typed values; VcompError if the file has none."""
    if not section.data:
        raise VcompError(
            "dataset is missing", where=str(section.document.path), expected="the images or npz files to be read"
        )
    if section.word("type", ("tvm", "huggingface"), "tvm") == "huggingface":
        raise section.fault("type", "is huggingface: texts for language models are not emulated", "tvm")
    sampler = section.section("sampler")
    return Dataset(
        path=Path(section.text("path")),
        suffix=None if sampler.data.get("suffix") is None else sampler.text("suffix"),
        limit=sampler.integer("get_data_num", DEFAULT_SAMPLES, least=1),
        ops=None if section.data.get("process_ops") is None else _process_ops(section),
    )


def _process_ops(section: Section) -> tuple[Op, ...]:
    entries = section.data["process_ops"]
    if isinstance(entries, list) and any(isinstance(op, Mapping) and op.get("type") == "CustomFunc" for op in entries):
        raise section.fault(
            "process_ops",
            "holds a CustomFunc, which is not emulated: it would run Python code that the file names",
            "the vendor's own ops",
            "preprocess the images yourself, and calibrate on npz files",
        )
    try:
        return read_process_ops(entries)
    except VcompError as error:
        index = re.search(r"process_ops\[(\d+)\]", error.where or "")
        where = section.document.where(*section.keys, "process_ops", *([int(index[1])] if index else []))
        what = f"{error.where}: {error.what}" if index else error.what
        raise VcompError(what, where=where, expected=error.expected, mend=error.mend) from error
