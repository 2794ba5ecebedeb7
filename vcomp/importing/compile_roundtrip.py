"""Whether two compile YAMLs say the same."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from vcomp.documents import KeyPath
from vcomp.importing.comparison import Applied, Comparison, Difference, Normalisation, differences
from vcomp.spec.network import FRAMEWORK_OF_SUFFIX

OLDER_KEYS: dict[KeyPath, KeyPath] = {("model",): ("name",), ("workspace", "work_dir"): ("workspace", "path")}
SWAP = ("COLOR_RGB2BGR", "COLOR_BGR2RGB")


def compare_compile(original: Mapping[str, Any], rendered: Mapping[str, Any]) -> Comparison:
    """Compare two documents in the present format. The inputs' order counts: npz files follow it."""
    first, second = _Canonical(original), _Canonical(rendered)
    found = list(differences(first.data, second.data))
    orders = [list(_section(item.data, "frontend", "shape")) for item in (first, second)]
    if not found and orders[0] != orders[1]:
        found.append(Difference(("frontend", "shape"), *orders))
    applied = first.applied ^ second.applied
    return Comparison(tuple(sorted(applied, key=str)), tuple(found))


def _section(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = data.get(key)
        data = value if isinstance(value, Mapping) else {}
    return data


class _Canonical:
    """A document in its plainest form, and what was done to get there."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.applied: Applied = set()
        self.data = self._filled(document, ())
        self._renamed()
        self._defaults()
        self._texts()
        ops = _section(self.data, "dataset").get("process_ops")
        if isinstance(ops, list):
            self.data["dataset"]["process_ops"] = [
                self._op(op, ("dataset", "process_ops", index)) if isinstance(op, Mapping) else op
                for index, op in enumerate(ops)
            ]

    def _note(self, at: KeyPath, what: Normalisation) -> None:
        self.applied.add((at, what))

    def _filled(self, mapping: Mapping[Any, Any], at: KeyPath) -> dict[Any, Any]:
        """Without keys whose value is null or an empty mapping."""
        filled: dict[Any, Any] = {}
        for key, value in mapping.items():
            place = (*at, key)
            inner = self._filled(value, place) if isinstance(value, Mapping) else value
            if inner is None or inner == {}:
                self._note(place, Normalisation.EMPTY)
            else:
                filled[key] = inner
        return filled

    def _renamed(self) -> None:
        for old, new in OLDER_KEYS.items():
            section = self.data if len(old) == 1 else self.data.get(old[0])
            if isinstance(section, dict) and old[-1] in section and new[-1] not in section:
                section[new[-1]] = section.pop(old[-1])
                self._note(new, Normalisation.OLD_KEY)

    def _defaults(self) -> None:
        """What a file leaves out because it follows from the rest."""
        checkpoint = _section(self.data, "frontend").get("checkpoint")
        suffix = PurePosixPath(checkpoint).suffix.lower() if isinstance(checkpoint, str) else ""
        self._default("frontend", "type", FRAMEWORK_OF_SUFFIX.get(suffix))
        self._default("backend", "type", "tvm_vacc")
        self._default("dataset", "type", "tvm")

    def _texts(self) -> None:
        """The names of inputs as texts, which YAML may have read as numbers."""
        shapes = _section(self.data, "frontend", "shape")
        if any(not isinstance(name, str) for name in shapes):
            self.data["frontend"]["shape"] = {str(name): shape for name, shape in shapes.items()}
            self._note(("frontend", "shape"), Normalisation.NAME)

    def _default(self, section: str, key: str, value: Any) -> None:
        found = self.data.get(section)
        if isinstance(found, dict) and key not in found and value is not None:
            found[key] = value
            self._note((section, key), Normalisation.DEFAULT)

    def _op(self, op: Mapping[Any, Any], at: KeyPath) -> dict[Any, Any]:
        plain = dict(op)
        match plain.get("type"):
            case "Normalize":
                self._normalize(plain, at)
            case "Resize":
                self._resize(plain, at)
            case "CvtColor" if plain.get("code") == SWAP[1]:
                plain["code"] = SWAP[0]
                self._note((*at, "code"), Normalisation.SWAP_WORD)
            case "CustomFunc" if "img_shape" in plain and "input_shape" not in plain:
                plain["input_shape"] = plain.pop("img_shape")
                self._note((*at, "input_shape"), Normalisation.OLD_KEY)
            case _:
                pass
        return plain

    def _normalize(self, op: dict[Any, Any], at: KeyPath) -> None:
        if "div255" in op and op["div255"] is None:
            op["div255"] = False
            self._note((*at, "div255"), Normalisation.NULL_FLAG)
        if op.get("div255") is True:
            del op["div255"]
            self._note((*at, "div255"), Normalisation.DEFAULT)
        if op.get("norm_type") == "None":
            op["norm_type"] = None
            self._note((*at, "norm_type"), Normalisation.NONE_WORD)
        if "norm_type" in op and op["norm_type"] is None:
            del op["norm_type"]
            self._note((*at, "norm_type"), Normalisation.EMPTY)

    def _resize(self, op: dict[Any, Any], at: KeyPath) -> None:
        size = op.get("size")
        if op.get("adaptive_side") == "long" and isinstance(size, list) and len(size) == 2 and size[0] == size[1]:
            op["size"] = [size[0], -1]
            self._note((*at, "size"), Normalisation.SQUARE)
        for key, usual in (("backend", "cv2"), ("interpolation", "bilinear")):
            if op.get(key) == usual:
                del op[key]
                self._note((*at, key), Normalisation.DEFAULT)
