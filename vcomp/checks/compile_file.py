"""One compile YAML, as rules look at it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from vcomp.checks.keyed import KeyedFile
from vcomp.documents import KeyPath
from vcomp.errors import VcompError
from vcomp.importing.pairs import checkpoint_name
from vcomp.preprocess.process_ops import read_process_ops
from vcomp.spec import Op

Shape = tuple[int, ...]
OPS_AT = ("dataset", "process_ops")


@dataclass(frozen=True, eq=False)
class CompileFile(KeyedFile):
    """A compile YAML. What is missing, or of another kind than it should be, is None or empty.

    `passed_on` are the keys that a spec writes into it unchecked, by its escape hatch.
    """

    passed_on: frozenset[KeyPath] = frozenset()

    @cached_property
    def name(self) -> str | None:
        return self.text("name")

    @property
    def dtype(self) -> str | None:
        return self.text("backend", "dtype")

    @property
    def quantizes(self) -> bool:
        """Whether it calibrates int8 ranges on data of its own; language models do so elsewhere."""
        return self.dtype == "int8" and self.text("frontend", "type") != "huggingface"

    @cached_property
    def artifact(self) -> PurePosixPath | None:
        """The folder that the build is written to, from the working directory."""
        root = self.text("workspace", "path")
        return None if root is None or self.name is None else PurePosixPath(root) / self.name

    @property
    def checkpoint(self) -> str:
        """The network's name by its file: without folders and suffixes."""
        return checkpoint_name(self.file)

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The inputs whose shape is one list of positive integers."""
        shapes = self.mapping("frontend", "shape")
        return {str(name): tuple(shape) for name, shape in shapes.items() if _is_static(shape)}

    @cached_property
    def image_input(self) -> Shape | None:
        """Channels, height and width of the input that takes the image, if one does."""
        images = [shape[1:] for shape in self.shapes.values() if len(shape) == 4 and shape[1] in (1, 3)]
        return images[0] if images else None

    def entries(self) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
        """The process_ops that are mappings: index, type and all arguments."""
        listed = self.value(*OPS_AT)
        for index, entry in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(entry, Mapping):
                yield index, str(entry.get("type")), entry

    @cached_property
    def ops(self) -> tuple[Op, ...] | None:
        """The calibration's preprocessing; None where there is none, or it is not plain what it does."""
        try:
            return read_process_ops(self.value(*OPS_AT))
        except VcompError:
            return None


def _is_static(shape: Any) -> bool:
    return isinstance(shape, list) and bool(shape) and all(type(side) is int and side >= 1 for side in shape)
