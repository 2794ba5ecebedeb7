"""Mutants of single files: whether they can be read, their keys, types and words, and their names."""

import copy
import json
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.checks.breaking import Draw, breaks, misspelt, other_family, pick, renamed
from tests.checks.worlds import FAMILIES, World


@breaks("VC001")
def cut_short(draw: Draw, world: World) -> None:
    text = json.dumps(world.vdsp)
    world.others[f"build_in/vdsp_params/{world.json_name}"] = text[: draw(st.integers(1, len(text) - 1))]


@breaks("VC002")
def older_format(draw: Draw, world: World) -> None:
    world.vdsp = {"vdsp_op_type": 301, "iimage_format": 5000, "resize_type": 1, "color_cvt_code": 2}
    world.vdsp["norma_type"] = pick(draw, 1, 6)


@breaks("VC003")
def no_json_of_ours(draw: Draw, world: World) -> None:
    world.others["labels.json"] = pick(draw, "[1, 2", "{'a': 1}", '["cat", "dog"]', "")


@breaks("VC101")
def unknown_key(draw: Draw, world: World) -> None:
    quantize = world.compile["backend"]["quantize"]
    section, key = pick(
        draw,
        (quantize, "calibrate_mode"),
        (quantize, "quantize_per_channel"),
        (world.compile["backend"]["compile"], "cluster_mode"),
        (world.compile["dataset"]["sampler"], "get_data_num"),
        (world.op("Normalize"), "div255"),
        (world.op("Resize"), "size"),
    )
    renamed(section, key, misspelt(draw, key))


@breaks("VC102")
def misplaced_key(draw: Draw, world: World) -> None:
    top = world.compile
    key, source, target = pick(
        draw,
        ("calibrate_mode", top["backend"]["quantize"], top["backend"]["compile"]),
        ("cluster_mode", top["backend"]["compile"], top["backend"]),
        ("checkpoint", top["frontend"], top),
        ("process_ops", top["dataset"], top),
        ("get_data_num", top["dataset"]["sampler"], top["dataset"]),
    )
    target[key] = source.pop(key)


@breaks("VC103")
def missing_key(draw: Draw, world: World) -> None:
    key, section = pick(
        draw,
        ("name", world.compile),
        ("checkpoint", world.compile["frontend"]),
        ("shape", world.compile["frontend"]),
        ("dtype", world.compile["backend"]),
        ("path", world.compile["workspace"]),
        ("size", world.op("Resize")),
    )
    older = {"name": "model", "path": "work_dir"}.get(key)
    if older and draw(st.booleans()):
        renamed(section, key, older)
    else:
        del section[key]


@breaks("VC104")
def old_key(draw: Draw, world: World) -> None:
    world.compile["workspace"][pick(draw, "save_log", "enable_ir")] = draw(st.booleans())


@breaks("VC105")
def idle_parameters(draw: Draw, world: World) -> None:
    extra: dict[str, Any] = {"type": None, "params": {"num_classes": draw(st.integers(1, 90))}}
    if draw(st.booleans()):
        del extra["type"]
    world.compile["graph"] = {"extra_ops": extra}


@breaks("VC106")
def unstated_type(draw: Draw, world: World) -> None:
    key, section = pick(
        draw,
        ("type", world.compile["frontend"]),
        ("type", world.compile["dataset"]),
        ("suffix", world.compile["dataset"]["sampler"]),
    )
    del section[key]


@breaks("VC107")
def missing_vdsp_key(draw: Draw, world: World) -> None:
    needed = ("IimageFormat", "NormaType", "ColorCvtCode", "ResizeType")
    del world.config[pick(draw, *needed, "OimageWidth", "IimageHeight")]


@breaks("VC108")
def misspelt_vdsp_key(draw: Draw, world: World) -> None:
    key = pick(draw, "NormaType", "ColorCvtCode", "ResizeType", "OimageWidth", "IimageHeightPitch")
    renamed(world.config, key, misspelt(draw, key))


@breaks("VC109")
def unknown_vdsp_key(draw: Draw, world: World) -> None:
    world.config["Zq" + draw(st.text("bkvwyz", min_size=4, max_size=8))] = draw(st.integers())


@breaks("VC201")
def wrong_type(draw: Draw, world: World) -> None:
    sampler, options = world.compile["dataset"]["sampler"], world.compile["backend"]
    section, key, wrong = pick(
        draw,
        *((sampler, "get_data_num", value) for value in ("50", 0, 1.5, [50])),
        *((options["compile"], "cluster_mode", value) for value in ("0", [0], True, -1)),
        *((options["quantize"], "quantize_per_channel", value) for value in ("true", 1, "yes")),
        (options, "quantize", "max"),
        (world.compile["dataset"], "path", 7),
        *((world.op("Resize"), "size", value) for value in (640, [640], [0, 640], "640")),
        (world.op("Normalize"), "div255", "False"),
        (world.config, "OimageWidth", "224"),
        (world.config, "Mean", 0.5),
        (world.config, "Std", [1.0, 1.0]),
        (world.config, "NormaType", 3),
    )
    section[key] = wrong


@breaks("VC202")
def null_as_text(draw: Draw, world: World) -> None:
    world.op("Normalize")["norm_type"] = pick(draw, "None", "none", "null", "NULL")


@breaks("VC203")
def null_value(draw: Draw, world: World) -> None:
    section, key = pick(
        draw,
        (world.op("Normalize"), "div255"),
        (world.compile["dataset"]["sampler"], "get_data_num"),
        (world.compile["backend"]["quantize"], "quantize_per_channel"),
        (world.compile["backend"]["compile"], "cluster_mode"),
        (world.config, "OimageWidth"),
    )
    section[key] = None


@breaks("VC204")
def unknown_word(draw: Draw, world: World) -> None:
    backend = world.compile["backend"]
    section, key = pick(
        draw,
        (backend["quantize"], "calibrate_mode"),
        (backend, "type"),
        (backend, "dtype"),
        (world.compile["frontend"], "type"),
        (world.op("Resize"), "type"),
        *((world.config, word) for word in ("NormaType", "ColorCvtCode", "IimageFormat", "ResizeType")),
        (world.vdsp, "OpType"),
    )
    section[key] = misspelt(draw, section[key])


@breaks("VC205")
def malformed_shape(draw: Draw, world: World) -> None:
    shapes = world.compile["frontend"]["shape"]
    name = next(iter(shapes))
    height, width = world.size
    none_at_all: list[Any] = [f"1,3,{height},{width}", [], None, 640, [[1, 3], [1, 3, 4]]]
    sides: list[Any] = [[1, 3, -1, width], [1, 3, height, 0], [1, 3, height, 1.5], [1, 3, height, str(width)]]
    shrinking = [[1, 3, height + 1, width], [1, 3, height, width]]
    shapes[name] = pick(draw, *none_at_all, *sides, shrinking)


@breaks("VC206")
def no_op(draw: Draw, world: World) -> None:
    wrong: list[Any] = ["resize", {}, {"type": "Resize"}, ["DecodeImage"], [{"size": [1, 2]}], []]
    world.compile["dataset"]["process_ops"] = pick(draw, *wrong)


@breaks("VC301")
def dtype_in_name(draw: Draw, world: World) -> None:
    world.compile["name"] = f"{world.origin}{pick(draw, '_', '-')}fp16{pick(draw, '', '_max', '-v2')}"


@breaks("VC302")
def same_artifact(draw: Draw, world: World) -> None:
    other = copy.deepcopy(world.compile)
    other["workspace"]["path"] = pick(draw, "./deploy_weights/", "deploy_weights", "./deploy_weights")
    world.others[f"build_in/build/{world.origin}_second.yaml"] = yaml.safe_dump(other)


@breaks("VC303")
def shared_name(draw: Draw, world: World) -> None:
    family = pick(draw, *(name for name in FAMILIES if name != world.family))
    world.others[f"../{family}/build_in/build/{world.yaml_name}"] = yaml.safe_dump(world.compile)


def _add_other_model(world: World) -> str:
    other = other_family(world)
    text = yaml.safe_dump(world.compile).replace(world.family, other)
    world.others[f"../{other}/build_in/build/{world.origin}_{other}.yaml"] = text
    return other


@breaks("VC304")
def copied_identity(draw: Draw, world: World) -> None:
    other = _add_other_model(world)
    if draw(st.booleans()):
        world.compile["name"] = f"{world.origin}_{other}_b_int8"
    else:
        world.compile["frontend"]["checkpoint"] = f"/path/to/{other}-s.onnx"


@breaks("VC305")
def file_of_another(draw: Draw, world: World) -> None:
    name = f"{pick(draw, world.origin, 'avbuffer')}-{_add_other_model(world)}-vdsp_params.json"
    world.others[f"build_in/vdsp_params/{name}"] = json.dumps(world.vdsp)
