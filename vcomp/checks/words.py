"""Names of files and networks taken apart."""

import re
from pathlib import Path

_FRAMEWORKS = {"huggingface", "modelscope", "tensorflow", "pytorch"}


def words_of(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9.]+", name.lower()) if word]


def squeezed(name: str) -> str:
    """The letters and digits of a name: yolov5_face and YOLOv5-Face are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def family_of(folder: Path) -> str:
    """The model that a folder is of; below it may lie one folder per framework."""
    return folder.parent.name if folder.name in _FRAMEWORKS else folder.name
