"""`vamc run`: the dataset of a compile file through the network that was built from it, one npz file per sample."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vcomp.emulator.artifact import location, read_artifact
from vcomp.emulator.program import heading
from vcomp.emulator.runtime.session import Session
from vcomp.emulator.vamc.compile_yaml import read_compile_file
from vcomp.emulator.vamc.compiler import Say
from vcomp.emulator.vamc.leniency import Forgive, refuse
from vcomp.emulator.vamc.samples import Feed, feeds, list_samples
from vcomp.emulator.vamc.write import replacing_folder
from vcomp.errors import VcompError, first_line


def run_dataset(path: Path, say: Say, forgive: Forgive = refuse) -> Path:
    """Write `<name>-result/<sample>.npz` beside the build, with `output_0`, `output_1`, …; return the folder.

    It takes the place of an earlier run's folder when all is done. VcompError if the model was not built, or a file of
    the dataset cannot be used.
    """
    say(heading("vamc", "its outputs are not the card's"))
    file = read_compile_file(path, forgive, legacy=True, needs_dataset=True)
    assert file.dataset
    model = location(file.folder, file.name, dynamic=file.dynamic)
    artifact = read_artifact(model)
    say(f"model      {model}: {artifact.manifest.dtype}")
    paths = list_samples(file.dataset)
    names = _result_names(paths)
    folder = file.workspace / f"{file.name}-result"
    _require_results_alone(folder)
    session = Session(artifact)
    with replacing_folder(folder) as new:
        samples = feeds(paths, file.dataset, artifact.manifest.inputs)
        for source, name, sample in zip(paths, names, samples, strict=True):
            np.savez(new / name, **_outputs(session, sample, source))
    say(f"written    {len(paths)} × .npz to {folder}")
    return folder


def _outputs(session: Session, sample: Feed, path: Path) -> dict[str, Any]:
    try:
        outputs = session.run(list(sample.values()))
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise VcompError(f"the network cannot take this sample: {first_line(error)}", where=str(path)) from error
    return {f"output_{index}": array for index, array in enumerate(outputs)}


def _result_names(paths: Sequence[Path]) -> list[str]:
    names = [f"{path.stem}.npz" for path in paths]
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise VcompError(
            f"{count} files of the dataset would have the result {name}",
            where=str(paths[names.index(name)]),
            expected="files that differ in more than their suffix",
            mend="say which with dataset.sampler.suffix",
        )
    return names


def _require_results_alone(folder: Path) -> None:
    """VcompError if a folder that is to be replaced holds anything but results."""
    others = [path.name for path in folder.iterdir() if path.suffix != ".npz"] if folder.exists() else []
    if others:
        raise VcompError(
            f"holds {others[0]}, which is no result",
            where=str(folder),
            expected="npz files alone: the folder is replaced",
            mend="move it elsewhere",
        )
