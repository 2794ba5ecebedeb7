"""The templates that vcomp ships, filled in. A name that a template uses and nobody gave is an error."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from vcomp.project.shipped import shipped
from vcomp.render.filters import FILTERS


def fill(template: str, context: Mapping[str, Any]) -> str:
    """The text of a template; in HTML every value is escaped, elsewhere each passes the filter of its own place."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(shipped("templates")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=select_autoescape(["html.j2"], default=False),
    )
    environment.filters.update(FILTERS)
    return environment
