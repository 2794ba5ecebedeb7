"""One hand-written file: what kind it is, and what it says in the present format, with the lines it has there."""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from vcomp.documents import Document, KeyPath, read_document
from vcomp.importing import legacy_yaml
from vcomp.preprocess import vdsp_legacy

COMPILE_SECTIONS = {"frontend", "backend"}


class Kind(str, Enum):
    """What a file is for, and in which of its forms."""

    COMPILE = "vamc YAML"
    OLD_COMPILE = "vamc YAML, older format"
    VDSP = "vdsp JSON"
    FLAT_VDSP = "vdsp JSON, flat legacy form"
    LISTED_VDSP = "vdsp JSON, listed legacy form"
    OTHER = "other"

    @property
    def compiles(self) -> bool:
        """Whether it describes how a network is compiled."""
        return self in (Kind.COMPILE, Kind.OLD_COMPILE)

    @property
    def preprocesses(self) -> bool:
        """Whether it describes an operator that feeds a network."""
        return self in (Kind.VDSP, Kind.FLAT_VDSP, Kind.LISTED_VDSP)


@dataclass(frozen=True)
class HandWritten:
    """A file with what it says; older forms are in the words of the present one, at their own lines."""

    path: Path
    kind: Kind
    document: Document


def read_hand_written(path: Path) -> HandWritten:
    """Read and classify a YAML or JSON file; VcompError, with its line if it has one, if it cannot be read."""
    document = read_document(path)
    kind = _kind(document)
    if kind is Kind.OLD_COMPILE:
        document = legacy_yaml.modernised(document)
    if kind in (Kind.FLAT_VDSP, Kind.LISTED_VDSP):
        document = _modern_vdsp(document)
    return HandWritten(path, kind, document)


def _kind(document: Document) -> Kind:
    data = document.data
    if vdsp_legacy.is_legacy(data):
        return Kind.LISTED_VDSP if "config" in data else Kind.FLAT_VDSP
    if "OpType" in data or "OpConfig" in data:
        return Kind.VDSP
    if legacy_yaml.is_legacy(document):
        return Kind.OLD_COMPILE
    return Kind.COMPILE if COMPILE_SECTIONS & data.keys() else Kind.OTHER


def _modern_vdsp(document: Document) -> Document:
    """A legacy operator as {"OpType": …, "OpConfig": {…}}, each key at the line of the one that it came from."""
    data = vdsp_legacy.in_current_form(document.data, str(document.path))
    places = vdsp_legacy.places(document.data)
    lines: dict[KeyPath, int] = {
        ("OpConfig", key): document.lines[places[key]] for key in data["OpConfig"] if places.get(key) in document.lines
    }
    lines["OpType",] = document.lines["vdsp_op_type",]
    lines["OpConfig",] = document.lines.get(("config",), document.lines["vdsp_op_type",])
    return replace(document, data=data, lines=lines)
