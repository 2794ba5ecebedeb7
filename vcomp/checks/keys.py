"""Keys that nobody reads, and keys that are missing."""

from collections.abc import Iterator, Mapping
from typing import Any

from vcomp.checks.compile_file import OPS_AT, CompileFile
from vcomp.checks.compile_keys import KEYS, NEEDED_ARGUMENTS, OLD_KEYS, OPS, Keys, sections_with
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.keyed import KeyedFile
from vcomp.checks.rule import Rule
from vcomp.checks.source import word
from vcomp.checks.spelling import rename
from vcomp.documents import KeyPath
from vcomp.errors import nearest

_PARAMS = ("graph", "extra_ops", "params")  # of which other ops than the public ones may have more


class UnknownKey(Rule[CompileFile]):
    """A key that the compiler does not know: a misspelling, or an option of another program.

    The option that was meant keeps its default, and nobody is told. A network quantized with the default
    `calibrate_mode` instead of the wanted one loses accuracy on the card alone.
    """

    id = "VC101"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        for keys, known in _strangers(subject):
            if not _belongs_elsewhere(keys):
                yield from self._unknown(subject, keys, known)
        for index, kind, entry in subject.entries():
            for key in entry if kind in OPS else ():
                if key != "type" and key not in OPS[kind]:
                    yield from self._unknown(subject, (*OPS_AT, index, str(key)), OPS[kind])

    def _unknown(self, file: CompileFile, keys: KeyPath, known: Keys) -> Iterator[Finding]:
        *above, key = keys
        close = nearest(str(key), known)
        place = ".".join(map(str, above)) or "the file"
        yield self.finding(
            file.at(*keys, spot=word(str(key))),
            f"{place} has an unknown key {key!r}",
            f"write {close!r}" if close else f"remove it; {place} takes {', '.join(known) or 'none'}",
            fix=rename(str(key), close, file.mapping(*above)),
        )


class MisplacedKey(Rule[CompileFile]):
    """A key of one section that stands in another, where the compiler does not look for it."""

    id = "VC102"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        for keys, _ in _strangers(subject):
            if keys not in OLD_KEYS and _belongs_elsewhere(keys):
                right = " or ".join(".".join(above) or "the top level" for above in _homes(str(keys[-1])))
                here = ".".join(map(str, keys[:-1])) or "the top level"
                yield self.finding(
                    subject.at(*keys, spot=None), f"{keys[-1]!r} stands in {here}", f"it is a key of {right}: move it"
                )


class MissingKey(Rule[CompileFile]):
    """A key that every compile YAML needs is not there, or stands under the name that it had in the older format."""

    id = "VC103"
    severity = Severity.ERROR
    looks_at = CompileFile

    _NEEDED = (
        ("name",), ("frontend", "checkpoint"), ("frontend", "shape"), ("backend", "dtype"), ("workspace", "path"),
    )  # fmt: skip

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        for keys in self._NEEDED:
            if subject.value(*keys) is not None:
                continue
            dotted = ".".join(keys)
            older = next((old for old, new in OLD_KEYS.items() if (*old[:-1], new) == keys and subject.has(*old)), None)
            if older:
                yield self.finding(
                    subject.at(*older, spot=word(older[-1])),
                    f"{dotted} is missing; {older[-1]!r} is what it was called in the older format",
                    f"call it {keys[-1]!r}",
                    fix=keys[-1],
                )
            else:
                yield self.finding(subject.at(*keys), f"{dotted} is {_lack(subject, keys)}", f"state {dotted}")
        for index, kind, entry in subject.entries():
            needed = NEEDED_ARGUMENTS.get(kind)
            if needed and entry.get(needed) is None:
                yield self.finding(
                    subject.at(*OPS_AT, index), f"{kind} lacks {needed!r}", f"state {needed} of the {kind}"
                )


class OldKey(Rule[CompileFile]):
    """A key of the older format, which the present one has no use for."""

    id = "VC104"
    severity = Severity.WARNING
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        for keys, new in OLD_KEYS.items():
            taken = new is not None and subject.value(*keys[:-1], new) is None
            if subject.has(*keys) and not taken:
                yield self.finding(
                    subject.at(*keys, spot=None),
                    f"{'.'.join(keys)} is of the older format" + (f", and {new!r} is there too" if new else ""),
                    "remove it",
                )


class IdleParameters(Rule[CompileFile]):
    """Parameters of a post-processing that is turned off: `type: null` leaves the network's outputs as they are."""

    id = "VC105"
    severity = Severity.WARNING
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        extra = subject.mapping("graph", "extra_ops")
        if extra.get("params") and extra.get("type") is None:
            yield self.finding(
                subject.at("graph", "extra_ops", "params", spot=None),
                "graph.extra_ops has params, and no type that would use them",
                "name the type, or remove the params",
            )


class UnstatedType(Rule[CompileFile]):
    """What kind of network or data set it is, or which files it takes, is left to the compiler's guess.

    Whether it is inferred from the files is not published.
    """

    id = "VC106"
    severity = Severity.QUESTION
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        wanted: list[KeyPath] = [("frontend", "type")]
        if "dataset" in subject.data and subject.value("dataset", "type") != "huggingface":
            wanted += [("dataset", "type"), ("dataset", "sampler", "suffix")]
        for keys in wanted:
            if subject.value(*keys) is None:
                dotted = ".".join(map(str, keys))
                yield self.finding(
                    subject.at(*keys, spot=None), f"{dotted} is {_lack(subject, keys)}", f"state {dotted}"
                )


def _strangers(file: CompileFile) -> Iterator[tuple[KeyPath, Keys]]:
    """The keys that their section does not know, and what it knows."""

    def walk(above: KeyPath, section: Mapping[Any, Any], known: Keys) -> Iterator[tuple[KeyPath, Keys]]:
        for key, value in section.items():
            inner = known.get(str(key))
            keys = (*above, str(key))
            if inner is None:
                judged = above != _PARAMS or nearest(str(key), known)
                if judged and keys not in OLD_KEYS and keys not in file.passed_on:
                    yield keys, known
            elif isinstance(inner, Mapping) and isinstance(value, Mapping):
                yield from walk(keys, value, inner)

    yield from walk((), file.data, KEYS)


def _homes(key: str) -> list[tuple[str, ...]]:
    return list(sections_with(key))


def _belongs_elsewhere(keys: KeyPath) -> bool:
    return bool(_homes(str(keys[-1])))


def _lack(file: KeyedFile, keys: KeyPath) -> str:
    return "null" if file.has(*keys) else "missing"
