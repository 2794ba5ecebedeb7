"""One vdsp_params JSON, as rules look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vcomp.checks.keyed import KeyedFile
from vcomp.checks.vdsp_keys import BERT_EMBEDDING
from vcomp.errors import VcompError
from vcomp.importing.pairs import vdsp_name
from vcomp.preprocess.vdsp import VdspOp
from vcomp.preprocess.vdsp_json import read_vdsp

CONFIG = "OpConfig"


@dataclass(frozen=True, eq=False)
class VdspFile(KeyedFile):
    """A vdsp_params JSON. What is missing, or of another kind than it should be, is None or empty."""

    @property
    def kind(self) -> str:
        return self.text("OpType") or ""

    @property
    def takes_rgb(self) -> bool:
        """Whether it is a fused operator on images of RGB or BGR."""
        return self.kind.startswith("FUSION_OP_RGB_")

    @property
    def takes_text(self) -> bool:
        return self.kind == BERT_EMBEDDING

    @property
    def config(self) -> Mapping[str, Any]:
        return self.mapping(CONFIG)

    @cached_property
    def op(self) -> VdspOp | None:
        """The operator; None where it is of another kind, or cannot be read."""
        if self.takes_text or self.is_legacy:
            return None
        try:
            return read_vdsp(self.data, where=str(self.path))
        except VcompError:
            return None

    @property
    def variant(self) -> str:
        """The network that it is for, by the file's name, in plain spelling."""
        return vdsp_name(self.path)[1]

    @property
    def origin(self) -> str:
        """Where the network comes from, by the first word of the file's name."""
        return vdsp_name(self.path)[0]
