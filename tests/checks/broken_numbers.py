"""Mutants of sizes, of means and stds, and of colours."""

from hypothesis import strategies as st

from tests.checks.breaking import Draw, another_json, breaks, pick
from tests.checks.worlds import World, worlds

WITH_MEAN = worlds(convention="unit") | worlds(convention="pixel")


@breaks("VC401", worlds(geometry="letterbox"))
def fit_without_pad(draw: Draw, world: World) -> None:
    world.ops.remove(world.op("Pad"))
    if draw(st.booleans()):
        world.op("Resize")["size"] = [*world.size]


@breaks("VC402", worlds(geometry="stretch").filter(lambda world: world.size[0] != world.size[1]))
def fit_inside_without_pad(draw: Draw, world: World) -> None:
    world.op("Resize")["adaptive_side"] = "long"


@breaks("VC403")
def not_the_input_size(draw: Draw, world: World) -> None:
    op, key = (world.op("CenterCrop"), "crop_size") if world.geometry == "crop" else (world.op("Resize"), "size")
    side = 0 if world.geometry == "letterbox" else draw(st.integers(0, 1))
    op[key][side] += pick(draw, -16, -1, 1, 16)


@breaks("VC404", worlds(geometry="crop"))
def crop_too_large(draw: Draw, world: World) -> None:
    world.op("Resize")["size"][draw(st.integers(0, 1))] = draw(st.integers(1, 31))


@breaks("VC405", worlds(convention="unit"))
def channel_count(draw: Draw, world: World) -> None:
    change = draw(st.integers(0, 2))
    if change == 0:
        world.op("Normalize")[pick(draw, "mean", "std")] = [0.5] * pick(draw, 1, 2, 4)
    elif change == 1:
        world.op("DecodeImage")["cv2_flags"] = 0
    else:
        shapes = world.compile["frontend"]["shape"]
        shapes[next(iter(shapes))][1] = 1


@breaks("VC406")
def pitch(draw: Draw, world: World) -> None:
    world.config[pick(draw, "IimageWidthPitch", "IimageHeightPitch")] += draw(st.integers(1, 900))


@breaks("VC407", worlds(geometry="crop"))
def crop_outside(draw: Draw, world: World) -> None:
    world.config[pick(draw, "CropX", "CropY")] = draw(st.integers(33, 500))


@breaks("VC408", worlds(geometry="crop"))
def crop_off_centre(draw: Draw, world: World) -> None:
    world.config[pick(draw, "CropX", "CropY")] = pick(draw, *range(15), *range(17, 33))


@breaks("VC409")
def first_size(draw: Draw, world: World) -> None:
    world.config[pick(draw, "IimageWidth", "IimageHeight")] += draw(st.integers(1, 900))


@breaks("VC410", worlds(geometry="letterbox"))
def no_padding(_draw: Draw, world: World) -> None:
    del world.config["Padding"]


@breaks("VC501", WITH_MEAN)
def scale_of_mean(draw: Draw, world: World) -> None:
    if draw(st.booleans()):
        world.op("Normalize")["div255"] = not world.op("Normalize")["div255"]
    else:
        types = ["DIV255_MINUSMEAN_DIVSTD", "MINUSMEAN_DIVSTD"]
        types.remove(world.config["NormaType"])
        world.config["NormaType"] = types[0]


@breaks("VC502", WITH_MEAN)
def order_of_mean(draw: Draw, world: World) -> None:
    owner, key = pick(draw, (world.op("Normalize"), "mean"), (world.config, "Mean"))
    first, middle, last = owner[key]
    orders = (middle, first, last), (first, last, middle), (middle, last, first), (last, first, middle)
    owner[key] = [*pick(draw, *orders)]


@breaks("VC503", WITH_MEAN)
def std_near_zero(draw: Draw, world: World) -> None:
    owner, key = pick(draw, (world.op("Normalize"), "std"), (world.config, "Std"))
    owner[key][draw(st.integers(0, 2))] = pick(draw, 0, 0.0, 5.960464477539063e-08)


@breaks("VC504", WITH_MEAN)
def unused_mean(draw: Draw, world: World) -> None:
    world.config["NormaType"] = pick(draw, "DIV255", "EQUAL", "DIV1275_MINUSONE")


@breaks("VC505", WITH_MEAN)
def used_elsewhere(draw: Draw, world: World) -> None:
    another_json(world, "second", NormaType=pick(draw, "DIV255", "EQUAL"))


@breaks("VC506", worlds(convention="pixel"))
def scale_of_unused_mean(draw: Draw, world: World) -> None:
    world.config["NormaType"] = pick(draw, "DIV255", "EQUAL")


@breaks("VC507", WITH_MEAN)
def mean_of_other_order(_draw: Draw, world: World) -> None:
    world.op("Normalize")["mean"].reverse()


@breaks("VC601")
def code_against_format(draw: Draw, world: World) -> None:
    of_bgr = [("BGR2RGB", name) for name in ("RGB_PLANAR", "RGB888")]
    code, image_format = pick(draw, *of_bgr, ("RGB2BGR", "BGR888"), ("YUV2RGB_NV12", "RGB_PLANAR"))
    world.config.update(ColorCvtCode=code, IimageFormat=image_format)


@breaks("VC602")
def layout_against_format(draw: Draw, world: World) -> None:
    world.config["ColorCvtCode"] = pick(draw, "RGB2BGR_INTERLEAVE2PLANAR", "RGB2RGB_INTERLEAVE2PLANAR")
