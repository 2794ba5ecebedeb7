"""All files that are checked together, and how they belong together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vcomp.checks.compile_file import CompileFile
from vcomp.checks.effect import Effect, effect_of_ops, effect_of_vdsp
from vcomp.checks.vdsp_file import VdspFile
from vcomp.checks.words import squeezed
from vcomp.importing.pairs import Relation


@dataclass(frozen=True, eq=False)
class Pair:
    """A compile YAML and a vdsp_params JSON that feeds its network, or one of the same origin."""

    compile: CompileFile
    vdsp: VdspFile
    relation: Relation

    @property
    def same_network(self) -> bool:
        return self.relation is not Relation.ORIGIN

    @property
    def why(self) -> str:
        return self.relation.value

    @cached_property
    def calibrated(self) -> Effect | None:
        """What the calibration does to an image; None where that is not plain."""
        ops = self.compile.ops
        return None if ops is None else effect_of_ops(ops)

    @cached_property
    def fed(self) -> Effect | None:
        """What the runtime does to an image; None where that is not plain."""
        image = self.compile.image_input
        op = self.vdsp.op
        return None if op is None else effect_of_vdsp(op, (image[1], image[2]) if image else None)


@dataclass(frozen=True, eq=False)
class Family:
    """The files of one model's folder."""

    folder: Path
    compiles: Sequence[CompileFile]
    vdsps: Sequence[VdspFile]


@dataclass(frozen=True, eq=False)
class Tree:
    """All of the files."""

    families: Sequence[Family]

    @cached_property
    def compiles(self) -> list[CompileFile]:
        return [file for family in self.families for file in family.compiles]

    @cached_property
    def names(self) -> dict[str, str]:
        """The models that there are folders of, by the letters and digits of their names."""
        return {squeezed(name): name for name in self._names()}

    def _names(self) -> Iterator[str]:
        for family in self.families:
            for file in (*family.compiles, *family.vdsps):
                yield file.family
                break
