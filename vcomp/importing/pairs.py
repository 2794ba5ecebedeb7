"""Which vdsp file feeds the network of which compile file, as far as their names tell."""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

from vcomp.importing.documents import HandWritten
from vcomp.importing.folder import ModelFolder

_FRAMEWORK = re.compile(r"(\.torchscript)?\.(onnx|pth?|torchscript|h5|keras|pb|weights)$", re.IGNORECASE)
_SHAPE = re.compile(r"-\d+(_\d+)*$")  # unetpp-96, unet3p-3_128_128
_VDSP_NAME = re.compile(r"[-_]?(vdsp_params|vdsp|params).*$", re.IGNORECASE)


class Relation(str, Enum):
    """Why two files are taken to belong together, the surest first."""

    CHECKPOINT = "the vdsp file is named after the checkpoint"
    ALONE = "the folder has one of each"
    ORIGIN = "both come from the same source, and may be of different networks"


@dataclass(frozen=True)
class Pair:
    compile_file: HandWritten
    vdsp_file: HandWritten
    relation: Relation

    @property
    def same_network(self) -> bool:
        """Whether both describe one network: then they must agree."""
        return self.relation is not Relation.ORIGIN


def pairs(folder: ModelFolder) -> list[Pair]:
    """Each vdsp file with the compile files of its network, or else with those of its origin."""
    return [pair for vdsp in folder.vdsp_files for pair in _pairs_of(vdsp, folder)]


def _pairs_of(vdsp: HandWritten, folder: ModelFolder) -> list[Pair]:
    alone = len(folder.compile_files) == 1
    origin, variant = vdsp_name(vdsp.path)
    same_origin = [file for file in folder.compile_files if origin_of(file) == origin]
    whole = plain(_VDSP_NAME.sub("", vdsp.path.stem))
    named = [file for file in folder.compile_files if whole in (*_networks(file), _build_name(file))]
    named = named or [file for file in (folder.compile_files if alone else same_origin) if variant in _networks(file)]
    if named:
        return [Pair(file, vdsp, Relation.CHECKPOINT) for file in named]
    only = same_origin[0] if len(same_origin) == 1 and variant == origin else None  # image_build, image-vdsp_params
    if only is not None:
        return [Pair(only, vdsp, Relation.ALONE)]
    if alone and len(folder.vdsp_files) == 1:
        return [Pair(folder.compile_files[0], vdsp, Relation.ALONE)]
    return [Pair(file, vdsp, Relation.ORIGIN) for file in same_origin]


def vdsp_name(path: Path) -> tuple[str, str]:
    """Origin and variant in `<origin>-<variant>-vdsp_params.json`, in plain spelling; one word is both."""
    origin, variant = vdsp_stem(path)
    return plain(origin or variant), plain(variant)


def vdsp_stem(path: Path) -> tuple[str, str]:
    """Origin and variant as the file's name has them; the origin is empty if there is but one word."""
    origin, _, variant = (_VDSP_NAME.sub("", path.stem) or path.stem).partition("-")
    return (origin, variant) if variant else ("", origin)


def origin_of(compile_file: HandWritten) -> str:
    """Where a compile file's network comes from: the first word of the file's name."""
    return plain(re.split(r"[-_]", compile_file.path.stem)[0])


def checkpoint_name(compile_file: HandWritten) -> str:
    """The checkpoint's file name without the endings of its framework; empty if the file states none."""
    frontend = compile_file.document.data.get("frontend")
    checkpoint = frontend.get("checkpoint") if isinstance(frontend, dict) else None
    return network_name(checkpoint) if isinstance(checkpoint, str) else ""


def network_name(checkpoint: str) -> str:
    """The file name of a checkpoint's path without the endings of its framework."""
    return _FRAMEWORK.sub("", PurePosixPath(checkpoint).name)


def _networks(compile_file: HandWritten) -> tuple[str, str]:
    """The checkpoint's name in plain spelling, as it is and without a shape at its end."""
    name = checkpoint_name(compile_file)
    return plain(name), plain(_SHAPE.sub("", name))


def _build_name(compile_file: HandWritten) -> str:
    """The name of what is built, in plain spelling and without a precision at its end."""
    return plain(re.sub(r"[-_](fp16|int8)$", "", str(compile_file.document.data.get("name", ""))))


def plain(name: str) -> str:
    """A name without what people spell differently: case, dashes, underscores, dots."""
    return re.sub(r"[-_.\s]+", "_", name.lower()).strip("_")
