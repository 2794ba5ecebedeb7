"""`vcomp list` and `vcomp show`"""

from pathlib import Path

import typer

from vcomp.cli.options import Json, Name
from vcomp.cli.output import print_json


def list_models(json: Json = False) -> None:
    """The models of this project and their variants."""
    from vcomp.project import find_project

    selected = find_project(Path.cwd()).select(["*"])
    if json:
        print_json(
            {
                "schema_version": 1,
                "models": [
                    {
                        "name": spec.name,
                        "title": spec.display_name,
                        "task": spec.task.type if spec.task else None,
                        "targets": [target.dtype for target in spec.targets],
                        "variant_of": None if spec is model.spec else model.spec.name,
                        "folder": str(model.folder),
                    }
                    for model, spec in selected
                ],
            }
        )
        return
    for _, spec in selected:
        shape = "×".join(map(str, spec.inputs[0].shape[1:])) if spec.inputs else "–"
        targets = " ".join(target.dtype for target in spec.targets)
        typer.echo(f"{spec.name:20}{spec.display_name:24}{shape:14}{targets}")


def show(name: Name, json: Json = False) -> None:
    """One spec with everything filled in."""
    from vcomp.project import find_project

    _, spec = find_project(Path.cwd()).select_one(name)
    content = spec.model_dump(mode="json")
    if json:
        print_json({"schema_version": 1, **content})
    else:
        import yaml

        typer.echo(yaml.safe_dump(content, sort_keys=False, allow_unicode=True).rstrip())
