"""A family of specs as the text of a spec.py: the first in full, the others by what differs, alike ones in a loop."""

import keyword
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vcomp import spec as vocabulary
from vcomp.importing.drafts import Draft, Source
from vcomp.importing.python_text import WIDTH, Call, Code, inline, lines, parts_in, said
from vcomp.render.filters import to_docstring
from vcomp.spec import Checkpoint, ModelSpec

_SAFE = re.compile(r"[\w./+ -]*", re.ASCII)


def spec_text(name: str, drafts: Sequence[Draft]) -> str:
    """The file for the folder `models/<name>`. Its first spec is called `spec`, those that others refer to by name."""
    page = _Page(drafts)
    body = [*page.first(), *page.others()]
    used = {"ModelSpec"} | page.parts
    known = sorted(word for word in vocabulary.__all__ if word in used)
    imports = f"from vcomp.spec import {', '.join(known)}"
    if len(imports) > WIDTH:
        imports = "\n".join(["from vcomp.spec import (", *(f"    {word}," for word in known), ")"])
    family = [] if drafts[0].spec.name == name else [f"family = {inline(name)}", ""]
    return "\n".join([f'"""{to_docstring(_title(name, drafts))}"""', "", imports, "", *family, *body]) + "\n"


def _title(name: str, drafts: Sequence[Draft]) -> str:
    several = f": {len(drafts)} networks" if len(drafts) > 1 else ""
    return f"{name}{several}, from files written by hand."


@dataclass(frozen=True)
class _Group:
    """Variants of one base that differ from it alike, but for a word; `changes` have it as `{network}`."""

    base: str
    changes: Mapping[str, Any]
    drafts: tuple[Draft, ...]


class _Page:
    """The specs of a family, laid out."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.parts: set[str] = set()
        self._variables: dict[str, str] = {drafts[0].spec.name: "spec"}
        self._reserved = {"spec", "variants", "family", "network", *vocabulary.__all__}
        self._written = [drafts[0].spec]

    def first(self) -> Iterator[str]:
        draft = self.drafts[0]
        yield from _remarks(draft.sources)
        fields = said(draft.spec)
        self.parts |= parts_in(list(fields.values()))
        yield from lines(Call("ModelSpec", fields), before="spec = ")

    def others(self) -> Iterator[str]:
        """Specs that others are based on, each by a name; then the list of all but the first."""
        based_on = {draft.base for draft in self.drafts}
        items: list[list[str]] = []
        waiting: list[Draft] = []
        for draft in self.drafts[1:]:
            if draft.spec.name in based_on:
                variable = self._variable(draft.spec.name)
                yield ""
                yield from _remarks(draft.sources)
                yield from lines(self._call(draft), before=f"{variable} = ")
                items.append([f"    {variable},"])
                self._variables[draft.spec.name] = variable
                self._written.append(draft.spec)
            else:
                waiting.append(draft)
        items += [list(self._item(group)) for group in self._groups(waiting)]
        if items:
            yield from ("", "variants = [", *(line for item in items for line in item), "]")

    def _variable(self, name: str) -> str:
        """A name in Python for a spec."""
        variable = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
        if not variable.isidentifier() or keyword.iskeyword(variable):
            variable = f"network_{variable}"
        while variable in self._reserved:
            variable += "_"
        self._reserved.add(variable)
        return variable

    def _call(self, draft: Draft) -> Call:
        base = self._base(draft)
        changes = changed(base, draft.spec)
        self.parts |= parts_in(list(changes.values()))
        return Call(f"{self._variables[base.name]}.variant", changes)

    def _base(self, draft: Draft) -> ModelSpec:
        """The spec that a draft is told by: its own base, or else the written one with the fewest differences."""
        own = [spec for spec in self._written if spec.name == draft.base]
        return min(own or self._written, key=lambda spec: len(changed(spec, draft.spec)))

    def _groups(self, drafts: Sequence[Draft]) -> list[_Group]:
        groups: dict[str, _Group] = {}
        for draft in drafts:
            call = self._call(draft)
            changes = _with_word(call.arguments, draft)
            key = call.function + inline(Call("", changes))
            before = groups.get(key)
            groups[key] = _Group(call.function, changes, (*(before.drafts if before else ()), draft))
        return list(groups.values())

    def _item(self, group: _Group) -> Iterator[str]:
        """A group as an item of the list: a loop, or one call."""
        if len(group.drafts) == 1:
            yield from _remarks(group.drafts[0].sources, indent=4)
            yield from lines(self._call(group.drafts[0]), 4, "", ",")
            return
        yield from _remarks([source for draft in group.drafts for source in draft.sources], indent=4, named=False)
        if group.drafts[0].base:
            yield f"    # Of these there is only the vdsp file: they are taken to be built like {group.drafts[0].base}."
        words = tuple(str(draft.network) for draft in group.drafts)
        call = Call(group.base, group.changes)
        within = f"        for network in {inline(words)}"
        yield "    *("
        yield from lines(call, 8)
        if len(within) <= WIDTH and len(f"    *({inline(call)} {within.strip()}),") > WIDTH:
            yield within
        else:
            yield "        for network in ("
            yield from (f"            {inline(word)}," for word in words)
            yield "        )"
        yield "    ),"


def changed(base: ModelSpec, spec: ModelSpec) -> dict[str, Any]:
    """The fields of a spec that are not those of its base."""
    return {name: getattr(spec, name) for name in ModelSpec.model_fields if getattr(spec, name) != getattr(base, name)}


def _with_word(changes: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """The changes with the network's word taken out of name and path, where it can be put back by a loop."""
    word, name, network = draft.network, changes.get("name"), changes.get("network")
    if not word or not isinstance(name, str) or not _SAFE.fullmatch(name) or not name.endswith(word):
        return dict(changes)
    fields = {**changes, "name": Code(f'f"{name[: len(name) - len(word)]}{{network}}"')}
    if name == word:
        fields["name"] = Code("network")
    if isinstance(network, Checkpoint):
        before, found, after = network.path.rpartition(word)
        if not found or not _SAFE.fullmatch(before + after):
            return dict(changes)
        path = Code(f'f"{before}{{network}}{after}"') if before or after else Code("network")
        fields["network"] = Call("Checkpoint", {**said(network), "path": path})
    return fields


def _remarks(sources: Iterable[Source], indent: int = 0, *, named: bool = True) -> Iterator[str]:
    """The files that a spec came from, and what people remarked in them."""
    seen = list({source.file.path: source.file for source in sources}.values())
    texts = [", ".join(file.path.name for file in seen)] if named and seen else []
    for file in seen:
        keys = {line: keys for keys, line in file.document.lines.items() if isinstance(keys[-1], str)}
        for line, comment in file.document.comments.items():
            if re.search(r"[^\W_]", comment):
                about = f"{keys[line][-1]}: " if line in keys else ""
                texts.append(f"{file.path.name}:{line}  {about}{comment}")
    for text in texts:
        plain = "".join(char if char.isprintable() else "?" for char in text)
        wrapped = textwrap.wrap(plain, WIDTH - indent - 4, subsequent_indent="  ", break_on_hyphens=False)
        yield from (f"{' ' * indent}# {line}" for line in wrapped)
