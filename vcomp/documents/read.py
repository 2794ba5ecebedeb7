"""A YAML or a JSON file, by its suffix."""

from pathlib import Path

from vcomp.documents.document import Document
from vcomp.documents.json_file import read_json
from vcomp.documents.yaml_file import read_yaml

MAX_BYTES = 1 << 16  # twenty times what such files have: reading one takes less than a second


def read_document(path: Path) -> Document:
    """The mapping in a file; VcompError if there is none, or the file is not safe to read."""
    return read_json(path, MAX_BYTES) if path.suffix.lower() == ".json" else read_yaml(path, MAX_BYTES)
