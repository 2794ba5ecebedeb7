"""The text of a file that may be anything: a pipe, a link to itself, a gigabyte, bytes of another kind."""

from pathlib import Path

from vcomp.errors import VcompError
from vcomp.files import read_bounded

MAX_DEPTH = 64


def read_text(path: Path, limit: int, expected: str) -> str:
    """The file's text without a byte order mark; VcompError that names it for whatever is no such text."""
    try:
        if path.exists() and not path.is_file():
            raise VcompError("is not a file", where=str(path), expected=expected)
        return read_bounded(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise VcompError("is not text in UTF-8", where=str(path), expected=expected) from None
    except OSError as error:
        raise VcompError(f"cannot be read: {error.strerror}", where=str(path), expected=expected) from None
    except ValueError:  # a null character in the path
        raise VcompError(f"{str(path)!r} is no path", expected=expected) from None
