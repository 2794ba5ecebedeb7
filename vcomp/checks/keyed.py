"""A YAML or JSON file whose values rules ask for by their keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vcomp.checks.source import Place, Source, Spot, value_of
from vcomp.checks.words import family_of
from vcomp.importing.documents import HandWritten, Kind
from vcomp.importing.folder import model_folder


@dataclass(frozen=True, eq=False)
class KeyedFile:
    """A hand-written file, and what its name and place say. Two are the same only if they are one object."""

    file: HandWritten

    @property
    def path(self) -> Path:
        return self.file.path

    @property
    def data(self) -> Mapping[str, Any]:
        return self.file.document.data

    @property
    def is_legacy(self) -> bool:
        return self.file.kind not in (Kind.COMPILE, Kind.VDSP)

    @cached_property
    def source(self) -> Source:
        return Source(self.path)

    @cached_property
    def folder(self) -> Path:
        """The model's folder: what lies above build_in."""
        return model_folder(self.path)

    @cached_property
    def family(self) -> str:
        return family_of(self.folder)

    def value(self, *keys: str | int) -> Any:
        """What stands under the keys; None where there is nothing."""
        value: Any = self.data
        for key in keys:
            if isinstance(value, Mapping):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                return None
        return value

    def has(self, *keys: str | int) -> bool:
        return self.file.document.has(*keys)

    def text(self, *keys: str | int) -> str | None:
        value = self.value(*keys)
        return value if isinstance(value, str) else None

    def mapping(self, *keys: str | int) -> Mapping[str, Any]:
        value = self.value(*keys)
        return value if isinstance(value, Mapping) else {}

    def at(self, *keys: str | int, spot: Spot | None = None) -> Place:
        """Where a key stands, or the nearest above it that the file has; an edit there replaces the key's value."""
        if spot is None and self.file.document.has(*keys) and isinstance(keys[-1], str):
            spot = value_of(keys[-1])
        return Place(self.source, self.file.document.line(*keys) or 1, spot)
