"""Preprocessing, one op per step, in the order in which an image meets them."""

from enum import Enum
from typing import Annotated, Literal

from pydantic import Field, JsonValue, PositiveInt, StringConstraints, model_validator
from typing_extensions import Self

from vcomp.spec.base import Part

LARGEST_HALF = 65504  # the chip stores mean and std as fp16
DEFAULT_FILL = 114  # of a letterbox: the files leave it out; the vendor's samples that state it say 114
Backend = Literal["cv2", "pillow"]
Channel = Annotated[float, Field(ge=-LARGEST_HALF, le=LARGEST_HALF)]


class Kernel(str, Enum):
    """How a resized pixel is computed from its neighbours, named as in the vdsp_params JSON.

    …_CV is OpenCV's filter, …_PILLOW is Pillow's, which smooths when shrinking. The vendor's filters without a library
    in their name are unpublished; OpenCV's of that name stand for them.
    """

    NEAREST = "NEAREST"
    NEAREST_CV = "NEAREST_CV"
    BILINEAR = "BILINEAR"
    BILINEAR_CV = "BILINEAR_CV"
    BILINEAR_PILLOW = "BILINEAR_PILLOW"
    BICUBIC = "BICUBIC"
    BICUBIC_PILLOW = "BICUBIC_PILLOW"
    LANCZOS = "LANCZOS"
    LANCZOS_CV = "LANCZOS_CV"
    LANCZOS_PILLOW = "LANCZOS_PILLOW"
    BOX_PILLOW = "BOX_PILLOW"
    HAMMING_PILLOW = "HAMMING_PILLOW"


class Decode(Part):
    """Read the image file as height × width × channels, 8 bits: RGB, or one grey channel.

    `cv2_flags` and `backend` are stated in the compile file if they are said here. What flags of 1 do to the order of
    the channels is unpublished.
    """

    type: Literal["decode"] = "decode"
    gray: bool = False
    cv2_flags: Literal[1] | None = None
    backend: Backend | None = None


class ToBGR(Part):
    """Swap red and blue: the network was trained on OpenCV's channel order."""

    type: Literal["to_bgr"] = "to_bgr"


class ToYCrCb(Part):
    """Convert RGB to luma and the two colour differences."""

    type: Literal["to_ycrcb"] = "to_ycrcb"


class PickChannel(Part):
    """Keep one channel."""

    type: Literal["pick_channel"] = "pick_channel"
    index: Annotated[int, Field(ge=0, le=2)] = 0


class Resize(Part):
    """Resize to an exact size; the aspect ratio is not kept."""

    type: Literal["resize"] = "resize"
    height: PositiveInt
    width: PositiveInt
    kernel: Kernel = Kernel.BILINEAR_CV


class ResizeToFit(Part):
    """Resize to the largest size that fits inside height × width; the aspect ratio is kept, nothing is filled."""

    type: Literal["resize_to_fit"] = "resize_to_fit"
    height: PositiveInt
    width: PositiveInt
    kernel: Kernel = Kernel.BILINEAR_CV


class Letterbox(Part):
    """Resize to fit inside height × width with the aspect ratio kept, centred; fill the rest with `fill`.

    None leaves the fill to the chip, which is unpublished; where it is computed here, it is DEFAULT_FILL then.
    """

    type: Literal["letterbox"] = "letterbox"
    height: PositiveInt
    width: PositiveInt
    fill: Annotated[int, Field(ge=0, le=255)] | None = DEFAULT_FILL
    kernel: Kernel = Kernel.BILINEAR_CV


class CenterCrop(Part):
    """Cut height × width out of the middle."""

    type: Literal["center_crop"] = "center_crop"
    height: PositiveInt
    width: PositiveInt
    backend: Backend | None = None


class Normalize(Part):
    """Per channel (k·x − mean) / std, with k = 1/255 if `div255` else 1; without mean and std, k·x alone."""

    type: Literal["normalize"] = "normalize"
    mean: tuple[Channel, ...] | None = None
    std: tuple[Channel, ...] | None = None
    div255: bool = True

    @model_validator(mode="after")
    def _mean_goes_with_std(self) -> Self:
        if (self.mean is None) != (self.std is None):
            raise ValueError("give both mean and std, or neither")
        if self.std is not None and any(abs(value) < 1e-4 for value in self.std):
            raise ValueError(f"std {self.std} holds a value that is zero, or vanishes in fp16")
        return self


class ToTensor(Part):
    """Height × width × channels to channels × height × width, in floating point; no scaling."""

    type: Literal["to_tensor"] = "to_tensor"


class CustomFunc(Part):
    """A Python function of the user's in place of all other steps. vcomp never runs it."""

    type: Literal["custom_func"] = "custom_func"
    module_path: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    func_name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    input_shape: tuple[PositiveInt, ...] | None = None


class VendorOp(Part):
    """A step of the compile file that the types do not know, by its `type` there: the way past them."""

    type: Literal["vendor_op"] = "vendor_op"
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    arguments: dict[str, JsonValue] = Field(default_factory=dict)


OpaqueOp = CustomFunc | VendorOp

Op = Annotated[
    Decode
    | ToBGR
    | ToYCrCb
    | PickChannel
    | Resize
    | ResizeToFit
    | Letterbox
    | CenterCrop
    | Normalize
    | ToTensor
    | CustomFunc
    | VendorOp,
    Field(discriminator="type"),
]
