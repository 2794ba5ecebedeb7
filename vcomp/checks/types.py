"""Values of the wrong type, and words that the vendor's programs do not know."""

from collections.abc import Iterator, Mapping
from typing import Any

from vcomp.checks.compile_file import OPS_AT, CompileFile
from vcomp.checks.compile_keys import KEYS, OPS, Keys
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.keyed import KeyedFile
from vcomp.checks.kinds import Kind
from vcomp.checks.rule import Rule
from vcomp.checks.vdsp_file import CONFIG, VdspFile
from vcomp.checks.vdsp_keys import BERT_EMBEDDING, CONFIG_KEYS
from vcomp.documents import KeyPath
from vcomp.errors import nearest, shown
from vcomp.spec.op_type import OpType

_NULL_WORDS = ("none", "null", "nil", "~")
_FLAG_WORDS = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}
_OP_TYPES = (*(kind.value for kind in OpType), BERT_EMBEDDING)


class WrongType(Rule[KeyedFile]):
    """A value of another type than its key takes: a number in quotes, a text for a list, a section that is none."""

    id = "VC201"
    severity = Severity.ERROR
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        for keys, value, kind in _typed(subject):
            if not isinstance(kind, Kind):
                if not isinstance(value, Mapping) and value is not None:
                    yield self.finding(
                        subject.at(*keys, spot=None), f"{_dotted(keys)} is {shown(value)}", "make it a section of keys"
                    )
            elif not kind.takes(value) and not _is_null_word(value) and value is not None:
                meant = _unquoted(value, kind)
                yield self.finding(
                    subject.at(*keys),
                    f"{_dotted(keys)} is {shown(value)}, not {kind.called}",
                    f"write {meant} without quotes" if meant else f"write {kind.called}",
                    fix=meant,
                )


class NullAsText(Rule[KeyedFile]):
    """The word None in quotes, or another text that means nothing: YAML's null is `null`, and "None" is a text."""

    id = "VC202"
    severity = Severity.ERROR
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        for keys, value, kind in _typed(subject):
            if isinstance(kind, Kind) and _is_null_word(value) and str(value).lower() not in kind.words:
                yield self.finding(
                    subject.at(*keys),
                    f"{_dotted(keys)} is the text {value!r}, not null",
                    "write null" if kind.or_null else f"write {kind.called}, or leave the key out",
                    fix="null" if kind.or_null else None,
                )


class NullValue(Rule[KeyedFile]):
    """A key that stands there without a value, where a value is needed or the key should be left out.

    `div255: null` may be read as its default, true: beside a mean of 127.5 the result is off by a factor of 255.
    """

    id = "VC203"
    severity = Severity.ERROR
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        for keys, value, kind in _typed(subject):
            if value is not None or not isinstance(kind, Kind) or kind.takes(None) or _is_needed(keys):
                continue
            meant = _div255(subject.mapping(*keys[:-1])) if keys[-1] == "div255" else None
            yield self.finding(
                subject.at(*keys),
                f"{_dotted(keys)} is null" + (f" beside mean {subject.value(*keys[:-1], 'mean')}" if meant else ""),
                f"write {meant}" if meant else f"write {kind.called}, or leave the key out",
                fix=meant,
            )


class UnknownWord(Rule[KeyedFile]):
    """A word that the vendor's programs do not know in this place: a misspelt dtype, mode, format or operator."""

    id = "VC204"
    severity = Severity.ERROR
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        for keys, value, kind in _typed(subject):
            if isinstance(kind, Kind) and kind.words and isinstance(value, str) and not _is_null_word(value):
                yield from self._judged(subject, keys, value, kind.words)
        if isinstance(subject, CompileFile):
            for index, name, entry in subject.entries():
                if "type" in entry:
                    yield from self._judged(subject, (*OPS_AT, index, "type"), name, tuple(OPS))
        elif isinstance(subject, VdspFile) and not subject.kind.startswith("SINGLE_OP_"):
            yield from self._judged(subject, ("OpType",), subject.kind, _OP_TYPES)

    def _judged(self, file: KeyedFile, keys: KeyPath, value: str, known: tuple[str, ...]) -> Iterator[Finding]:
        if value in known:
            return
        close = nearest(value, known) or next((word for word in known if word.lower() == value.lower()), None)
        yield self.finding(
            file.at(*keys),
            f"{_dotted(keys)} is {value!r}, which is not known",
            f"write {close}" if close else f"write one of {', '.join(known)}",
            fix=_quoted_like(file, close) if close else None,
        )


def _typed(file: KeyedFile) -> Iterator[tuple[KeyPath, Any, "Kind | Keys"]]:
    """The values of the keys that are known, and what each should be."""
    if isinstance(file, CompileFile):
        yield from _walk((), file.data, KEYS)
        for index, kind, entry in file.entries():
            yield from _walk((*OPS_AT, index), entry, OPS.get(kind, {}))
    elif isinstance(file, VdspFile) and not file.kind.startswith("SINGLE_OP_"):
        yield from _walk((CONFIG,), file.config, CONFIG_KEYS)


def _walk(above: KeyPath, section: Mapping[str, Any], known: Keys) -> Iterator[tuple[KeyPath, Any, "Kind | Keys"]]:
    for key, value in section.items():
        kind = known.get(str(key))
        if kind is None:
            continue
        yield (*above, str(key)), value, kind
        if isinstance(kind, Mapping) and isinstance(value, Mapping):
            yield from _walk((*above, str(key)), value, kind)


def _dotted(keys: KeyPath) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def _is_null_word(value: Any) -> bool:
    return isinstance(value, str) and value.lower() in _NULL_WORDS


def _is_needed(keys: KeyPath) -> bool:
    """Whether another rule says that the value is missing."""
    return keys in (("name",), ("frontend", "checkpoint"), ("backend", "dtype"), ("workspace", "path")) or keys[-1] in (
        "type", "size", "crop_size", "code", "index", "IimageFormat", "NormaType", "ColorCvtCode", "ResizeType",
    )  # fmt: skip


def _unquoted(value: Any, kind: Kind) -> str | None:
    """The number or the flag that a text in quotes stands for, as YAML and JSON write it, if the key takes that."""
    if not isinstance(value, str):
        return None
    word = value.strip().lower()
    if word in _FLAG_WORDS and kind.takes(_FLAG_WORDS[word]):
        return str(_FLAG_WORDS[word]).lower()
    for number in (int, float):
        try:
            if kind.takes(number(word)):
                return word
        except ValueError:
            continue
    return None


def _div255(op: Mapping[str, Any]) -> str | None:
    """What div255 must be for the mean beside it."""
    mean = op.get("mean")
    if not isinstance(mean, list) or not mean or not all(type(value) in (int, float) for value in mean):
        return None
    if max(mean) > 1:
        return "false"
    return "true" if max(mean) > 0 else None


def _quoted_like(file: KeyedFile, word: str) -> str:
    return f'"{word}"' if isinstance(file, VdspFile) else word
