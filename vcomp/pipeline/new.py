"""`vcomp new`: a model folder to start from. What exists is never overwritten."""

import re
import shutil
import tempfile
from pathlib import Path

from vcomp.errors import VcompError, unknown
from vcomp.networks.onnx_file import OnnxFile, Port, describe_onnx
from vcomp.project import Project, load_model
from vcomp.project.shipped import shipped
from vcomp.render.templates import fill
from vcomp.spec.base import NAME_LENGTH, NAME_PATTERN

TASKS = ("binary_segmentation",)


def new_model(
    project: Project,
    name: str,
    *,
    task: str | None = None,
    from_onnx: Path | None = None,
    shape: tuple[int, ...] | None = None,
) -> list[Path]:
    """Make `models/<name>` and return its files.

    A name that vcomp ships gives a copy of that model, weights too. Otherwise a spec that renders and runs as it
    stands: with a small network of its own, or around an ONNX file whose names and shapes it takes over. `shape` is
    needed where the file leaves sides open.
    """
    folder = project.root / "models" / name
    if not re.fullmatch(NAME_PATTERN, name) or len(name) > NAME_LENGTH:
        raise VcompError(f"{name!r} cannot be a model's name", expected="letters, digits, and . _ + - in between")
    if folder.exists():
        raise VcompError(f"{folder} exists already", mend="choose another name, or remove it yourself")
    if task is not None and task not in TASKS:
        raise unknown("task", task, TASKS)
    if shape is not None and from_onnx is None:
        raise VcompError("--shape is for an ONNX file that leaves its input's sides open", mend="add --from-onnx FILE")
    image = None if from_onnx is None else _image_input(from_onnx, shape)
    folder.parent.mkdir(parents=True, exist_ok=True)
    source = shipped("models") / name
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as temporary:
        made = Path(temporary) / name
        if from_onnx is None and task is None and (source / "spec.py").is_file():
            shutil.copytree(source, made, ignore=shutil.ignore_patterns("workspace", "__pycache__", "*.edited"))
        elif from_onnx is not None and image is not None:
            _from_onnx(made, name, from_onnx, image)
        else:
            _from_scratch(made, name)
        load_model(made)  # what was written is a spec
        made.rename(folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _from_scratch(folder: Path, name: str) -> None:
    folder.mkdir()
    shutil.copyfile(shipped("templates") / "new" / "network.py", folder / "network.py")
    _write_spec(folder, name, network=None, image=Port("input", (1, 3, 96, 96)))


def _from_onnx(folder: Path, name: str, file: Path, image: Port) -> None:
    (folder / "weights").mkdir(parents=True)
    shutil.copyfile(file, folder / "weights" / f"{name}.onnx")
    _write_spec(folder, name, network=f"weights/{name}.onnx", image=image)


def _image_input(file: Path, shape: tuple[int, ...] | None) -> Port:
    """The input of an ONNX file, no side open; VcompError if it is no image, or the output no mask of its size."""
    described = describe_onnx(file)
    if len(described.inputs) != 1:
        raise VcompError(
            f"{file} has {len(described.inputs)} inputs: {', '.join(map(str, described.inputs))}",
            expected="one image input",
            mend="export the network with its image input alone",
        )
    port = described.inputs[0]
    fixed = _fixed_shape(port, shape, file)
    _check_output(described, fixed, file)
    return Port(port.name, fixed)


def _fixed_shape(port: Port, shape: tuple[int, ...] | None, file: Path) -> tuple[int, ...]:
    """The input's shape with open sides filled in: an open batch is 1, the rest comes from `shape`."""
    sides = [1 if index == 0 and side is None else side for index, side in enumerate(port.shape)]
    if shape is not None:
        if not Port(port.name, tuple(sides)).fits(shape):
            raise VcompError(f"--shape {','.join(map(str, shape))} does not fit input {port}", where=str(file))
        sides = list(shape)
    if len(sides) != 4 or sides[0] != 1 or sides[1] not in (1, 3, None):
        raise VcompError(f"input {port} is no image", where=str(file), expected="1 × 1 or 3 channels × height × width")
    if None in sides:
        raise VcompError(
            f"input {port} leaves sides open", where=str(file), mend="say which to use: --shape 1,3,HEIGHT,WIDTH"
        )
    return tuple(side for side in sides if side is not None)


def _check_output(described: OnnxFile, shape: tuple[int, ...], file: Path) -> None:
    output = described.outputs[0]
    expected = (1, 1, *shape[2:])
    if not output.fits(expected):
        raise VcompError(
            f"output {output} is no mask of the input's size",
            where=str(file),
            expected=f"{'×'.join(map(str, expected))} probabilities: binary segmentation is the task that vcomp knows",
        )


def _write_spec(folder: Path, name: str, *, network: str | None, image: Port) -> None:
    context = {"name": name, "network": network, "input_name": image.name, "shape": image.shape}
    (folder / "spec.py").write_text(fill("new/spec.py.j2", context))
