"""A model's folder: its spec.py, loaded, and the files beside it."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pydantic import ValidationError

from vcomp.errors import VcompError
from vcomp.project.spec_errors import explain
from vcomp.spec import ModelSpec


@dataclass(frozen=True)
class Model:
    """One folder under models/: the spec, and the variants of it that share the folder."""

    folder: Path
    specs: tuple[ModelSpec, ...]

    @property
    def spec(self) -> ModelSpec:
        return self.specs[0]


def load_model(folder: Path) -> Model:
    """Run the folder's spec.py and take its `spec` and `variants`.

    VcompError with file, line and field for whatever is wrong in it; an unexpected exception of the user's own code
    is reported with its line.
    """
    path = folder / "spec.py"
    if not path.is_file():
        raise VcompError(f"there is no {path}", mend=f"start one with: vcomp new {folder.name}")
    try:
        module = load_module(path)
    except ValidationError as error:
        raise explain(error, path) from None
    except SyntaxError as error:
        raise VcompError(f"not Python: {error.msg}", where=f"{path}:{error.lineno}", quote=error.text) from None
    except VcompError:
        raise
    except Exception as error:  # whatever the user's own lines raise
        raise VcompError(f"{type(error).__name__}: {error}", where=f"{path}:{_line_of(error, path)}") from error
    spec, variants = getattr(module, "spec", None), getattr(module, "variants", [])
    specs = (spec, *variants)
    if spec is None or not all(isinstance(item, ModelSpec) for item in specs):
        raise VcompError(
            "no spec found", where=str(path), expected="spec = ModelSpec(…), and maybe variants = [spec.variant(…), …]"
        )
    names = [item.name for item in specs]
    if spec.name != folder.name:
        raise VcompError(
            f"the spec is called {spec.name!r}, its folder {folder.name!r}", where=str(path), expected="the same name"
        )
    if len(set(names)) < len(names):
        raise VcompError(f"two variants share a name: {', '.join(names)}", where=str(path), expected="distinct names")
    return Model(folder, specs)


def load_module(path: Path) -> ModuleType:
    """Import a Python file of a model's folder; imports inside it find their siblings."""
    name = f"vcomp_model_{path.parent.name}_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise VcompError(f"cannot import {path}", expected="a Python file")
    module = importlib.util.module_from_spec(found)
    with _on_sys_path(path.parent):
        found.loader.exec_module(module)
    return module


@contextmanager
def _on_sys_path(folder: Path) -> Iterator[None]:
    """Let imports find the folder's files, and forget them afterwards: another model has its own `network`."""
    writes_bytecode, before = sys.dont_write_bytecode, set(sys.modules)
    sys.dont_write_bytecode = True  # a model's folder holds what the user put there, nothing else
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = writes_bytecode
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).parent == folder:
                del sys.modules[name]


def _line_of(error: BaseException, path: Path) -> int:
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
