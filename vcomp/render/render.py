"""A model's files as text: laid out by the templates, parsed back, and compared with what was meant."""

from pathlib import PurePosixPath

from vcomp.preprocess.apply import reads_gray
from vcomp.project import Model
from vcomp.render import layout, verify
from vcomp.render.documents import compile_document, vdsp_document
from vcomp.render.page import HOME, page_context
from vcomp.render.templates import fill
from vcomp.results import Result
from vcomp.spec import ModelSpec

Files = dict[PurePosixPath, str]  # paths are relative to the model's folder


def render_model(model: Model, results: list[Result]) -> Files:
    """Every rendered file of a model and its variants; the page's figures come from `results`."""
    files: Files = {}
    for spec in model.specs:
        for target in spec.targets:
            meant = compile_document(spec, target)
            path = layout.compile_yaml(spec, target)
            files[path] = verify.yaml_says(fill("compile.yaml.j2", meant), meant, path)
        meant, path = vdsp_document(spec), layout.vdsp_params(spec)
        files[path] = verify.json_says(fill("vdsp_params.json.j2", meant), meant, path)
    files[layout.SCRIPT] = _script(model.spec)
    page = page_context(model.specs, results)
    for path, template in ((layout.PAGE, "model_page.md.j2"), (layout.CHINESE_PAGE, "model_page.zh.md.j2")):
        files[path] = verify.page_says(fill(template, page), page["deployments"], path)
    return files


def _script(spec: ModelSpec) -> str:
    target = spec.targets[0]
    meant = {
        "suffix": f".{spec.evaluation.suffix.lower()}",
        "threshold": spec.task.threshold,
        "foreground": spec.evaluation.foreground,
        "file_path": f"./{layout.DATA}/{spec.evaluation.images}",
        "model_prefix_path": f"./{layout.artifact(spec, target)}",
        "vdsp_params_info": f"{HOME}/{layout.vdsp_params(spec)}",
    }
    context = {**meant, "title": spec.display_name, "gray": reads_gray(spec.preprocess)}
    text = fill(f"{spec.task.type}/vsx_inference.py.j2", context)
    return verify.script_says(text, list(meant.values()), layout.SCRIPT)
