"""Video and JPEG codecs: their names are there, the codecs are not emulated."""

from dataclasses import dataclass
from typing import Any

from vcomp.emulator.runtime.codes import Code


class CodecType(Code):
    """Which codec. The integers are unpublished, and only count; HEVC is H265's other name."""

    CODEC_TYPE_H264 = 0
    CODEC_TYPE_H265 = 1
    CODEC_TYPE_HEVC = 1
    CODEC_TYPE_AV1 = 2
    CODEC_TYPE_JPEG = 3


class CaptureMode(Code):
    FULLSPEED_MODE = 0


@dataclass
class FrameAttr:
    """The time stamps of a video frame."""

    frame_pts: int = 0
    frame_dts: int = 0


class _Codec:
    """One of the card's codecs. NotImplementedError when it is made: the message says what to do instead."""

    instead = "read frames with OpenCV's VideoCapture, and make each an image with create_image"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__} is not emulated: {self.instead}")


class VideoCapture(_Codec):
    pass


class VideoDecoder(_Codec):
    pass


class MediaSource(_Codec):
    pass


class JpegDecoder(_Codec):
    instead = "decode with OpenCV's imdecode, and make an image with create_image"


class VideoWriter(_Codec):
    instead = "get the pixels with as_numpy, and write them with OpenCV's VideoWriter"


class VideoEncoder(VideoWriter):
    pass


class JpegEncoder(_Codec):
    instead = "get the pixels with as_numpy, and encode them with OpenCV's imencode"
