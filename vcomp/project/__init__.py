"""Where models, templates and data are found, and how a spec.py becomes a ModelSpec."""

from vcomp.project.locate import Project, find_project
from vcomp.project.model import Model, load_model

__all__ = ["Model", "Project", "find_project", "load_model"]
