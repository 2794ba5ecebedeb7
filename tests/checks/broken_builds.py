"""Mutants of pairs of calibration and runtime, and of builds and their data."""

import copy

from hypothesis import strategies as st

from tests.checks.breaking import Draw, another_json, breaks, pick
from tests.checks.broken_numbers import WITH_MEAN
from tests.checks.worlds import PIXEL, UNIT, World, worlds


@breaks("VC701", WITH_MEAN)
def normalisation(draw: Draw, world: World) -> None:
    mean, std = UNIT if world.config["NormaType"].startswith("DIV255") else PIXEL
    change = draw(st.integers(0, 2))
    if change == 0:
        world.config["Mean"][draw(st.integers(0, 2))] += std[0] * pick(draw, -1, -0.1, 0.1, 1)
    elif change == 1:
        world.config["Std"][draw(st.integers(0, 2))] *= pick(draw, 0.5, 0.9, 1.1, 2)
    else:
        world.config.update(Mean=[mean[0]] * 3, Std=[std[0]] * 3)


@breaks("VC702", WITH_MEAN)
def normalisation_of_origin(draw: Draw, world: World) -> None:
    variant, norma = f"{world.family}_{pick(draw, 's', 'm', 'l')}", pick(draw, "DIV255", "EQUAL")
    another_json(world, variant, Mean=None, Std=None, NormaType=norma)


@breaks("VC703")
def colours(_draw: Draw, world: World) -> None:
    world.config["ColorCvtCode"] = "NO_CHANGE" if world.config["ColorCvtCode"] == "RGB2BGR" else "RGB2BGR"


@breaks("VC704", worlds().filter(lambda world: world.config["ColorCvtCode"] == "NO_CHANGE"))
def colours_open(draw: Draw, world: World) -> None:
    if draw(st.booleans()):
        world.config["ColorCvtCode"] = "BGR2RGB"
    else:
        another_json(world, f"{world.family}_{pick(draw, 's', 'm', 'l')}", ColorCvtCode="RGB2BGR")


@breaks("VC705")
def geometry(draw: Draw, world: World) -> None:
    others = {"stretch": ("LETTERBOX",), "letterbox": ("RESIZE",), "crop": ("RESIZE", "LETTERBOX")}[world.geometry]
    world.vdsp["OpType"] = f"FUSION_OP_RGB_{pick(draw, *others)}_CVTCOLOR_NORM_TENSOR"


@breaks("VC706")
def geometry_open(_draw: Draw, world: World) -> None:
    world.vdsp["OpType"] = "FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR_EXT"


@breaks("VC707")
def size(draw: Draw, world: World) -> None:
    side, step = pick(draw, "Width", "Height"), pick(draw, 1, 16, 90)
    keys = [[f"Oimage{side}"]]
    if world.geometry == "crop":
        keys += [[f"Resize{side}", f"Iimage{side}", f"Iimage{side}Pitch"], [pick(draw, "CropX", "CropY")]]
    for key in pick(draw, *keys):
        world.config[key] += step if not key.startswith("Crop") else 8


@breaks("VC708")
def kernel(draw: Draw, world: World) -> None:
    world.config["ResizeType"] = pick(draw, "BILINEAR_PILLOW", "NEAREST", "BICUBIC_PILLOW")


@breaks("VC711", worlds().filter(lambda world: world.size[0] != 240))
def parts(draw: Draw, world: World) -> None:
    pick(draw, colours, kernel, geometry)(draw, world)


@breaks("VC801")
def twice_given(draw: Draw, world: World) -> None:
    key, value = pick(draw, ("stream_mode", True), ("output_ddr", [-1]), ("dense_special_config", [1, 4096, 4096]))
    world.compile["backend"]["compile"][key] = value
    world.compile["backend"]["quantize"][key] = copy.copy(value)


@breaks("VC802")
def calibrates_for_nothing(draw: Draw, world: World) -> None:
    world.compile["backend"]["dtype"] = "fp16"
    if draw(st.booleans()):
        del world.compile["dataset"]


@breaks("VC803")
def nothing_to_calibrate_on(draw: Draw, world: World) -> None:
    if draw(st.booleans()):
        del world.compile["dataset"]
    else:
        del world.compile["dataset"]["path"]


@breaks("VC804")
def no_calibrate_mode(draw: Draw, world: World) -> None:
    if draw(st.booleans()):
        del world.compile["backend"]["quantize"]
    else:
        del world.compile["backend"]["quantize"]["calibrate_mode"]


@breaks("VC805")
def ops_on_arrays(draw: Draw, world: World) -> None:
    world.compile["dataset"]["sampler"]["suffix"] = pick(draw, "npz", "NPZ", ".npz")


@breaks("VC806")
def order_of_ops(draw: Draw, world: World) -> None:
    ops = world.ops
    change = draw(st.integers(0, 3))
    if change == 0:
        ops.remove(pick(draw, ops[0], ops[-1]))
    elif change == 1:
        ops.insert(1, ops.pop(-2))
    elif change == 2:
        ops.append(ops.pop(0))
    else:
        ops.insert(1, {"type": "Pad", "pad_to_square": True})


@breaks("VC811")
def calibrates_on_evaluation(draw: Draw, world: World) -> None:
    folders = ("val", "test", "ILSVRC2012_img_val", "dsb2018_256_val/images", "val2017", "testing", "DIV2K_valid_LR")
    world.compile["dataset"]["path"] = f"/path/to/{pick(draw, *folders)}"
