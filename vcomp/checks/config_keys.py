"""Keys of a vdsp_params JSON that are missing, or that the runtime passes over."""

from collections.abc import Iterator, Mapping
from typing import Any

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.checks.source import word
from vcomp.checks.spelling import rename, similar
from vcomp.checks.vdsp_file import CONFIG, VdspFile
from vcomp.checks.vdsp_keys import CONFIG_KEYS, NEEDED_KEYS, PAIRS, SINGLE_OP_KEYS
from vcomp.errors import nearest


class MissingVdspKey(Rule[VdspFile]):
    """A key that every vdsp_params JSON of an RGB operator states is not there, or one of two that go together."""

    id = "VC107"
    severity = Severity.ERROR
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        config = subject.config
        for key in NEEDED_KEYS if subject.takes_rgb else ():
            if config.get(key) is None and not _misspelt(key, config):
                yield self.finding(subject.at(CONFIG), f"{key} is missing", f"state {key}")
        for pair in PAIRS if subject.takes_rgb else ():
            given = [key for key in pair if key in config]
            missing = [key for key in pair if key not in config and not _misspelt(key, config)]
            if given and missing:
                yield self.finding(
                    subject.at(CONFIG, given[0], spot=None),
                    f"{given[0]} stands without {missing[0]}",
                    f"state {missing[0]}",
                )


class MisspeltVdspKey(Rule[VdspFile]):
    """A key of a vdsp_params JSON that is nearly one that the runtime reads.

    The runtime tolerates keys that it does not know, so the one that was meant keeps its default.
    """

    id = "VC108"
    severity = Severity.ERROR
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        for key, meant in _strangers(subject):
            if meant:
                yield self.finding(
                    subject.at(CONFIG, key, spot=word(key)),
                    f"OpConfig has an unknown key {key!r}",
                    f"write {meant!r}",
                    fix=rename(key, meant, subject.config),
                )


class UnknownVdspKey(Rule[VdspFile]):
    """A key of a vdsp_params JSON that no public file has, and that resembles none."""

    id = "VC109"
    severity = Severity.QUESTION
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        for key, meant in _strangers(subject):
            if not meant:
                yield self.finding(
                    subject.at(CONFIG, key, spot=None),
                    f"OpConfig has an unknown key {key!r}",
                    "remove it if nothing reads it",
                )


def _strangers(file: VdspFile) -> Iterator[tuple[str, str | None]]:
    """The keys that are not known, each with the one that it is nearly."""
    for key in map(str, file.config if file.takes_rgb and not file.is_legacy else ()):
        if key not in CONFIG_KEYS and key not in SINGLE_OP_KEYS:
            close = nearest(key, CONFIG_KEYS)
            yield key, close if close and similar(key, close) else None


def _misspelt(key: str, config: Mapping[str, Any]) -> bool:
    """Whether the key is there in a spelling that MisspeltVdspKey reports."""
    return any(other not in CONFIG_KEYS and similar(str(other), key) for other in config)
