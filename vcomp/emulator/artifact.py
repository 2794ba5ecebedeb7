"""The three files that the emulated compiler writes and the emulated runtime loads.

`mod.json` says what the network is and how it was made, `mod.params` is the ONNX file that stands for it, and `mod.so`,
the library of machine code at the vendor's, is a note that there is none.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field, NonNegativeInt, ValidationError

from vcomp.emulator.errors import EmulatorError
from vcomp.errors import VcompError
from vcomp.files import digest, read_bounded
from vcomp.networks.session import GraphOptimization
from vcomp.spec import Part

SCHEMA_VERSION: Final = 1
TOOLCHAIN: Final = "vcomp emulator"
MAX_MANIFEST_BYTES = 1 << 20
MAX_NETWORK_BYTES = 2 << 30
NOTE = "In place of the library of a compiled network: vcomp's emulation of vamc makes no machine code.\n"

Number = Literal["float32", "float16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"]


class Port(Part):
    """One input or output of the network; `dtype` is the name of its numpy type in the ONNX file."""

    name: str
    shape: tuple[NonNegativeInt, ...]
    dtype: Number


class Manifest(Part):
    """What `mod.json` holds. Fields that a later version adds are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: Literal[1] = SCHEMA_VERSION
    toolchain: Literal["vcomp emulator"] = TOOLCHAIN
    name: str
    dtype: Literal["fp16", "int8"]
    calibrate_mode: str | None = None
    calibration_samples: int | None = None
    inputs: tuple[Port, ...] = Field(min_length=1)
    outputs: tuple[Port, ...] = Field(min_length=1)
    graph_optimization: GraphOptimization
    versions: Mapping[str, str]
    params_sha256: str


@dataclass(frozen=True)
class Artifact:
    """A compiled network: what is said of it, and the ONNX bytes."""

    manifest: Manifest
    network: bytes


def files_of(prefix: str) -> tuple[Path, Path, Path]:
    """The JSON, the library and the parameters that belong to a prefix such as `deploy_weights/unetpp_int8/mod`."""
    return Path(f"{prefix}.json"), Path(f"{prefix}.so"), Path(f"{prefix}.params")


def write_artifact(folder: Path, artifact: Artifact) -> str:
    """Write the three files into `folder` and return their prefix.

    They are made in a folder beside it and moved. Where a set stood before, its mod.json goes first and the new one
    comes last: whenever this is cut short, what is left is one whole set, or one that `read_artifact` refuses.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    manifest = artifact.manifest.model_dump(mode="json")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        made = files_of(str(Path(temporary, "new", "mod")))
        made[0].parent.mkdir()
        made[0].write_text(json.dumps(manifest, indent=2) + "\n")
        made[1].write_text(NOTE)
        made[2].write_bytes(artifact.network)
        if not folder.exists():
            made[0].parent.rename(folder)
        else:
            target = files_of(str(folder / "mod"))
            target[0].unlink(missing_ok=True)
            for source, destination in zip(reversed(made), reversed(target), strict=True):
                source.replace(destination)
    return str(folder / "mod")


def read_artifact(prefix: str) -> Artifact:
    """Load the set with this prefix; EmulatorError if it is not there, not whole, or not the emulator's."""
    files = files_of(prefix)
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise _not_there(prefix, missing)
    manifest = _manifest(files[0])
    try:
        network = read_bounded(files[2], MAX_NETWORK_BYTES)
    except (OSError, VcompError) as error:
        raise EmulatorError(f"cannot be read: {error}", where=str(files[2])) from error
    if digest(network) != manifest.params_sha256:
        raise EmulatorError(
            "does not belong to the mod.json beside it: its checksum differs",
            where=str(files[2]),
            mend="compile again; was the compiler interrupted, or a file copied alone?",
        )
    return Artifact(manifest, network)


def _not_there(prefix: str, missing: list[str]) -> EmulatorError:
    expected, mend = "three files: .json, .so and .params", "compile the model first, or correct the prefix"
    inside = Path(prefix, "mod.json")
    if prefix.endswith("_module_info.json"):
        expected, mend = "a prefix: models of dynamic shape are not emulated", "compile with a static shape"
    elif inside.is_file():
        mend = f"the prefix ends in the files' common name: {Path(prefix, 'mod')}"
    elif prefix.endswith((".json", ".so", ".params")):
        mend = "leave out the extension"
    return EmulatorError(f"no compiled model: {', '.join(missing)} missing", where=prefix, expected=expected, mend=mend)


def _manifest(path: Path) -> Manifest:
    try:
        document: Any = json.loads(read_bounded(path, MAX_MANIFEST_BYTES))
    except (OSError, ValueError, RecursionError, VcompError):
        document = None
    if not isinstance(document, dict) or document.get("toolchain") != TOOLCHAIN:
        raise EmulatorError(
            "was not made by vcomp's emulation of vamc, but perhaps by the vendor's",
            where=str(path),
            expected=f'a JSON object with "toolchain": "{TOOLCHAIN}"',
            mend="an emulator cannot run code for the card: use the SDK, or compile again with the emulated vamc",
        )
    if document.get("schema_version") != SCHEMA_VERSION:
        raise EmulatorError(
            f"schema_version is {document.get('schema_version')!r}: another version of vcomp made it",
            where=str(path),
            expected=str(SCHEMA_VERSION),
            mend="compile again",
        )
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise EmulatorError(f"{field}: {first['msg']}", where=str(path), mend="compile again") from error
