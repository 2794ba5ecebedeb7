"""The templates and models that come with vcomp: from a clone, or from an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def shipped(kind: str) -> Path:
    """The folder `templates` or `models` that vcomp ships."""
    installed = PACKAGE / "_shipped" / kind
    return installed if installed.is_dir() else PACKAGE.parent / kind
