"""The sure faults in the public files that the checks are measured on, as a person found them by reading.

Run as `python -m tests.checks.known_faults CORPUS`, it measures anew and brings the table into docs/checks.md.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vcomp.checks.check import check_paths
from vcomp.checks.finding import Finding, Severity

PAGE = Path(__file__).resolve().parents[2] / "docs" / "checks.md"


@dataclass(frozen=True)
class Fault:
    """A class of faults: the rules that are to find it, and the files that have it."""

    title: str
    rules: tuple[str, ...]
    files: tuple[str, ...] = ()


def _at(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}" for name in names)


_BYTETRACK = "ByteTrack_ablation bytetrack_l_mot17 bytetrack_m_mot17 bytetrack_nano_mot17 bytetrack_s_mot17".split()
_BYTETRACK += "bytetrack_tiny_mot17 bytetrack_x_mot17 bytetrack_x_mot20".split()
_BYTETRACK = [f"official-{name}-vdsp_params.json" for name in _BYTETRACK]
_EDSR = "cv/super_resolution/edsr/build_in"
_PSE = ("ppocr-det_mv3_pse-vdsp_params.json", "ppocr-det_r50_vd_pse-vdsp_params.json")
_TEXTLINE = "cv/classification/pplcnet_textline_ori/build_in"
_RESIZE = "_textline_ori-vdsp_params-resize.json"
_CTC = "cv/text_recognition/cnn_ctc/build_in"

KNOWN = (
    Fault("misspelt key", ("VC101", "VC108")),
    Fault("key in the wrong place", ("VC102",)),
    Fault("no name; the old key `model` instead", ("VC103",)),
    Fault(
        "old workspace keys and no path",
        ("VC103",),
        (f"{_CTC}/build/config.yaml", "cv/super_resolution/sparnet/build_in/build/config.yaml"),
    ),
    Fault(
        "`None` as text",
        ("VC202",),
        (
            "cv/segmentation/unet/build_in/build/keras_unet.yaml",
            "cv/segmentation/unet3p/build_in/build/official_unet3p.yaml",
            "cv/super_resolution/drrn/build_in/build/official_drrn.yaml",
            f"{_EDSR}/build/basicsr_edsr.yaml",
            f"{_EDSR}/build/official_edsr.yaml",
            "cv/super_resolution/vdsr/build_in/build/official_vdsr.yaml",
        ),
    ),
    Fault("`div255: null`", ("VC203",), ("cv/face_detection/scrfd/build_in/build/official_scrfd.yaml",)),
    Fault("dtype in the name contradicts the build's", ("VC301",), (f"{_TEXTLINE}/build/pplcnet_textline_ori.yaml",)),
    Fault("two builds write one artifact", ("VC302",)),
    Fault("identity of another model", ("VC304",)),
    Fault("resize that keeps the aspect ratio, without Pad", ("VC401",)),
    Fault(
        "colours of calibration and runtime differ",
        ("VC703",),
        (
            *_at("cv/pose/openpose/build_in/build", "pytorch_openpose_body.yaml", "pytorch_openpose_hand.yaml"),
            "cv/detection/yolofastv2/build_in/build/official_yolofastv2.yaml",
        ),
    ),
    Fault(
        "normalisation of calibration and runtime differs",
        ("VC701",),
        _at(
            "cv/classification/xception/build_in",
            "build/keras_xception.yaml",
            "vdsp_params/keras-xception-vdsp_params.json",
        ),
    ),
    Fault(
        "letterbox on one side, stretch on the other",
        ("VC705",),
        (
            "cv/mot/bytetrack/build_in/build/official_bytetrack.yaml",
            "cv/detection/yolofastv2/build_in/build/official_yolofastv2.yaml",
        ),
    ),
    Fault(
        "sizes of YAML and JSON differ, digits swapped",
        ("VC707",),
        _at(_EDSR, "build/basicsr_edsr.yaml", "vdsp_params/basicsr-edsr_mx2-vdsp_params.json"),
    ),
    Fault(
        "ColorCvtCode contradicts IimageFormat",
        ("VC601",),
        (
            *_at("cv/mot/bytetrack/build_in/vdsp_params", *_BYTETRACK),
            *_at(
                "cv/segmentation/unet3p/build_in/vdsp_params",
                "avbuffer-unet3p_deepsupervision-vdsp_params.json",
                "avbuffer-unetpp-vdsp_params.json",
            ),
            *_at(f"{_TEXTLINE}/vdsp_params", f"pplcnet_x0_25{_RESIZE}", f"pplcnet_x1_0{_RESIZE}"),
            *_at("cv/text_detection/psenet/build_in/vdsp_params", *_PSE),
            "cv/salient_object_detection/f3net/build_in/vdsp_params/official-f3net-vdsp_params.json",
            "cv/detection/yolo_world/build_in/vdsp_params/image-vdsp_params.json",
        ),
    ),
    Fault(
        "Mean that fits no convention",
        ("VC501", "VC502"),
        _at(
            "cv/classification/densenet/build_in/vdsp_params",
            "keras-densenet169-vdsp_params.json",
            "keras-densenet201-vdsp_params.json",
        ),
    ),
    Fault("NormaType ignores the Mean that is needed", ("VC505", "VC701")),
    Fault(
        "Std zero or nearly",
        ("VC503",),
        (
            *_at(
                "cv/super_resolution/lesrcnn/build_in/vdsp_params",
                "official-lesrcnn_x2-vdsp_params.json",
                "official-lesrcnn_x4-vdsp_params.json",
            ),
            "cv/detection/yolo_world/build_in/vdsp_params/image-vdsp_params.json",
        ),
    ),
    Fault(
        "pitch is not the size",
        ("VC406",),
        (
            *_at(
                f"{_EDSR}/vdsp_params",
                "basicsr-edsr_mx2-vdsp_params.json",
                "basicsr-edsr_x1-vdsp_params.json",
            ),
            *_at(
                f"{_CTC}/vdsp_params",
                "vedastr-resnet_fc-vdsp_params.json",
                "vedastr-resnet_fc_without_reshape-vdsp_params.json",
            ),
        ),
    ),
    Fault("older format", ("VC002",), (f"{_CTC}/infer/model_info/vdsp_params.json",)),
    Fault(
        "file named after another network",
        ("VC305",),
        ("cv/segmentation/unet3p/build_in/vdsp_params/avbuffer-unetpp-vdsp_params.json",),
    ),
)


@dataclass(frozen=True)
class Row:
    """One class, counted in files; `false` have an error of its rules, and no fault that these rules are for."""

    fault: Fault
    found: tuple[str, ...]
    missed: tuple[str, ...]
    false: tuple[str, ...]


def confusion(corpus: Path) -> list[Row]:
    findings = [(item.path.relative_to(corpus).as_posix(), item) for item in check_paths([corpus])]
    return [_row(fault, findings) for fault in KNOWN]


def _row(fault: Fault, findings: Iterable[tuple[str, Finding]]) -> Row:
    told = {path for path, item in findings if item.rule in fault.rules}
    errors = {path for path, item in findings if item.rule in fault.rules and item.severity is Severity.ERROR}
    explained = {path for other in KNOWN if set(other.rules) & set(fault.rules) for path in other.files}
    return Row(
        fault,
        found=tuple(path for path in fault.files if path in told),
        missed=tuple(path for path in fault.files if path not in told),
        false=tuple(sorted(errors - explained)),
    )


def table(rows: list[Row], corpus_size: int, unexplained: int) -> str:
    """The section of the page."""
    lines = [
        "## Measured",
        "",
        f"On {corpus_size} compile YAMLs and vdsp_params JSONs of a public model zoo, read by a person first.",
        "Counted are files: “found” and “missed” have the fault, “false” have an error of the rule without it.",
        "",
        "| fault | rules | found | missed | false |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        found = str(len(row.found)) if row.fault.files else "–"
        lines.append(
            f"| {row.fault.title} | {', '.join(row.fault.rules)} | {found} | {len(row.missed)} | {len(row.false)} |"
        )
    files = len({path for row in rows for path in row.found})
    lines += ["", "“–” says that no file has the fault."]
    lines += [f"Files with a fault: {files}; errors that no fault explains: {unexplained}."]
    return "\n".join(lines)


def measure(corpus: Path) -> tuple[list[Row], str]:
    """The rows, and the section of the page that says them."""
    rows = confusion(corpus)
    explained = {(path, rule) for fault in KNOWN for path in fault.files for rule in fault.rules}
    errors = [item for item in check_paths([corpus]) if item.severity is Severity.ERROR]
    told = {(item.path.relative_to(corpus).as_posix(), item.rule) for item in errors}
    size = sum(1 for path in corpus.rglob("*") if path.suffix in (".yaml", ".json"))
    return rows, table(rows, size, len(told - explained))


if __name__ == "__main__":
    from vcomp.checks.document import document
    from vcomp.files import write_text

    write_text(PAGE, document(measure(Path(sys.argv[1]))[1]))
