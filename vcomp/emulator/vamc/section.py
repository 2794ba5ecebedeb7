"""One mapping of a file, which gives its values out typed and knows where they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vcomp.documents import Document, KeyPath
from vcomp.emulator.vamc.leniency import Forgive, refuse
from vcomp.errors import VcompError, shown, unknown


@dataclass(frozen=True)
class Section:
    """The mapping under `keys`, empty if the file has none. Its methods raise VcompError for other kinds of value."""

    document: Document
    keys: KeyPath
    data: Mapping[str, Any]
    forgive: Forgive = refuse

    @classmethod
    def top(cls, document: Document, forgive: Forgive = refuse) -> "Section":
        return cls(document, (), document.data, forgive)

    def section(self, key: str) -> "Section":
        value = self.data.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise self.fault(key, f"is {shown(value)}", "a mapping")
        return Section(self.document, (*self.keys, key), value or {}, self.forgive)

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise self.fault(key, f"is {shown(value)}", "a text")
        return value

    def word(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        value = self._value(key, default)
        if value is None:
            raise self.fault(key, "is empty", f"one of {', '.join(known)}")
        if not isinstance(value, str) or value not in known:
            raise unknown(self.name(key), str(value), known, where=self.where(key))
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise self.fault(key, f"is {shown(value)}", "true or false")
        return value

    def integer(self, key: str, default: int, *, least: int) -> int:
        value = self._value(key, default)
        if type(value) is not int or value < least:
            raise self.fault(key, f"is {shown(value)}", f"an integer from {least}")
        return value

    def integers(self, key: str, *, least: int) -> tuple[int, ...]:
        value = self._value(key, [])
        if not isinstance(value, list) or not all(type(item) is int and item >= least for item in value):
            raise self.fault(key, f"is {shown(value)}", f"a list of integers from {least}")
        return tuple(value)

    def words(self, key: str) -> tuple[str, ...]:
        value = self._value(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(key, f"is {shown(value)}", "a list of words")
        return tuple(value)

    def present_or_older(self, key: str, older: str) -> str:
        """The key, or the name that it had in an older format, if the file has that alone, and may."""
        if key in self.data or older not in self.data:
            return key
        what, mend = f"{self.name(key)} is missing, {older} is there", f"call it `{key}`, as it is called now"
        self.forgive(VcompError(what, where=self.where(older), mend=mend), f"{older} is taken")
        return older

    def _value(self, key: str, default: Any) -> Any:
        """The value, or the default where the file has none, or null."""
        value = self.data.get(key)
        return default if value is None else value

    def name(self, key: str) -> str:
        """The key as it is spoken of: with those above it, dotted."""
        return ".".join(map(str, (*self.keys, key)))  # an input's name may be a number

    def where(self, key: str) -> str:
        return self.document.where(*self.keys, str(key))

    def fault(self, key: str, says: str, expected: str, mend: str | None = None) -> VcompError:
        """An error about one key: that it is missing, or else what `says` says of it."""
        says = f"{self.name(key)} {says if key in self.data else 'is missing'}"
        return VcompError(says, where=self.where(key), expected=expected, mend=mend)
