"""A model's files as text: laid out by the templates, parsed back, and compared with what was meant."""

from pathlib import PurePosixPath

from vcomp.preprocess.apply import reads_gray
from vcomp.project import Model
from vcomp.project.runnable import is_runnable, runnable
from vcomp.render import layout, verify
from vcomp.render.build_page import build_context
from vcomp.render.documents import Document, compile_document, vdsp_document
from vcomp.render.page import HOME, page_context
from vcomp.render.templates import fill
from vcomp.results import Result
from vcomp.spec import RunnableSpec

Files = dict[PurePosixPath, str]  # paths are relative to the model's folder


def render_model(model: Model, results: list[Result]) -> Files:
    """Every rendered file of a model and its variants; the page's figures come from `results`."""
    files: Files = {}
    for spec in model.specs:
        for target in spec.targets:
            path = layout.compile_yaml(spec, target)
            files[path] = compile_text(compile_document(spec, target), path)
        operator, path = vdsp_document(spec), layout.vdsp_params(spec)
        if operator is not None:
            files[path] = vdsp_text(operator, path)
    if is_runnable(model.spec):
        files[layout.SCRIPT] = _script(runnable(model.spec))
        files |= _pages(model, results)
    else:
        page = build_context(model)
        files[layout.PAGE] = verify.page_says(fill("build_page.md.j2", page), page["commands"], layout.PAGE)
    return files


def compile_text(document: Document, path: PurePosixPath) -> str:
    """A compile YAML's text; what it says is read back."""
    return verify.yaml_says(fill("compile.yaml.j2", {"document": document}), document, path)


def vdsp_text(document: Document, path: PurePosixPath) -> str:
    """A vdsp_params JSON's text; what it says is read back."""
    return verify.json_says(fill("vdsp_params.json.j2", document), document, path)


def _pages(model: Model, results: list[Result]) -> Files:
    specs = [runnable(spec) for spec in model.specs]
    page = page_context(specs, results)
    commands = [command for item in page["deployments"] for command in item.commands]
    return {
        path: verify.page_says(fill(template, page), commands, path)
        for path, template in ((layout.PAGE, "model_page.md.j2"), (layout.CHINESE_PAGE, "model_page.zh.md.j2"))
    }


def _script(spec: RunnableSpec) -> str:
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
