"""`vcomp export`"""

from pathlib import Path
from typing import Annotated

import typer

from vcomp.cli.options import Json, Name
from vcomp.cli.output import Progress, print_json


def export(
    name: Name,
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("onnx"),
    json: Json = False,
) -> None:
    """Write ONNX and TorchScript files, compared with torch."""
    from vcomp.networks.export import export as export_network
    from vcomp.project import find_project

    written = []
    for model, spec in find_project(Path.cwd()).select([name]):
        with Progress().step(f"export {spec.name}"):
            written.append(export_network(model, spec, out))
    if json:
        print_json(
            {
                "schema_version": 1,
                "exports": [
                    {
                        "onnx": str(item.onnx),
                        "torchscript": str(item.torchscript) if item.torchscript else None,
                        "onnx_difference": item.onnx_difference,
                        "torchscript_difference": item.torchscript_difference,
                    }
                    for item in written
                ],
            }
        )
        return
    for item in written:
        for path, difference in ((item.onnx, item.onnx_difference), (item.torchscript, item.torchscript_difference)):
            if path is not None:
                says = "" if difference is None else f"  (differs from torch by at most {difference:.1g})"
                typer.echo(f"{path}{says}")
