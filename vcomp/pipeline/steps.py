"""The steps before and after the chip: the data, the exported network, the rendered files, fp32, the scores."""

import shutil
from dataclasses import asdict
from pathlib import Path, PurePosixPath

from vcomp.networks import complexity
from vcomp.networks.export import export
from vcomp.pipeline.baseline import run_baseline
from vcomp.pipeline.context import Context
from vcomp.pipeline.data import DataSet
from vcomp.pipeline.evaluate import masks_of_folder, score_masks, scores_from_json, scores_to_json, scoring_of
from vcomp.pipeline.listener import Step
from vcomp.pipeline.manifest import Json
from vcomp.render import Action, layout, write_files
from vcomp.report.scores import Scored
from vcomp.results import Network, Performance
from vcomp.spec import TorchNetwork


def export_network(context: Context) -> Network:
    """Write the ONNX file (and TorchScript), and count what is in it."""
    spec, onnx = context.spec, context.path(layout.checkpoint(context.spec))
    outputs = [onnx]
    if isinstance(spec.network, TorchNetwork):
        outputs.append(onnx.with_suffix(".torchscript.pt"))

    def work(_: Step) -> Json:
        exported = export(context.model, spec, onnx.parent)
        size = asdict(complexity.count(onnx, spec.inputs))
        if exported.parameters is not None:
            size["parameters"] = exported.parameters
        return {**size, "definition": complexity.DEFINITION}

    inputs = {
        "network": spec.network.model_dump(mode="json"),
        "inputs": [item.model_dump(mode="json") for item in spec.inputs],
        "files": context.manifest.fingerprints.files(path for path in _network_files(context) if path.is_file()),
    }
    return Network(**context.do("export", inputs, outputs, work))


def _network_files(context: Context) -> list[Path]:
    """The files that a network is made of; of torch, all Python files beside the spec but for what vcomp made."""
    network, folder = context.spec.network, context.model.folder
    if not isinstance(network, TorchNetwork):
        return [folder / network.file]
    others = ("spec.py", "workspace", layout.SCRIPT.parts[0])
    sources = [path for path in folder.rglob("*.py") if path.relative_to(folder).parts[0] not in others]
    return sources if network.weights is None else [*sources, folder / network.weights]


def render_files(context: Context) -> None:
    """Bring the rendered files up to the spec; nothing that a person edited is lost."""
    for outcome in write_files(context.model, context.workspace.home):
        if outcome.action in (Action.UPDATE, Action.REMOVE):
            kept = f"; your edited version is kept as {outcome.kept.name}" if outcome.kept else ""
            context.listener.note(f"rendered anew: {outcome.path}{kept}")


def run_fp32(context: Context, data: DataSet) -> tuple[Path, Performance]:
    """The exported network itself; returns the folder of its masks, and its speed on this CPU."""
    onnx = layout.checkpoint(context.spec)
    masks = context.path(PurePosixPath("runstream_output") / f"{context.spec.name}_fp32")

    def work(step: Step) -> Json:
        shutil.rmtree(masks, ignore_errors=True)
        return run_baseline(context.spec, context.path(onnx), data.pairs, masks, step).model_dump(mode="json")

    inputs = {"onnx": context.hash(onnx), "images": data.sha256, "spec": scoring_of(context.spec)}
    return masks, Performance(**context.do("fp32", inputs, [masks], work))


def score(context: Context, data: DataSet, dtype: str, masks: Path, speed: Performance) -> Scored:
    """Compare the masks of one precision with the truth."""
    inputs = {
        "masks": context.manifest.fingerprints.tree(masks),
        "images": data.sha256,
        "spec": scoring_of(context.spec),
    }

    def work(_: Step) -> Json:
        return scores_to_json(score_masks(context.spec, masks_of_folder(data.pairs, masks)))

    return Scored(dtype, masks, tuple(scores_from_json(context.do(f"evaluate {dtype}", inputs, [], work))), speed)
