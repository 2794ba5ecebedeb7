"""The project that a command works on: the nearest folder upwards that holds models, as git finds its own."""

import fnmatch
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from vcomp.errors import VcompError, unknown
from vcomp.files import read_bounded
from vcomp.project.model import Model, load_model
from vcomp.project.shipped import shipped
from vcomp.spec import ModelSpec

CONFIG = "vcomp.yaml"
CONFIG_KEYS = ("data",)
MAX_CONFIG_BYTES = 1 << 20


@dataclass(frozen=True)
class Project:
    """A folder with `models/<name>/spec.py`, and maybe a vcomp.yaml."""

    root: Path
    models_dir: Path
    start: Path  # where the user stands

    @cached_property
    def folders(self) -> list[Path]:
        """The folders that hold a spec, by name."""
        return [path.parent for path in sorted(self.models_dir.glob("*/spec.py"))]

    @cached_property
    def models(self) -> list[Model]:
        """All models, by name; the first spec that cannot be read is an error, and so is a name used twice."""
        models = [load_model(folder) for folder in self.folders]
        owners: dict[str, Path] = {}
        for model in models:
            for spec in model.specs:
                owner = owners.setdefault(spec.name, model.folder)
                if owner != model.folder:
                    raise VcompError(
                        f"two models are called {spec.name!r}",
                        where=str(model.folder / "spec.py"),
                        expected=f"another name than in {owner / 'spec.py'}",
                    )
        return models

    def select(self, names: Sequence[str], *, variants: bool = True) -> list[tuple[Model, ModelSpec]]:
        """The specs with these names or globs, in the order asked for.

        Without a name: the model that the user stands in, else all; then `variants` says whether those come too.
        """
        if not names:
            here = [load_model(folder) for folder in self.folders if self.start.is_relative_to(folder)]
            return [
                (model, spec)
                for model in here or self.models
                for spec in (model.specs if variants else model.specs[:1])
            ]
        asked = [folder for folder in self.folders if folder.name in names]
        # A name that is a folder's needs that folder alone: another model's broken spec is not in its way.
        models = [load_model(folder) for folder in asked] if len(asked) == len(set(names)) else self.models
        known = {spec.name: (model, spec) for model in models for spec in model.specs}
        families = {model.name: [spec.name for spec in model.specs] for model in models if model.name not in known}
        chosen: dict[str, tuple[Model, ModelSpec]] = {}
        for name in names:
            matching = families.get(name) or fnmatch.filter(known, name)
            if not matching:
                raise unknown("model", name, known, where=str(self.models_dir))
            chosen |= {match: known[match] for match in matching}
        return list(chosen.values())

    def select_one(self, name: str) -> tuple[Model, ModelSpec]:
        """The one spec with this name; a glob may stand for it when nothing else matches."""
        found, *others = self.select([name])
        if others:
            names = ", ".join(spec.name for _, spec in (found, *others))
            raise VcompError(f"{name!r} stands for {names}", expected="one model", mend="name one of them")
        return found

    def data_root(self, option: Path | None) -> Path | None:
        """The data folder: the --data option, else VCOMP_DATA, else `data:` in vcomp.yaml, else None."""
        if option is not None:
            return _existing(option.absolute(), "--data")
        if os.environ.get("VCOMP_DATA"):
            return _existing(Path(os.environ["VCOMP_DATA"]).absolute(), "VCOMP_DATA")
        configured = _read_config(self.root / CONFIG).get("data")
        return _existing((self.root / configured).absolute(), str(self.root / CONFIG)) if configured else None


def find_project(start: Path) -> Project:
    """The project that `start` lies in; outside any project, the models that vcomp ships."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file() or next((folder / "models").glob("*/spec.py"), None):
            return Project(folder, folder / "models", start)
    return Project(start, shipped("models"), start)


def _existing(folder: Path, said_by: str) -> Path:
    if not folder.is_dir():
        raise VcompError(
            f"the data folder {folder} does not exist",
            where=said_by,
            mend="correct the path, or get the data with: vcomp data get dsb2018",
        )
    return folder


def _read_config(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        content = yaml.safe_load(read_bounded(path, MAX_CONFIG_BYTES)) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise VcompError(f"not YAML: {error}", where=str(path)) from None
    if not isinstance(content, dict):
        raise VcompError("not a mapping", where=str(path), expected="lines like `data: path/to/data`")
    for key, value in content.items():
        if key not in CONFIG_KEYS:
            raise unknown("key", str(key), CONFIG_KEYS, where=str(path))
        if not isinstance(value, str):
            raise VcompError(f"{key} is {value!r}", where=str(path), expected="a path")
    return content
