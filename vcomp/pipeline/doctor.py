"""What `vcomp doctor` looks at: packages, toolchains, project and data."""

from dataclasses import dataclass
from pathlib import Path

from vcomp.errors import VcompError
from vcomp.pipeline.versions import versions
from vcomp.project import Project
from vcomp.toolchain import find_sdk


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, and how to mend it where something is missing."""

    what: str
    found: str
    good: bool = True
    mend: str | None = None


def examine(project: Project, data: Path | None, sdk_python: str | None) -> list[Finding]:
    """Look at everything that a run depends on; nothing is changed."""
    return [*_packages(), *_toolchains(sdk_python), *_project(project), _data(project, data)]


def _packages() -> list[Finding]:
    return [
        Finding(name, found, found != "not installed", f"pip install {name}" if found == "not installed" else None)
        for name, found in versions().items()
    ]


def _toolchains(sdk_python: str | None) -> list[Finding]:
    parts = find_sdk(sdk_python)
    missing = "install the vendor's SDK and put it on PATH; until then the emulator takes its place"
    found = [
        Finding("vamc", parts.vamc or "not found", parts.vamc is not None, None if parts.vamc else missing),
        Finding("vamp", parts.vamp or "not found", parts.vamp is not None, None if parts.vamp else missing),
        Finding(
            "vaststreamx",
            f"{parts.vaststreamx} in {parts.python}" if parts.python else "not found",
            parts.python is not None,
            None if parts.python else "name the Python that has it: --sdk-python, or VCOMP_SDK_PYTHON",
        ),
    ]
    used = "the vendor's SDK" if parts.complete else "vcomp's emulator, on this CPU"
    return [*found, Finding("toolchain of a run", used)]


def _project(project: Project) -> list[Finding]:
    try:
        names = [spec.name for _, spec in project.select(["*"])]
    except VcompError as error:
        return [Finding("models", str(error), good=False, mend="mend the spec, or take the folder away")]
    return [Finding("models", f"{', '.join(names)} in {project.models_dir}")]


def _data(project: Project, option: Path | None) -> Finding:
    try:
        root = project.data_root(option)
    except VcompError as error:
        return Finding("data", error.what, good=False, mend=error.mend)
    if root is None:
        return Finding(
            "data", "the embedded sample", good=False, mend="vcomp data get dsb2018, then --data DIR or VCOMP_DATA"
        )
    return Finding("data", str(root))
