"""Specs on their way into a family's file, and what is said of the files that they come from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vcomp.errors import VcompError
from vcomp.importing.documents import HandWritten
from vcomp.importing.finding import Finding
from vcomp.importing.folder import ModelFolder, Refused
from vcomp.spec import ModelSpec
from vcomp.spec.base import NAME_LENGTH


@dataclass(frozen=True)
class Source:
    """A file that a spec was made of; of a compile file, the precision that it is for."""

    file: HandWritten
    dtype: str | None = None


@dataclass(frozen=True)
class Draft:
    """One spec on its way into a family's file. `network` is the word that a loop over such specs would vary."""

    spec: ModelSpec
    sources: tuple[Source, ...]
    base: str | None = None
    network: str | None = None


@dataclass
class Family:
    """All specs of one folder, with what is to be said of the files, and those that are refused."""

    folder: ModelFolder
    drafts: list[Draft] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def attempt(family: Family, read: Any, file: HandWritten, *rest: Any) -> Any:
    """What the reader gives; None, and a refusal in the family, if it cannot."""
    try:
        return read(file, *rest)
    except VcompError as error:
        if not any(item.path == file.path for item in family.refused):
            family.refused.append(Refused(file.path, error))
    except ValidationError as error:
        family.refused.append(Refused(file.path, told(error, file)))
    return None


def told(error: ValidationError, file: HandWritten) -> VcompError:
    """Why a spec cannot be made of a file: the first fault, at its place in the file as far as that is known."""
    first = error.errors()[0]
    if first["type"] == "faults":
        fault = first["ctx"]["faults"][0]
        return VcompError(
            fault.says, where=file.document.where(*_place(fault.at)), expected=fault.expected, mend=fault.mend
        )
    says = str(first["msg"]).removeprefix("Value error, ")
    return VcompError(f"{'.'.join(map(str, first['loc']))}: {says}", where=str(file.path))


def _place(at: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where a compile file says what stands here in a spec."""
    sections: Mapping[str, tuple[str, ...]] = {
        "inputs": ("frontend", "shape"),
        "network": ("frontend",),
        "preprocess": ("dataset", "process_ops"),
        "calibration": ("dataset",),
        "targets": ("backend",),
    }
    above = sections.get(str(at[0]), ()) if at else ()
    return (*above, at[1]) if at and at[0] == "preprocess" and len(at) > 1 else above


def plain_name(text: str) -> str:
    """A text as the name of a spec."""
    return re.sub(r"[^A-Za-z0-9._+-]+", "_", text).lstrip("._+-")[: NAME_LENGTH - 20] or "model"


def free_name(name: str, path: Path, taken: set[str]) -> str:
    """The name; or with the file's, then its folders' in front; or with a number. It is taken from then on."""
    candidates = [name, plain_name(path.stem)]
    folders = [part for part in path.parts[:-1] if part not in ("build_in", "build", "vdsp_params", "/")]
    candidates += [plain_name("_".join((*folders[-count:], name))) for count in range(1, 4)]
    candidates += [f"{name}_{number}" for number in range(2, len(taken) + 3)]
    free = next(candidate for candidate in candidates if candidate.lower() not in taken)
    taken.add(free.lower())
    return free
