"""The three files that the emulated compiler writes and the emulated runtime loads.

`mod.json` says what the network is and how it was made, `mod.params` is the ONNX file that stands for it, and `mod.so`,
the library of machine code at the vendor's, is a note that there is none. A build of dynamic shape has a fourth file,
its module info, and is loaded by the path of that.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field, NonNegativeInt, ValidationError

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.module_info import SUFFIX, prefix_in
from vcomp.emulator.postprocess import ExtraOp
from vcomp.errors import VcompError
from vcomp.files import digest, read_bounded
from vcomp.networks.session import GraphOptimization
from vcomp.spec import Part

SCHEMA_VERSION: Final = 1
TOOLCHAIN: Final = "vcomp emulator"
MAX_MANIFEST_BYTES = 1 << 20
MAX_NETWORK_BYTES = 2 << 30
BASE = "mod"

Number = Literal["float32", "float16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"]


class Port(Part):
    """One input or output of the network; `dtype` is the name of its numpy type in the ONNX file.

    Of an input that may vary, `shape` is the largest, and `smallest` stands beside it. An output's `shape` is the one
    at the largest inputs.
    """

    name: str
    shape: tuple[NonNegativeInt, ...]
    dtype: Number
    smallest: tuple[NonNegativeInt, ...] | None = None

    @property
    def sizes(self) -> str:
        """In words what shapes it may have."""
        return f"{list(self.smallest)} to {list(self.shape)}" if self.smallest else str(list(self.shape))

    def whole(self, shape: Sequence[int]) -> tuple[int, ...] | None:
        """A shape with the batch axis of one that may be left out; None if it is not one that the port takes."""
        least, most = self.smallest or self.shape, self.shape
        given = (1, *shape) if len(shape) == len(most) - 1 else tuple(shape)
        fits = len(given) == len(most) and all(
            low <= side <= high for low, side, high in zip(least, given, most, strict=True)
        )
        return given if fits else None


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
    outputs: tuple[Port, ...]
    extra_op: ExtraOp | None = None
    graph_optimization: GraphOptimization
    versions: Mapping[str, str]
    params_sha256: str

    @property
    def dynamic(self) -> bool:
        """Whether an input may vary in shape."""
        return any(port.smallest for port in self.inputs)


@dataclass(frozen=True)
class Artifact:
    """A compiled network: what is said of it, and the ONNX bytes."""

    manifest: Manifest
    network: bytes


def files_of(prefix: str) -> tuple[Path, Path, Path]:
    """The JSON, the library and the parameters that belong to a prefix such as `deploy_weights/unetpp_int8/mod`."""
    return Path(f"{prefix}.json"), Path(f"{prefix}.so"), Path(f"{prefix}.params")


def location(folder: Path, name: str, *, dynamic: bool) -> str:
    """What loads the model of this name that was built into `folder`: a prefix, or the path of a module info."""
    return str(folder / f"{name}{SUFFIX}" if dynamic else folder / BASE)


def read_artifact(path: str) -> Artifact:
    """Load the set with this prefix, or whose module info this is.

    EmulatorError if it is not there, not whole, or not the emulator's; also if a prefix is given for a build of dynamic
    shape.
    """
    by_module_info = path.endswith(SUFFIX)
    prefix = prefix_in(Path(path)) if by_module_info else path
    artifact = _read_set(prefix)
    if artifact.manifest.dynamic and not by_module_info:
        raise EmulatorError(
            "is a build of dynamic shape",
            where=path,
            expected="the path of its module info",
            mend=f"use {location(Path(prefix).parent, artifact.manifest.name, dynamic=True)}",
        )
    return artifact


def _read_set(prefix: str) -> Artifact:
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
    mend = "compile the model first, or correct the prefix"
    inside = Path(prefix, f"{BASE}.json")
    if inside.is_file():
        mend = f"the prefix ends in the files' common name: {inside.with_suffix('')}"
    elif prefix.endswith((".json", ".so", ".params")):
        mend = "leave out the extension"
    return EmulatorError(
        f"no compiled model: {', '.join(missing)} missing",
        where=prefix,
        expected=f"three files: .json, .so and .params; or of a dynamic build the path of its *{SUFFIX}",
        mend=mend,
    )


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
