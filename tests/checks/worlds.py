"""A sound model folder as data, made at random, which tests change before it is written."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

FAMILIES = ("hazelnet", "quailformer", "birch_seg", "otterdet")
UNIT = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
PIXEL = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


@dataclass
class World:
    """One model: its compile YAML, its vdsp_params JSON, its page, its script, and whatever else lies there."""

    family: str
    origin: str
    size: tuple[int, int]
    geometry: str
    compile: dict[str, Any]
    vdsp: dict[str, Any]
    page: str = ""
    script: str = ""
    others: dict[str, str] = field(default_factory=dict)

    @property
    def ops(self) -> list[dict[str, Any]]:
        return self.compile["dataset"]["process_ops"]

    @property
    def config(self) -> dict[str, Any]:
        return self.vdsp["OpConfig"]

    def op(self, kind: str) -> dict[str, Any]:
        return next(op for op in self.ops if op["type"] == kind)

    @property
    def yaml_name(self) -> str:
        return f"{self.origin}_{self.family}.yaml"

    @property
    def json_name(self) -> str:
        return f"{self.origin}-{self.family}-vdsp_params.json"

    def write(self, root: Path) -> Path:
        """The folder, in the zoo's layout."""
        folder = root / "zoo" / self.family
        files = {
            f"build_in/build/{self.yaml_name}": yaml.safe_dump(self.compile, sort_keys=False),
            f"build_in/vdsp_params/{self.json_name}": json.dumps(self.vdsp, indent=4),
            "build_in/vsx/python/infer.py": self.script,
            "README.md": self.page,
            **self.others,
        }
        for name, text in files.items():
            path = (folder / name).resolve()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root / "zoo"


@st.composite
def worlds(draw: DrawFn, geometry: str | None = None, convention: str | None = None) -> World:
    """Sound models: any size, a stretch, a crop or a letterbox, either scale of the mean, either order of channels."""
    family, origin = draw(st.sampled_from(FAMILIES)), draw(st.sampled_from(("timm", "official", "mmcls")))
    geometry = geometry or draw(st.sampled_from(("stretch", "crop", "letterbox")))
    convention = convention or draw(st.sampled_from(("unit", "pixel", "scale", "none")))
    height = draw(st.integers(2, 40)) * 16
    width = height if geometry == "letterbox" else draw(st.integers(2, 40)) * 16
    swaps = draw(st.booleans())
    before = (height + 32, width + 32)
    return World(
        family=family,
        origin=origin,
        size=(height, width),
        geometry=geometry,
        compile=_compile(draw, family, origin, (height, width), before, geometry, convention, swaps),
        vdsp=_vdsp((height, width), before, geometry, convention, swaps),
        page=_page(family, origin, (height, width)),
        script=_script(family, origin),
    )


def _compile(
    draw: DrawFn,
    family: str,
    origin: str,
    size: tuple[int, int],
    before: tuple[int, int],
    geometry: str,
    convention: str,
    swaps: bool,
) -> dict[str, Any]:
    resizes: dict[str, list[dict[str, Any]]] = {
        "stretch": [{"type": "Resize", "size": [*size]}],
        "crop": [{"type": "Resize", "size": [*before]}, {"type": "CenterCrop", "crop_size": [*size]}],
        "letterbox": [
            {"type": "Resize", "size": [size[0], -1], "adaptive_side": "long"},
            {"type": "Pad", "pad_to_square": True},
        ],
    }
    normalize: dict[str, dict[str, Any]] = {
        "unit": {"div255": True, "mean": [*_ordered(UNIT[0], swaps)], "std": [*_ordered(UNIT[1], swaps)]},
        "pixel": {"div255": False, "mean": [*_ordered(PIXEL[0], swaps)], "std": [*_ordered(PIXEL[1], swaps)]},
        "scale": {"div255": True, "norm_type": None},
        "none": {"div255": False, "norm_type": None},
    }
    return {
        "name": f"{origin}_{family}_int8",
        "frontend": {
            "checkpoint": f"./weights/{family}.onnx",
            "type": "onnx",
            "shape": {draw(st.sampled_from(("input", "images", "x"))): [1, 3, *size]},
            "dtype": "fp32",
        },
        "backend": {
            "type": "tvm_vacc",
            "dtype": "int8",
            "compile": {"cluster_mode": 0, "data_transport_mode": draw(st.sampled_from((1, 3)))},
            "quantize": {
                "calibrate_mode": draw(st.sampled_from(("kl_divergence", "percentile", "max", "mse"))),
                "quantize_per_channel": draw(st.booleans()),
            },
        },
        "dataset": {
            "type": "tvm",
            "path": "./data/train/images",
            "sampler": {"suffix": "jpg", "get_data_num": draw(st.integers(1, 500))},
            "process_ops": [
                {"type": "DecodeImage"},
                *([{"type": "CvtColor", "code": "COLOR_RGB2BGR"}] if swaps else []),
                *resizes[geometry],
                {"type": "Normalize", **normalize[convention]},
                {"type": "ToTensor"},
            ],
        },
        "workspace": {"path": "./deploy_weights/"},
    }


def _vdsp(
    size: tuple[int, int], before: tuple[int, int], geometry: str, convention: str, swaps: bool
) -> dict[str, Any]:
    words = {"stretch": "RESIZE_CVTCOLOR", "crop": "RESIZE_CVTCOLOR_CROP", "letterbox": "LETTERBOX_CVTCOLOR"}
    first = before if geometry == "crop" else size
    config: dict[str, Any] = {
        "IimageFormat": "RGB_PLANAR",
        "IimageWidth": first[1],
        "IimageHeight": first[0],
        "OimageWidth": size[1],
        "OimageHeight": size[0],
        "IimageWidthPitch": first[1],
        "IimageHeightPitch": first[0],
        "ColorCvtCode": "RGB2BGR" if swaps else "NO_CHANGE",
        "ResizeType": "BILINEAR_CV",
    }
    if geometry == "crop":
        config |= {"ResizeWidth": before[1], "ResizeHeight": before[0], "CropX": 16, "CropY": 16}
    if geometry == "letterbox":
        config["Padding"] = [114, 114, 114]
    if convention in ("unit", "pixel"):
        mean, std = UNIT if convention == "unit" else PIXEL
        config |= {"Mean": [*_ordered(mean, swaps)], "Std": [*_ordered(std, swaps)]}
    types = {"unit": "DIV255_MINUSMEAN_DIVSTD", "pixel": "MINUSMEAN_DIVSTD", "scale": "DIV255", "none": "EQUAL"}
    config["NormaType"] = types[convention]
    return {"OpType": f"FUSION_OP_RGB_{words[geometry]}_NORM_TENSOR", "OpConfig": config}


def _ordered(values: tuple[float, ...], swaps: bool) -> tuple[float, ...]:
    return values[::-1] if swaps else values


def _page(family: str, origin: str, size: tuple[int, int]) -> str:
    artifact = f"deploy_weights/{origin}_{family}_int8/mod"
    vdsp = f"../build_in/vdsp_params/{origin}-{family}-vdsp_params.json"
    return f"""# {family}

The settings are in [the YAML](./build_in/build/{origin}_{family}.yaml).

```bash
cd {family}/workspace
vamc compile ../build_in/build/{origin}_{family}.yaml
python ../build_in/vsx/python/infer.py \\
    --file_path /path/to/images \\
    --model_prefix_path {artifact} \\
    --vdsp_params_info {vdsp}
vamp -m {artifact} --vdsp_params {vdsp} -i 1 -p 1 -b 1 -s [3,{size[0]},{size[1]}]
```
"""


def _script(family: str, origin: str) -> str:
    return f"""import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--file_path", default="images")
parser.add_argument("-m", "--model_prefix_path", default="deploy_weights/{origin}_{family}_int8/mod")
parser.add_argument("--vdsp_params_info", default="../build_in/vdsp_params/{origin}-{family}-vdsp_params.json")
args = parser.parse_args()
print(args)
"""
