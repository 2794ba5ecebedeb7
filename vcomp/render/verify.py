"""Rendered text read back: a file that does not say what was meant is never written.

A difference is a fault of vcomp's templates or filters, hence a plain exception and not a VcompError.
"""

import ast
import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import yaml

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_VENDOR_PYTHON = (3, 8)
_FENCED = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class RenderError(AssertionError):
    """A rendered file does not say what was meant."""


def yaml_says(text: str, meant: Any, path: PurePosixPath) -> str:
    return _same(text, yaml.load(text, _Loader), meant, path)  # noqa: S506 - a safe loader, by libyaml if there is one


def json_says(text: str, meant: Any, path: PurePosixPath) -> str:
    return _same(text, json.loads(text), meant, path)


def script_says(text: str, meant: Sequence[Any], path: PurePosixPath) -> str:
    """The script parses as the vendor's Python, and holds each of these values as a literal."""
    tree = ast.parse(text, feature_version=_VENDOR_PYTHON)
    literals = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    missing = [value for value in meant if value not in literals]
    return _same(text, missing, [], path)


def page_says(text: str, commands: Sequence[str], path: PurePosixPath) -> str:
    """The page shows each of the commands, in fenced blocks that close where they should."""
    fenced = "\n".join(_FENCED.findall(text))
    return _same(text, [command for command in commands if command not in fenced], [], path)


def _same(text: str, says: Any, meant: Any, path: PurePosixPath) -> str:
    if says != meant:
        raise RenderError(f"{path} would say {says!r}, meant was {meant!r}")
    return text
