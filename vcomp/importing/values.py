"""Values of a file that may be of any kind, on their way into the typed parts of a spec."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from vcomp.documents import Document
from vcomp.errors import VcompError, shown
from vcomp.spec import Part

PartType = TypeVar("PartType", bound=Part)


def section_of(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The mapping under these keys; empty for whatever is none."""
    for key in keys:
        value = data.get(key)
        data = value if isinstance(value, Mapping) else {}
    return data


def fault_at(document: Document, keys: tuple[str, ...], expected: str) -> VcompError:
    value: Any = document.data
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    says = "is missing" if value is None else f"is {shown(value)}"
    return VcompError(f"{'.'.join(keys)} {says}", where=document.where(*keys), expected=expected)


def typed(kind: type[PartType], values: Mapping[str, Any], **fixed: Any) -> PartType:
    """The part with those of the values that its fields take; the others show up when it is rendered."""
    known = {key: value for key, value in values.items() if key in kind.model_fields and value is not None}
    while True:
        try:
            return kind(**{**known, **fixed})
        except ValidationError as error:
            wrong = {str(item["loc"][0]) for item in error.errors() if item["loc"]} & known.keys()
            if not wrong:
                raise
            known = {key: value for key, value in known.items() if key not in wrong}


def attempted(make: Callable[[], Any]) -> Any:
    """What `make` gives; None where the values are not such."""
    try:
        return make()
    except (ValidationError, TypeError, ValueError, IndexError):
        return None
