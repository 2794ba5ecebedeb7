"""From a spec to the vendor's files and the model page."""

from vcomp.render.render import render_model
from vcomp.render.write import Action, FileOutcome, Outcome, render_models, write_files

__all__ = ["Action", "FileOutcome", "Outcome", "render_model", "render_models", "write_files"]
