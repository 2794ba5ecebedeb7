"""Files of plain data that somebody else wrote, read safely, with the line of every key."""

from vcomp.documents.document import Document, KeyPath
from vcomp.documents.json_file import read_json
from vcomp.documents.read import MAX_BYTES, read_document
from vcomp.documents.yaml_file import read_yaml

__all__ = ["MAX_BYTES", "Document", "KeyPath", "read_document", "read_json", "read_yaml"]
