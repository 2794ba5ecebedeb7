"""Reading YAML: bounded, plain data only, each key once, with the line of every key and the comments."""

import math
from pathlib import Path
from typing import Any

import yaml

from vcomp.documents.comments import Spans, comments
from vcomp.documents.document import Document, KeyPath
from vcomp.documents.text import MAX_DEPTH, read_text
from vcomp.errors import VcompError

MAX_YAML_BYTES = 1 << 20
MAX_DIGITS = 64
_TAG = "tag:yaml.org,2002:"
_PLAIN = {f"{_TAG}{kind}" for kind in ("str", "int", "float", "bool", "null")}
_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def read_yaml(path: Path, limit: int = MAX_YAML_BYTES) -> Document:
    """The mapping in a YAML file; VcompError if there is none, or the file is not safe to read."""
    text = read_text(path, limit, "a YAML file")
    try:
        reader = _Reader(path, text)
        data = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise VcompError(f"not YAML: {error.problem}", where=where) from None
    except (yaml.YAMLError, ValueError) as error:
        raise VcompError(f"not YAML: {error}", where=str(path)) from None
    if not isinstance(data, dict):
        raise VcompError("is not a mapping", where=str(path), expected="`key: value` lines")
    return Document(path, data, reader.lines, comments(text, reader.spans))


class _Reader:
    """Builds plain data out of the parser's events, and notes where each part stands."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines: dict[KeyPath, int] = {}
        self.spans: Spans = []
        self._anchors: set[str] = set()
        self._loader: Any = _Loader(text)

    def document(self) -> Any:
        """The one document of the stream; None if it is empty."""
        self._loader.get_event()  # the start of the stream
        if isinstance(self._loader.get_event(), yaml.StreamEndEvent):
            return None
        data = self._value(self._loader.get_event(), ())
        self._loader.get_event()  # the end of the document
        after = self._loader.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._fault("holds a second document", after, "one", "put it into a file of its own")
        return data

    def _value(self, event: Any, keys: KeyPath) -> Any:
        if isinstance(event, yaml.AliasEvent):
            says = "holds a YAML alias" if event.anchor in self._anchors else "not YAML: an alias of nothing"
            raise self._fault(says, event, "plain values", "write the value out")
        self._anchors.add(event.anchor)
        if len(keys) > MAX_DEPTH:
            raise self._fault("is nested too deeply", event, f"at most {MAX_DEPTH} levels")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if getattr(event, "tag", None) is not None:
            raise self._fault(f"holds the tag {event.tag}", event, "plain values")
        return self._list(keys) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(keys)

    def _list(self, keys: KeyPath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            place = (*keys, len(items))
            self.lines[place] = _line(event)
            items.append(self._value(event, place))
        return items

    def _mapping(self, keys: KeyPath) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        while not isinstance(event := self._loader.get_event(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or (event.implicit[0] and event.value == "<<"):
                raise self._fault("a key is not a word", event, "`key: value`")
            place = (*keys, event.value)
            if place in self.lines:
                once = f"once: line {self.lines[place]} has it"
                raise self._fault(f"{event.value!r} stands twice", event, once, "remove one")
            self.lines[place] = _line(event)
            key = self._scalar(event)
            data[key] = self._value(self._loader.get_event(), place)
        return data

    def _scalar(self, event: Any) -> Any:
        start, end = event.start_mark, event.end_mark
        self.spans.append(((start.line, start.column), (end.line, end.column)))
        tag = event.tag or self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == f"{_TAG}str" or tag == "!":
            return event.value
        if tag not in _PLAIN:
            kind = tag.removeprefix(_TAG)
            raise self._fault(f"{event.value[:40]!r} is a {kind}", event, "plain values", "write text in quotes")
        if len(event.value) > MAX_DIGITS:
            raise self._fault(f"{event.value[:40]!r}… is too long for a number", event, "a number")
        value = self._loader.construct_object(yaml.ScalarNode(tag, event.value, start, end))
        if isinstance(value, float) and not math.isfinite(value):
            raise self._fault(f"{event.value[:40]!r} is no finite number", event, "a number")
        return value

    def _fault(self, says: str, event: Any, expected: str, mend: str | None = None) -> VcompError:
        return VcompError(says, where=f"{self.path}:{_line(event)}", expected=expected, mend=mend)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
