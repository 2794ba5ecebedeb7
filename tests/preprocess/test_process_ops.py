"""`dataset.process_ops` of the vamc file: what is written is read back, and what is not known is refused by name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.preprocess.strategies import WRITABLE
from vcomp.errors import VcompError
from vcomp.preprocess.process_ops import read_process_ops, write_process_ops
from vcomp.spec import (
    CenterCrop,
    Decode,
    Kernel,
    Letterbox,
    Normalize,
    Op,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
    ToYCrCb,
)


def read_one(**entry: Any) -> Op:
    (op,) = read_process_ops([entry])
    return op


def refusal(*entries: Any) -> str:
    """What the reader says of these entries."""
    with pytest.raises(VcompError) as caught:
        read_process_ops(list(entries))
    return str(caught.value)


@given(ops=WRITABLE)
def test_what_is_written_is_read_back(ops: list[Op]) -> None:
    assert list(read_process_ops(write_process_ops(ops))) == ops


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KINDS = st.sampled_from("DecodeImage CvtColor ChannelSplit Resize CenterCrop Normalize ToTensor Pad".split())
KEYS = st.sampled_from(
    "cv2_flags backend code index size adaptive_side interpolation crop_size mean std norm_type div255".split()
)


ENTRIES = st.builds(lambda kind, rest: {**rest, "type": kind}, KINDS, st.dictionaries(KEYS, JUNK))


@given(entries=JUNK | st.lists(ENTRIES))
def test_anything_is_either_read_or_refused(entries: Any) -> None:
    try:
        assert all(isinstance(op, tuple(type(op) for op in EVERY_OP)) for op in read_process_ops(entries))
    except VcompError as error:
        assert "dataset.process_ops" in str(error)


EVERY_OP = (
    Decode(), ToBGR(), ToYCrCb(), PickChannel(), Resize(height=1, width=1), ResizeToFit(height=1, width=1),
    Letterbox(height=1, width=1), CenterCrop(height=1, width=1), Normalize(), ToTensor(),
)  # fmt: skip


def test_the_ops_of_unetpp_are_written_as_the_zoo_writes_them() -> None:
    ops = [
        Decode(),
        ToBGR(),
        Resize(height=96, width=96),
        Normalize(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
        ToTensor(),
    ]
    assert write_process_ops(ops) == [
        {"type": "DecodeImage"},
        {"type": "CvtColor", "code": "COLOR_RGB2BGR"},
        {"type": "Resize", "size": [96, 96]},
        {"type": "Normalize", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
        {"type": "ToTensor"},
    ]


def test_a_letterbox_that_is_no_square_cannot_be_written() -> None:
    with pytest.raises(VcompError, match=r"Letterbox\(4×8\) cannot be calibrated"):
        write_process_ops([Letterbox(height=4, width=8)])


@pytest.mark.parametrize(
    "kernel",
    sorted(
        set(Kernel)
        - {Kernel.BILINEAR, Kernel.BILINEAR_CV, Kernel.BILINEAR_PILLOW, Kernel.BICUBIC, Kernel.BICUBIC_PILLOW}
    ),
)
@pytest.mark.parametrize("op", [Resize, ResizeToFit, Letterbox])
def test_a_kernel_that_the_compiler_has_no_word_for_cannot_be_written(op: Any, kernel: Kernel) -> None:
    with pytest.raises(VcompError, match=f"a resize by {kernel.value} cannot be calibrated") as caught:
        write_process_ops([op(height=8, width=8, kernel=kernel)])
    assert "expected one of BILINEAR_CV" in str(caught.value)


def test_the_plain_bilinear_kernel_is_written_as_the_compilers_only_one() -> None:
    plain, opencvs = (Resize(height=8, width=8, kernel=kernel) for kernel in (Kernel.BILINEAR, Kernel.BILINEAR_CV))
    assert write_process_ops([plain]) == write_process_ops([opencvs])


@pytest.mark.parametrize("flags", [{}, {"cv2_flags": 1}, {"backend": "pillow"}])
def test_decode_reads_colour_by_whichever_library(flags: dict[str, Any]) -> None:
    assert read_one(type="DecodeImage", **flags) == Decode(**flags)


def test_cv2_flags_0_is_grey() -> None:
    assert read_one(type="DecodeImage", cv2_flags=0) == Decode(gray=True)


@pytest.mark.parametrize("code", ["COLOR_RGB2BGR", "COLOR_BGR2RGB"])
def test_either_colour_code_swaps(code: str) -> None:
    assert read_one(type="CvtColor", code=code) == ToBGR()


@pytest.mark.parametrize(
    ("arguments", "kernel"),
    [
        ({}, Kernel.BILINEAR_CV),
        ({"backend": "cv2"}, Kernel.BILINEAR_CV),
        ({"interpolation": "bilinear"}, Kernel.BILINEAR_CV),
        ({"backend": "pillow"}, Kernel.BILINEAR_PILLOW),
        ({"interpolation": "bicubic"}, Kernel.BICUBIC),
        ({"backend": "pillow", "interpolation": "bicubic"}, Kernel.BICUBIC_PILLOW),
    ],
)
def test_backend_and_interpolation_name_a_kernel(arguments: dict[str, Any], kernel: Kernel) -> None:
    assert read_one(type="Resize", size=[4, 8], **arguments) == Resize(height=4, width=8, kernel=kernel)


def test_a_size_is_height_then_width() -> None:
    assert read_one(type="Resize", size=[4, 8]) == Resize(height=4, width=8)
    assert read_one(type="CenterCrop", crop_size=[4, 8]) == CenterCrop(height=4, width=8)


@pytest.mark.parametrize(
    ("size", "op"),
    [
        ([640, -1], ResizeToFit(height=640, width=640)),
        ([640, 640], ResizeToFit(height=640, width=640)),
        ([608, 1088], ResizeToFit(height=608, width=1088)),
    ],
)
def test_adaptive_side_long_fits_into_the_size(size: list[int], op: ResizeToFit) -> None:
    assert read_one(type="Resize", size=size, adaptive_side="long") == op


def test_a_pad_makes_a_letterbox_of_the_resize_before_it() -> None:
    resize = {"type": "Resize", "size": [8, -1], "adaptive_side": "long", "backend": "pillow"}
    assert read_process_ops([resize, {"type": "Pad", "pad_to_square": True}]) == (
        Letterbox(height=8, width=8, fill=None, kernel=Kernel.BILINEAR_PILLOW),
    )


PAD = {"type": "Pad", "pad_to_square": True}


@pytest.mark.parametrize(
    "before",
    [
        [],
        [{"type": "DecodeImage"}],
        [{"type": "Resize", "size": [8, 8]}],
        [{"type": "Resize", "size": [8, 4], "adaptive_side": "long"}],
    ],
)
def test_a_pad_without_a_square_fit_before_it_is_refused(before: list[Any]) -> None:
    assert f"process_ops[{len(before)}]  Pad does not follow a Resize with adaptive_side" in refusal(*before, PAD)


@pytest.mark.parametrize("pad", [{"type": "Pad"}, {"type": "Pad", "pad_to_square": False}])
def test_a_pad_that_is_not_to_square_is_refused(pad: dict[str, Any]) -> None:
    resize = {"type": "Resize", "size": [8, -1], "adaptive_side": "long"}
    assert "expected pad_to_square: true" in refusal(resize, pad)


@pytest.mark.parametrize("norm_type", [None, "None"])
def test_norm_type_null_means_neither_mean_nor_std(norm_type: str | None) -> None:
    assert read_one(type="Normalize", norm_type=norm_type) == Normalize()


@pytest.mark.parametrize(
    ("arguments", "div255"),
    [({}, True), ({"div255": True}, True), ({"div255": False}, False), ({"div255": None}, False)],
)
def test_div255_is_true_when_absent_and_false_when_null(arguments: dict[str, Any], div255: bool) -> None:
    assert read_one(type="Normalize", **arguments) == Normalize(div255=div255)


@pytest.mark.parametrize("entries", [None, [], {}, "DecodeImage", 3])
def test_what_is_no_list_is_refused(entries: Any) -> None:
    with pytest.raises(VcompError, match=r"dataset\.process_ops is not a list"):
        read_process_ops(entries)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("ToTensor", "'ToTensor' is not an op"),
        ({"size": [8, 8]}, "is not an op"),
        ({"type": "Resise"}, "unknown op 'Resise'"),
        ({"type": "Resise"}, "did you mean 'Resize'?"),
        ({"type": None}, "unknown op 'None'"),
        ({"type": "CustomFunc"}, "CustomFunc lacks 'module_path'"),
        ({"type": "Resize", "size": [8, 8], "backemd": "pillow"}, "unknown argument of Resize 'backemd'"),
        ({"type": "Resize", "size": [8, 8], "backemd": "pillow"}, "did you mean 'backend'?"),
        ({"type": "CvtColor", "cod": "COLOR_RGB2BGR"}, "did you mean 'code'?"),
        ({"type": "Normalize", "means": [1]}, "did you mean 'mean'?"),
        ({"type": "ToTensor", "scale": 255}, "unknown argument of ToTensor 'scale'"),
        ({"type": "Resize"}, "Resize lacks 'size'"),
        ({"type": "CvtColor"}, "CvtColor lacks 'code'"),
        ({"type": "ChannelSplit"}, "ChannelSplit lacks 'index'"),
        ({"type": "CenterCrop"}, "CenterCrop lacks 'crop_size'"),
        ({"type": "Resize", "size": 96}, "size is 96; expected [height, width]"),
        ({"type": "Resize", "size": [96]}, "size is [96]; expected [height, width]"),
        ({"type": "Resize", "size": [0, 96]}, "Resize: height is 0"),
        ({"type": "Resize", "size": [96, -1]}, "Resize: width is -1"),
        ({"type": "Resize", "size": [8, 8], "adaptive_side": "short"}, "adaptive_side 'short' is not known"),
        ({"type": "Resize", "size": [8, 8], "backend": "dali"}, "backend 'dali' is not known; expected cv2 or pillow"),
        ({"type": "Resize", "size": [8, 8], "interpolation": "nearest"}, "interpolation 'nearest' is not known"),
        ({"type": "DecodeImage", "cv2_flags": -1}, "cv2_flags -1 is not known"),
        ({"type": "CvtColor", "code": "COLOR_BGR2YUV"}, "code 'COLOR_BGR2YUV' is not known"),
        ({"type": "ChannelSplit", "index": 3}, "ChannelSplit: index is 3"),
        ({"type": "Normalize", "norm_type": "minmax"}, "norm_type 'minmax' is not known; expected null"),
        ({"type": "Normalize", "norm_type": None, "mean": [1], "std": [1]}, "norm_type says that there is no mean"),
        ({"type": "Normalize", "mean": [0.5]}, "give both mean and std, or neither"),
        ({"type": "Normalize", "mean": [0.5], "std": [0]}, "holds a value that is zero"),
        ({"type": "Normalize", "mean": 0.5, "std": 0.5}, "Normalize: mean is 0.5"),
        ({"type": "Normalize", "div255": 7}, "Normalize: div255 is 7"),
    ],
)
def test_what_is_not_known_is_refused_with_its_place(entry: Any, says: str) -> None:
    text = refusal({"type": "DecodeImage"}, entry)
    assert text.startswith("dataset.process_ops[1]  ")
    assert says in text


def test_a_huge_value_does_not_fill_the_screen() -> None:
    assert len(refusal({"type": "Resize", "size": "x" * 10_000})) < 300
