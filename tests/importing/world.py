"""Small hand-written files, and what importing them gives."""

from dataclasses import dataclass
from pathlib import Path

from vcomp.importing.run import Imported, Report, import_paths
from vcomp.project import load_model
from vcomp.spec import ModelSpec

YAML = """\
name: {name}
frontend:
  checkpoint: {checkpoint}
  type: onnx
  shape:
    input: [1, 3, 224, 224]
  dtype: fp32
backend:
  type: tvm_vacc
  dtype: int8
  quantize:
    calibrate_mode: max
    quantize_per_channel: true
dataset:
  type: tvm
  path: /path/to/images
  sampler:
    suffix: JPEG
    get_data_num: 50
  process_ops:
    - type: DecodeImage
    - type: Resize
      size: [224, 224]
    - type: Normalize
      mean: [0.485, 0.456, 0.406]
      std: [0.229, 0.224, 0.225]
    - type: ToTensor
workspace:
  path: ./deploy_weights/
"""

JSON = """\
{
    "OpType": "FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR",
    "OpConfig": {
        "IimageFormat": "RGB_PLANAR",
        "OimageWidth": 224,
        "OimageHeight": 224,
        "ResizeType": "BILINEAR_CV",
        "Mean": [0.485107421875, 0.4560546875, 0.406005859375],
        "Std": [0.22900390625, 0.2239990234375, 0.2249755859375],
        "NormaType": "DIV255_MINUSMEAN_DIVSTD",
        "ColorCvtCode": "NO_CHANGE"
    }
}
"""


def a_yaml(*edits: tuple[str, str], name: str = "timm_net_int8", checkpoint: str = "weights/net.onnx") -> str:
    """The small compile YAML with some of its text replaced."""
    return edited(YAML.format(name=name, checkpoint=checkpoint), *edits)


def a_json(*edits: tuple[str, str]) -> str:
    """The small vdsp_params JSON with some of its text replaced."""
    return edited(JSON, *edits)


def edited(text: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert old in text, f"{old!r} is not there"
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class World:
    """A zoo of one folder, and a project to import it into."""

    root: Path

    @property
    def models(self) -> Path:
        return self.root / "project" / "models"

    @property
    def zoo(self) -> Path:
        return self.root / "zoo"

    def write(self, name: str, text: str, folder: str = "cv/net") -> Path:
        kind = "vdsp_params" if name.endswith(".json") else "build"
        file = self.zoo / folder / "build_in" / kind / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run(self) -> Report:
        return import_paths([self.zoo], self.models, verify=True)

    def specs(self, name: str = "net") -> dict[str, ModelSpec]:
        return {spec.name: spec for spec in load_model(self.models / name).specs}

    def text(self, name: str = "net") -> str:
        return (self.models / name / "spec.py").read_text()


def import_one(root: Path, text: str, name: str = "net.yaml") -> tuple[Imported, ModelSpec | None]:
    """A file alone in its zoo: what became of it, and its spec."""
    world = World(root)
    world.write(name, text)
    (file,) = world.run().files
    return file, None if file.spec is None else world.specs()[file.spec]
