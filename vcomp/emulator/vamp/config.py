"""The file behind `--config`: the options of the command line by their long names, as YAML."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import yaml

from vcomp.documents.yaml_file import MAX_YAML_BYTES, read_yaml
from vcomp.errors import VcompError, unknown
from vcomp.files import read_bounded


def config_words(path: Path, known: Collection[str], check: Callable[[str], object]) -> list[str]:
    """The file as words of a command line; a key without a value gives none.

    VcompError with file and line for a key that is not known, and for a word that `check` refuses.
    """
    document = read_yaml(path)
    # The values as plain text: to YAML 1.1 the range 1:4 is the number 64.
    values: Any = yaml.BaseLoader(read_bounded(path, MAX_YAML_BYTES)).get_single_data()
    if not isinstance(values, dict) or len(values) != len(document.data):
        raise VcompError("cannot be read twice", where=str(path), expected="a plain file")
    words = []
    for key, value in values.items():
        where, text = document.where(key), _text(value)
        if key not in known:
            raise unknown("option", key, known, where=where)
        if text in ("", "~", "null"):
            continue
        word = f"--{key}={text}"
        try:
            check(word)
        except VcompError as error:
            raise VcompError(error.what, where=where) from error
        words.append(word)
    return words


def _text(value: Any) -> str:
    """A value as it is typed on a command line: lists in brackets, without spaces."""
    return f"[{','.join(_text(item) for item in value)}]" if isinstance(value, list) else str(value)
