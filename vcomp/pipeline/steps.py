"""The steps of a run. Each names what it depends on; one whose inputs did not change is not repeated."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from vcomp.datasets.images import write_png
from vcomp.datasets.packing import pack_images
from vcomp.datasets.pairs import Pair
from vcomp.errors import VcompError
from vcomp.networks import complexity
from vcomp.networks.export import export
from vcomp.pipeline.baseline import run_baseline
from vcomp.pipeline.data import DataSet, find_data, stage
from vcomp.pipeline.evaluate import (
    masks_of_folder,
    masks_of_outputs,
    score_masks,
    scores_from_json,
    scores_to_json,
)
from vcomp.pipeline.listener import Listener, Step
from vcomp.pipeline.manifest import Json, Manifest
from vcomp.pipeline.versions import versions
from vcomp.pipeline.workspace import Workspace
from vcomp.preprocess.apply import reads_gray
from vcomp.project import Model
from vcomp.project.shipped import PACKAGE
from vcomp.render import Action, commands, layout, write_files
from vcomp.report.scores import Scored
from vcomp.results import Dataset, Network, Performance, Result
from vcomp.spec import ModelSpec, TorchNetwork
from vcomp.tasks.binary_segmentation import DEFINITIONS, Mask, summarize
from vcomp.toolchain import Toolchain, find_toolchain, parse_vamp_report
from vcomp.toolchain.find import Choice

MEASURED_ON_CARD = "vamp on the card"
MEASURED_EMULATED = "vamp, emulated on this CPU: not the card's speed"


@dataclass
class Steps:
    """One model's way through the chain, in the order of the methods."""

    model: Model
    spec: ModelSpec
    workspace: Workspace
    manifest: Manifest
    choice: Choice
    sdk_python: str | None
    listener: Listener

    # -- what everything depends on -------------------------------------------------------------------------------

    @cached_property
    def toolchain(self) -> Toolchain:
        return find_toolchain(self.choice, shims=self.workspace.own / "bin", sdk_python=self.sdk_python)

    @cached_property
    def code(self) -> str:
        """vcomp's own source: another vcomp may compute something else."""
        return self.manifest.fingerprints.files(PACKAGE.rglob("*.py"))

    @cached_property
    def versions(self) -> dict[str, str]:
        return {**versions(), **self.toolchain.versions}

    def _do(self, title: str, inputs: Mapping[str, Any], outputs: Sequence[Path], work: Callable[[Step], Json]) -> Json:
        """Do a step unless an earlier run did it with the same inputs and its outputs are untouched."""
        inputs = {"code": self.code, "versions": self.versions, **inputs}
        done = self.manifest.result_of(title, inputs, outputs)
        if done is not None:
            self.listener.unchanged(title)
            return done
        with self.listener.step(title) as step:
            return self.manifest.do(title, inputs, outputs, lambda: work(step))

    def _run(self, title: str, command: list[str], on_line: Callable[[str], None]) -> str:
        return self.toolchain.run(command, cwd=self.workspace.folder, log=self.workspace.log(title), on_line=on_line)

    def _path(self, relative: PurePosixPath) -> Path:
        return self.workspace.folder / relative

    def _hash(self, relative: PurePosixPath) -> str | None:
        """Of something in the workspace."""
        return self.manifest.fingerprints.tree(self._path(relative))

    # -- steps -----------------------------------------------------------------------------------------------------

    def data(self, root: Path | None, limit: int | None) -> DataSet:
        sample = self.workspace.own / "sample"
        self._data = find_data(self.spec, root, sample, limit=limit, listener=self.listener)
        stage(self.spec, self._data, self.workspace.folder, self.workspace.own / "staged")
        hashes = self.manifest.fingerprints
        self._images = hashes.files(path for pair in self._data.pairs for path in (pair.image, pair.mask))
        self._calibration = hashes.files(self._data.calibration)
        if root is None:
            self.listener.note(
                "no data folder was given: using the embedded sample of drawn nuclei, its scores say nothing about "
                "real images (--data DIR, VCOMP_DATA, or `vcomp data get dsb2018`)"
            )
        return self._data

    def export(self) -> None:
        onnx = self._path(layout.checkpoint(self.spec))
        outputs = [onnx]
        if isinstance(self.spec.network, TorchNetwork):
            outputs.append(onnx.with_suffix(".torchscript.pt"))

        def work(_: Step) -> Json:
            exported = export(self.model, self.spec, onnx.parent)
            size = asdict(complexity.count(onnx))
            if exported.parameters is not None:
                size["parameters"] = exported.parameters
            return {**size, "definition": complexity.DEFINITION}

        weights = [self.model.folder / name for name in self._network_files()]
        inputs = {
            "network": self.spec.network.model_dump(mode="json"),
            "inputs": [item.model_dump(mode="json") for item in self.spec.inputs],
            "files": self.manifest.fingerprints.files(path for path in (*self._sources(), *weights) if path.is_file()),
        }
        self._network = Network(**self._do("export", inputs, outputs, work))

    def _sources(self) -> list[Path]:
        """The Python files that a network of torch may be made of: those beside the spec, but for what vcomp made."""
        if not isinstance(self.spec.network, TorchNetwork):
            return []
        folder, others = self.model.folder, ("spec.py", "workspace", layout.SCRIPT.parts[0])
        return [path for path in folder.rglob("*.py") if path.relative_to(folder).parts[0] not in others]

    def _network_files(self) -> list[str]:
        file = getattr(self.spec.network, "weights", None) or getattr(self.spec.network, "file", None)
        return [file] if file else []

    def render(self) -> None:
        for outcome in write_files(self.model, self.workspace.home):
            if outcome.action in (Action.UPDATE, Action.REMOVE):
                kept = f"; your edited version is kept as {outcome.kept.name}" if outcome.kept else ""
                self.listener.note(f"rendered anew: {outcome.path}{kept}")

    def baseline(self) -> Scored:
        masks = self._path(PurePosixPath("runstream_output") / f"{self.spec.name}_fp32")
        onnx = layout.checkpoint(self.spec)

        def work(step: Step) -> Json:
            shutil.rmtree(masks, ignore_errors=True)
            speed = run_baseline(self.spec, self._path(onnx), self._data.pairs, masks, step)
            return speed.model_dump(mode="json")

        inputs = {"onnx": self._hash(onnx), "images": self._images, "spec": self._scoring()}
        speed = Performance(**self._do("fp32", inputs, [masks], work))
        return self._score("fp32", masks, speed)

    def target(self, dtype: str, via: str) -> Scored:
        target = self.spec.target(dtype)
        if target is None:
            raise VcompError(f"{self.spec.name} has no {dtype} target")
        self._compile(target)
        masks = self._infer_packed(target) if via == "vamp" else self._infer(target)
        return self._score(dtype, masks, self._measure(target))

    def _compile(self, target: layout.Target) -> None:
        yaml = self.workspace.home / layout.compile_yaml(self.spec, target)
        inputs = {
            "yaml": self.manifest.fingerprints.file(yaml),
            "onnx": self._hash(layout.checkpoint(self.spec)),
            "calibration": self._calibration if target.dtype == "int8" else None,
            "toolchain": self.toolchain.record.model_dump(mode="json"),
        }
        title = f"compile {target.dtype}"
        command = commands.compile_model(self.spec, target, self.workspace.way_home)
        self._do(
            title,
            inputs,
            [self._path(layout.artifact(self.spec, target)).parent],
            lambda step: bool(self._run(title, command, step.say)),
        )

    def _built(self, target: layout.Target) -> dict[str, Any]:
        """What every use of a compiled network depends on."""
        return {
            "artifact": self._hash(layout.artifact(self.spec, target).parent),
            "vdsp": self.manifest.fingerprints.file(self.workspace.home / layout.vdsp_params(self.spec)),
            "toolchain": self.toolchain.record.model_dump(mode="json"),
        }

    def _infer(self, target: layout.Target) -> Path:
        masks, title = self._path(layout.masks(self.spec, target)), f"infer {target.dtype}"

        def work(step: Step) -> Json:
            shutil.rmtree(masks, ignore_errors=True)
            done = _Counter(step, len(self._data.pairs), ": Dice ")
            command = commands.infer(self.spec, target, self.workspace.way_home)
            return self._run(title, command, done).splitlines()[-3:]

        script = self.manifest.fingerprints.file(self.workspace.home / layout.SCRIPT)
        self._do(title, {**self._built(target), "images": self._images, "script": script}, [masks], work)
        return masks

    def _infer_packed(self, target: layout.Target) -> Path:
        """Through vamp's accuracy mode; the masks of its outputs are saved like those of the script."""
        datalist, packed = self._path(layout.DATALIST), self._path(layout.PACKED)
        pairs = self._data.pairs

        def pack(step: Step) -> Json:
            pack_images(
                [pair.image for pair in pairs],
                packed,
                datalist,
                gray=reads_gray(self.spec.preprocess),
                progress=lambda done: step.advance(done, len(pairs)),
            )
            return len(pairs)

        gray = reads_gray(self.spec.preprocess)
        self._do("pack", {"images": self._images, "gray": gray}, [datalist, packed], pack)

        outputs, title = self._path(layout.npz_output(self.spec, target)), f"infer {target.dtype} by vamp"
        masks = outputs.with_name(f"{outputs.name}_masks")

        def infer(step: Step) -> Json:
            shutil.rmtree(outputs, ignore_errors=True)
            shutil.rmtree(masks, ignore_errors=True)
            command = commands.infer_packed(self.spec, target, self.workspace.way_home)
            self._run(title, command, step.say)
            _save_masks(masks_of_outputs(self.spec, pairs, outputs), masks)
            return len(pairs)

        inputs = {**self._built(target), "images": self._images, "spec": self._scoring()}
        self._do(title, inputs, [outputs, masks], infer)
        return masks

    def _measure(self, target: layout.Target) -> Performance:
        title = f"measure {target.dtype}"
        command = commands.measure(self.spec, target, self.workspace.way_home)
        text: str = self._do(title, self._built(target), [], lambda step: self._run(title, command, step.say))
        report = parse_vamp_report(text)
        percentiles = report.end_to_end.percentiles
        return Performance(
            images_per_second=report.throughput,
            latency_p50_ms=_milliseconds(percentiles.get(50)),
            latency_p95_ms=_milliseconds(percentiles.get(95)),
            latency_p99_ms=_milliseconds(percentiles.get(99)),
            measured_by=MEASURED_EMULATED if self.toolchain.record.emulated else MEASURED_ON_CARD,
        )

    def _scoring(self) -> Json:
        """The parts of the spec that turn images and outputs into scores."""
        parts = {"inputs", "preprocess", "task", "evaluation"}
        return self.spec.model_dump(mode="json", include=parts)

    def _score(self, dtype: str, masks: Path, speed: Performance) -> Scored:
        inputs = {"masks": self.manifest.fingerprints.tree(masks), "images": self._images, "spec": self._scoring()}
        entries = self._do(
            f"evaluate {dtype}",
            inputs,
            [],
            lambda _: scores_to_json(score_masks(self.spec, masks_of_folder(self._data.pairs, masks))),
        )
        return Scored(dtype, masks, tuple(scores_from_json(entries)), speed)

    def result(self, baseline: Scored, own: Scored) -> Result:
        """What is reported of one precision."""
        target = self.spec.target(own.dtype)
        artifacts: dict[str, Path | PurePosixPath] = {
            "onnx": layout.checkpoint(self.spec),
            "masks": own.masks,
            "report": self.workspace.report,
        }
        if target is not None:
            artifacts["compiled"] = layout.artifact(self.spec, target)
        return Result(
            model=self.spec.name,
            dtype=own.dtype,
            toolchain=self.toolchain.record,
            versions=self.versions,
            dataset=Dataset(
                source=self._data.source,
                images=self.spec.evaluation.images,
                scored=len(self._data.pairs),
                bad=[Path(str(error.where)).name for error in self._data.bad],
                sha256=self._images,
            ),
            network=self._network,
            metrics={item.dtype: summarize(item.scores) for item in (baseline, own)},
            definitions=DEFINITIONS,
            performance={item.dtype: item.speed for item in (baseline, own)},
            artifacts={name: str(self.workspace.folder / path) for name, path in artifacts.items()},
        )


class _Counter:
    """Counts the lines of a program's output that report one image done."""

    def __init__(self, step: Step, total: int, mark: str) -> None:
        self._step, self._total, self._mark, self._done = step, total, mark, 0

    def __call__(self, line: str) -> None:
        if self._mark in line:
            self._done += 1
            self._step.advance(self._done, self._total)


def _save_masks(masks: "Sequence[tuple[Pair, Mask]] | Any", folder: Path) -> None:
    for pair, mask in masks:
        write_png(folder / f"{pair.name}.png", mask.astype("uint8") * 255)


def _milliseconds(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / 1e3
