"""The names of the codecs are there; making one says what to do instead."""

from typing import Any

import pytest

from vcomp.emulator.runtime import codecs
from vcomp.emulator.runtime.codecs import CaptureMode, CodecType, FrameAttr


@pytest.mark.parametrize(
    ("name", "arguments", "instead"),
    [
        ("VideoCapture", ("rtsp://camera", CaptureMode.FULLSPEED_MODE, 0, True), "OpenCV's VideoCapture"),
        ("VideoDecoder", (CodecType.CODEC_TYPE_H264,), "OpenCV's VideoCapture"),
        ("MediaSource", (), "OpenCV's VideoCapture"),
        ("JpegDecoder", (), "imdecode"),
        ("VideoWriter", ("out.mp4", 25, CodecType.CODEC_TYPE_HEVC, 4_000_000, 50, 0), "OpenCV's VideoWriter"),
        ("VideoEncoder", (CodecType.CODEC_TYPE_AV1, 64, 64, {}), "OpenCV's VideoWriter"),
        ("JpegEncoder", (), "imencode"),
    ],
)
def test_a_codec_is_refused_by_name_with_what_to_do_instead(
    name: str, arguments: tuple[Any, ...], instead: str
) -> None:
    with pytest.raises(NotImplementedError, match=f"{name} is not emulated: .*{instead}"):
        getattr(codecs, name)(*arguments)


def test_codes_and_time_stamps_are_plain_values() -> None:
    assert CodecType.CODEC_TYPE_HEVC is CodecType.CODEC_TYPE_H265
    assert str(CodecType.CODEC_TYPE_JPEG) == "CodecType.CODEC_TYPE_JPEG"
    attributes = FrameAttr()
    attributes.frame_pts = 40
    assert (attributes.frame_pts, attributes.frame_dts) == (40, 0)
