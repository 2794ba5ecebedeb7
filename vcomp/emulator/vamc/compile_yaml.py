"""The file that `vamc compile` takes, as typed values."""

from dataclasses import dataclass
from pathlib import Path

from vcomp.documents import Document, read_yaml
from vcomp.emulator.postprocess import ExtraOp
from vcomp.emulator.vamc.backend import operators_without_effect, read_target
from vcomp.emulator.vamc.compile_keys import keys_without_effect
from vcomp.emulator.vamc.dataset import Dataset, read_dataset
from vcomp.emulator.vamc.extra_ops import read_extra_ops
from vcomp.emulator.vamc.frontend import Frontend, read_frontend
from vcomp.emulator.vamc.leniency import Forgive, refuse
from vcomp.emulator.vamc.section import Section
from vcomp.errors import VcompError
from vcomp.importing.legacy_yaml import is_legacy, modernised
from vcomp.spec import Fp16, Target


@dataclass(frozen=True)
class CompileFile:
    """One `vamc` file. `dataset` is there if it was wanted, or the target is int8.

    `without_effect` are the keys, sections and operator types that the file names, and the emulation does not heed.
    """

    document: Document
    name: str
    frontend: Frontend
    target: Target
    extra_op: ExtraOp | None
    dataset: Dataset | None
    workspace: Path
    without_effect: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return self.workspace / self.name

    @property
    def dynamic(self) -> bool:
        """Whether an input may vary in shape."""
        return any(shape.smallest for shape in self.frontend.inputs.values())


def read_compile_file(
    path: Path, forgive: Forgive = refuse, *, legacy: bool = False, needs_dataset: bool = False
) -> CompileFile:
    """Read a `vamc` file, with `legacy` one of the older format too.

    VcompError, with its line, for whatever is missing or not emulated. What is unknown, or can be done without, goes
    to `forgive`.
    """
    document = _document(path, legacy)
    without_effect = keys_without_effect(document, forgive)
    top = Section.top(document, forgive)
    name = _name(top)
    frontend = read_frontend(top.section("frontend"))
    target = read_target(top.section("backend"))
    extra_op = read_extra_ops(top.section("graph").section("extra_ops"))
    is_fp16 = isinstance(target, Fp16)
    dataset = None if is_fp16 and not needs_dataset else read_dataset(top.section("dataset"))
    workspace = top.section("workspace")
    unused = {"graph.extra_ops": extra_op is None, "backend.quantize": is_fp16, "dataset": dataset is None}
    without_effect += tuple(section for section in unused if unused[section] and document.has(*section.split(".")))
    without_effect += operators_without_effect(target)
    return CompileFile(
        document=document,
        name=name,
        frontend=frontend,
        target=target,
        extra_op=extra_op,
        dataset=dataset,
        workspace=Path(workspace.text(workspace.present_or_older("path", "work_dir"))),
        without_effect=without_effect,
    )


def _document(path: Path, legacy: bool) -> Document:
    document = read_yaml(path)
    if not is_legacy(document):
        return document
    if not legacy:
        raise VcompError(
            "is in the older format, with the sections `model` and `engine`",
            where=str(path),
            expected="the sections `frontend` and `backend`",
            mend=f"use `vamc build {path}`, which takes both",
        )
    return modernised(document)


def _name(top: Section) -> str:
    key = top.present_or_older("name", "model")
    name = top.text(key)
    if name in (".", "..") or "/" in name or "\\" in name:
        raise top.fault(key, f"is {name!r}", "one folder name: it becomes the folder of the compiled model")
    return name
