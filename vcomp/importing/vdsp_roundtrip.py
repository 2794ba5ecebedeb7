"""Whether two vdsp_params JSONs say the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vcomp.documents import KeyPath
from vcomp.importing.comparison import Applied, Comparison, Normalisation, differences
from vcomp.preprocess.vdsp import NormaType
from vcomp.preprocess.vdsp_json import usual_format
from vcomp.spec import OpType

Config = dict[str, Any]
SIZES = ("IimageWidth", "IimageHeight", "OimageWidth", "OimageHeight")
PITCHES = {"IimageWidthPitch": "IimageWidth", "IimageHeightPitch": "IimageHeight"}
EDGES = ("PaddingLeft", "PaddingRight", "PaddingTop", "PaddingBottom")
USUAL: Config = {"ColorSpace": "BT601", "EdgePaddingType": "CONSTANT", **dict.fromkeys(EDGES, 0)}
SWAP = ("RGB2BGR", "BGR2RGB")
NORMALISING = ("NormaType", "Mean", "Std")
TOLERANCE = 2e-3  # four roundings to fp16, of values up to 1; of larger ones, a fraction


def compare_vdsp(original: Mapping[str, Any], rendered: Mapping[str, Any]) -> Comparison:
    """Compare two operators, {"OpType": …, "OpConfig": {…}}; the second is the renderer's, which states sizes."""
    pair = _Pair(_config(original), _config(rendered), _usual(original.get("OpType")))
    if not original.get("OpConfig", True) and "OpConfig" not in rendered:
        pair.note("OpConfig", Normalisation.EMPTY)
    pair.make_alike()
    first = {**original, "OpConfig": pair.original}
    second = {**rendered, "OpConfig": pair.rendered}
    return Comparison(tuple(sorted(pair.applied, key=str)), tuple(differences(first, second)))


def _usual(op_type: Any) -> Config:
    """What a configuration means that leaves these out."""
    known = op_type in {kind.value for kind in OpType}
    image_format = usual_format(OpType(op_type)) if known else None
    return USUAL if image_format is None else {**USUAL, "IimageFormat": image_format.value}


def _config(document: Mapping[str, Any]) -> Config:
    config = document.get("OpConfig")
    return dict(config) if isinstance(config, Mapping) else {}


@dataclass
class _Pair:
    """Two configurations on their way to being alike."""

    original: Config
    rendered: Config
    usual: Config
    applied: Applied = field(default_factory=set)

    def note(self, key: str, what: Normalisation) -> None:
        at: KeyPath = ("OpConfig", key) if key != "OpConfig" else (key,)
        self.applied.add((at, what))

    def make_alike(self) -> None:
        self._pitches()
        self._defaults()
        if {self.original.get("ColorCvtCode"), self.rendered.get("ColorCvtCode")} == set(SWAP):
            self.original["ColorCvtCode"] = self.rendered["ColorCvtCode"]
            self.note("ColorCvtCode", Normalisation.SWAP_WORD)
        self._normalisation()

    def _pitches(self) -> None:
        for pitch, size in PITCHES.items():
            stated, own = self.original.get(pitch), self.rendered.pop(pitch, None)
            if own is not None and pitch in self.original:
                if isinstance(stated, int) and stated != own:
                    self.note(pitch, Normalisation.PITCH)
                    del self.original[pitch]
                elif stated == own:
                    del self.original[pitch]
            elif own is not None and size in self.original:
                self.note(pitch, Normalisation.DEFAULT)

    def _defaults(self) -> None:
        """Sizes that the renderer states where the file leaves them to the network, and what either may leave out."""
        for key in SIZES:
            if key in self.rendered and key not in self.original:
                del self.rendered[key]
                self.note(key, Normalisation.DEFAULT)
        for key, usual in self.usual.items():
            for one, other in ((self.original, self.rendered), (self.rendered, self.original)):
                if key not in other and one.get(key) == usual:
                    del one[key]
                    self.note(key, Normalisation.DEFAULT)

    def _normalisation(self) -> None:
        """Mean, std and their type as one map of pixels; what a type does not use is dead."""
        mine, theirs = lines_of(self.original), lines_of(self.rendered)
        if mine is None or theirs is None or not np.allclose(mine, theirs, rtol=TOLERANCE, atol=TOLERANCE):
            return
        norma = NormaType(self.original["NormaType"])
        dead = [key for key, used in (("Mean", norma.uses_mean), ("Std", norma.uses_std)) if not used]
        for key in dead:
            if self.original.pop(key, None) is not None:
                self.note(key, Normalisation.DEAD)
        used = [{key: config.get(key) for key in NORMALISING} for config in (self.original, self.rendered)]
        if list(differences(used[0], used[1])):
            halves = [(item["NormaType"], _halves(item["Mean"]), _halves(item["Std"])) for item in used]
            self.note("Mean", Normalisation.HALF if halves[0] == halves[1] else Normalisation.AFFINE)
        for config in (self.original, self.rendered):
            for key in NORMALISING:
                config.pop(key, None)


def lines_of(config: Config) -> list[tuple[float, float]] | None:
    """What pixels of 0 and 255 become in each channel, with constants of fp16; None if the file does not say."""
    try:
        norma = NormaType(config.get("NormaType"))
    except ValueError:
        return None
    mean, std = (_halves(config.get(key)) for key in ("Mean", "Std"))
    if (norma.uses_mean and mean is None) or (norma.uses_std and std is None):
        return None
    mean, std, div255 = norma.constants(mean, std)
    means, stds, white = mean or (0.0,) * 3, std or (1.0,) * 3, 1.0 if div255 else 255.0
    if not all(stds):
        return None
    return [(-m / s, (white - m) / s) for m, s in zip(means, stds, strict=True)]


def _halves(values: Any) -> tuple[float, ...] | None:
    if not isinstance(values, list) or len(values) != 3 or not all(type(value) in (int, float) for value in values):
        return None
    with np.errstate(over="ignore"):
        rounded = tuple(float(np.float16(value)) for value in values)
    return rounded if all(np.isfinite(rounded)) else None
