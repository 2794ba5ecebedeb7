"""`vcomp data sample`, `get` and `pack`"""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from vcomp.cli.codes import Code
from vcomp.cli.output import Progress

app = typer.Typer(
    help="The embedded sample, public data sets, and packing for vamp.", no_args_is_help=True, rich_markup_mode=None
)


class DataSets(str, Enum):
    DSB2018 = "dsb2018"


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="The data folder to make.")] = Path("sample"),
) -> None:
    """Draw the embedded sample: 24 pictures of nuclei with exact masks, in the layout of DSB2018."""
    from vcomp.datasets.sample import make_sample
    from vcomp.spec import ImageFolder, MaskPairs

    make_sample(
        out,
        calibration=ImageFolder(path="dsb2018_256/images"),
        evaluation=MaskPairs(images="dsb2018_256_val/images", masks="dsb2018_256_val/masks"),
    )
    typer.echo(out)


@app.command()
def get(
    name: Annotated[DataSets, typer.Argument(help="dsb2018")] = DataSets.DSB2018,
    out: Annotated[Path, typer.Option(help="The data folder to fill.")] = Path("data"),
    source: Annotated[str | None, typer.Option("--from", help="A zip file or URL instead of the public one.")] = None,
    sha256: Annotated[str | None, typer.Option(help="What the archive's checksum must be.")] = None,
) -> None:
    """Download a public data set and lay it out as the specs expect it."""
    from vcomp.datasets.download import get_dsb2018

    with Progress().step(f"get {name.value}") as step:
        got = get_dsb2018(out, source=source, sha256=sha256, progress=step.advance, converting=step.advance)
    typer.echo(f"{'made' if got.made else 'kept'}  {got.root}")
    typer.echo(f"archive sha256 {got.sha256}")


@app.command()
def pack(
    images: Annotated[Path, typer.Argument(help="A folder of images.")],
    out: Annotated[Path, typer.Option(help="Where the npz files go.")] = Path("npz"),
    datalist: Annotated[Path, typer.Option("--list", help="The list of them, in order.")] = Path("npz_datalist.txt"),
    suffix: Annotated[str, typer.Option(help="Which images.")] = "png",
    gray: Annotated[bool, typer.Option("--gray", help="For networks with one channel.")] = False,
    allow_bad: Annotated[int, typer.Option(min=0, help="Go on with up to N unreadable images.")] = 0,
) -> None:
    """Pack images as vamp reads them: npz, key input_0, channels first, 8 bits, RGB, original size."""
    from vcomp.datasets.images import list_images
    from vcomp.datasets.packing import pack_images

    files = list_images(images, suffix)
    with Progress().step("pack") as step:
        report = pack_images(files, out, datalist, gray=gray, progress=lambda done: step.advance(done, len(files)))
    for error in report.bad:
        typer.echo(f"left out: {error}", err=True)
    typer.echo(f"{len(report.packed)} images packed, listed in {report.datalist}")
    raise typer.Exit(Code.FAILED if len(report.bad) > allow_bad else Code.OK)
