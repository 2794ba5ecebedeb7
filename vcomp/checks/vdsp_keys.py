"""Every key that the OpConfig of a vdsp_params JSON may hold, and the kind of value that each takes."""

from vcomp.checks.compile_keys import Keys
from vcomp.checks.kinds import AMOUNT, ANY, PIXEL, PIXEL_SIDE, TRIPLE, word_of
from vcomp.preprocess.vdsp import ColorCvtCode, ColorSpace, ImageFormat, NormaType, PaddingType
from vcomp.spec import Kernel

BERT_EMBEDDING = "BERT_EMBEDDING_OP"

_SIDES = ("IimageWidth", "IimageHeight", "OimageWidth", "OimageHeight", "ResizeWidth", "ResizeHeight")

CONFIG_KEYS: Keys = {
    "IimageFormat": word_of(item.value for item in ImageFormat),
    "NormaType": word_of(item.value for item in NormaType),
    "ColorCvtCode": word_of(item.value for item in ColorCvtCode),
    "ResizeType": word_of(item.value for item in Kernel),
    "ColorSpace": word_of(item.value for item in ColorSpace),
    "EdgePaddingType": word_of(item.value for item in PaddingType),
    "Mean": TRIPLE,
    "Std": TRIPLE,
    "Padding": PIXEL,
    "Scale": TRIPLE,
    "TensorType0": ANY,
    **dict.fromkeys((*_SIDES, "IimageWidthPitch", "IimageHeightPitch", "CropWidth", "CropHeight"), PIXEL_SIDE),
    **dict.fromkeys(("CropX", "CropY", "PaddingLeft", "PaddingRight", "PaddingTop", "PaddingBottom"), AMOUNT),
}

SINGLE_OP_KEYS = (
    "CropNum OimageCnt EdgeTop EdgeBottom EdgeLeft EdgeRight Flags BorderMode BorderValue M Direction OimageWidthPitch "
    "OimageHeightPitch OimageFormat"
).split()
"""Further keys, of single operators: what they take is not judged here."""

NEEDED_KEYS = ("IimageFormat", "NormaType", "ColorCvtCode", "ResizeType")
"""What all public files of an operator on RGB images have."""

PAIRS = (
    ("OimageWidth", "OimageHeight"),
    ("IimageWidth", "IimageHeight"),
    ("ResizeWidth", "ResizeHeight"),
    ("CropX", "CropY"),
)
"""Keys of which neither says anything without the other."""
