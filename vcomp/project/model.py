"""A model's folder: its spec.py, loaded, and the files beside it."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pydantic import ValidationError

from vcomp.errors import VcompError
from vcomp.project.spec_errors import explain, frame_of
from vcomp.spec import ModelSpec


@dataclass(frozen=True)
class Model:
    """One folder under models/: the spec, and the variants of it that share the folder.

    A family (`family = "resnet"` in its spec.py) has specs of several networks, each with a name of its own.
    """

    folder: Path
    specs: tuple[ModelSpec, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def spec(self) -> ModelSpec:
        return self.specs[0]


def load_model(folder: Path) -> Model:
    """Run the folder's spec.py and take its `spec` and `variants`.

    VcompError with file, line and field for whatever is wrong in it; an unexpected exception of the user's own code
    is reported with its line.
    """
    folder = folder.absolute()
    path = folder / "spec.py"
    if not path.is_file():
        raise VcompError(f"there is no {path}", mend=f"start one with: vcomp new {folder.name}")
    module = load_module(path)
    spec, variants = getattr(module, "spec", None), getattr(module, "variants", [])
    specs = (spec, *variants) if isinstance(variants, (list, tuple)) else ()
    if not isinstance(spec, ModelSpec) or not specs or not all(isinstance(item, ModelSpec) for item in specs):
        raise VcompError(
            "no spec found", where=str(path), expected="spec = ModelSpec(…), and maybe variants = [spec.variant(…), …]"
        )
    names = [item.name for item in specs]
    called = getattr(module, "family", spec.name)
    if called != folder.name:
        kind = "family" if hasattr(module, "family") else "spec"
        raise VcompError(
            f"the {kind} is called {called!r}, its folder {folder.name!r}", where=str(path), expected="the same name"
        )
    if len(set(names)) < len(names):
        raise VcompError(f"two variants share a name: {', '.join(names)}", where=str(path), expected="distinct names")
    return Model(folder, specs)


def load_module(path: Path) -> ModuleType:
    """Import a Python file of a model's folder; VcompError with file and line for whatever is wrong in it."""
    with imported(path) as module:
        return module


@contextmanager
def imported(path: Path) -> Iterator[ModuleType]:
    """A Python file of a model's folder, imported; for as long as the block lasts, imports find its siblings."""
    path = path.absolute()
    name = f"vcomp_model_{path.parent.name}_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise VcompError(f"cannot import {path}", expected="a Python file")
    module = importlib.util.module_from_spec(found)
    with _on_sys_path(path.parent), users_code(path):
        sys.modules[name] = module  # dataclasses look their module up there
        found.loader.exec_module(module)
        yield module


@contextmanager
def users_code(path: Path) -> Iterator[None]:
    """Tell whatever the lines of the user's file, or of its siblings, raise as a VcompError with file and line."""
    try:
        yield
    except ValidationError as error:
        raise explain(error, path) from None
    except SyntaxError as error:
        where = f"{error.filename or path}:{error.lineno}"
        raise VcompError(f"not Python: {error.msg}", where=where, quote=(error.text or "").strip()) from None
    except VcompError:
        raise
    except (Exception, SystemExit) as error:  # whatever the user's own lines raise
        file, line = frame_of(error, path)
        raise VcompError(f"{type(error).__name__}: {error}", where=f"{file}:{line}") from error


@contextmanager
def _on_sys_path(folder: Path) -> Iterator[None]:
    """Let imports find the folder's files first, and forget them afterwards: another model has its own `network`."""
    siblings = {
        *(file.stem for file in folder.glob("*.py")),
        *(file.parent.name for file in folder.glob("*/__init__.py")),
    }
    siblings -= sys.stdlib_module_names
    hidden = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in siblings}
    writes_bytecode = sys.dont_write_bytecode
    for name in hidden:
        del sys.modules[name]
    before = set(sys.modules)
    sys.dont_write_bytecode = True  # a model's folder holds what the user put there, nothing else
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(str(folder))
        sys.dont_write_bytecode = writes_bytecode
        for name in set(sys.modules) - before:
            if _lies_in(sys.modules[name], folder):
                del sys.modules[name]
        sys.modules |= hidden


def _lies_in(module: ModuleType, folder: Path) -> bool:
    files = [getattr(module, "__file__", None), *getattr(module, "__path__", [])]
    return any(Path(file).is_relative_to(folder) for file in files if file)
