"""Every key that public compile files hold finds its place in a spec, and comes back out of it."""

from pathlib import Path

import pytest

from tests.importing.world import a_yaml, edited, import_one
from vcomp.importing.comparison import Normalisation, Status
from vcomp.spec import Checkpoint, HuggingFace, ImageFolder, Input, Int8, NpzFolder, TextSamples, TokenInput, VendorOp

LLM = """\
name: hf_llm_int8
frontend:
  checkpoint: /path/to/llm
  type: huggingface
  shape:
    input_ids: [[1024], [2048]]
  model_kwargs: {tp: 4, model_arch: vacc, b2s: true, build_visual: true, align_qkv: true}
  quantize: {type: w8a16_gptq, device: cuda:0, calib_args: {true_sequential: false}}
backend:
  type: tvm_vacc
  dtype: int8
  merge_params: true
  remove_params: false
  compile: {data_type: 0, gather_data_vccl_dsp_enable: true, attention_split_num: 16, ffn_split_num: 4}
dataset:
  type: huggingface
  name: alpaca
  path: /path/to/alpaca
  nsamples: 128
  seqlen: 512
workspace:
  path: ./vacc_deploy
  workers: 4
  env_recheck: false
  pyenv: {transformers: 4.51.3, huggingface-hub: 0.30.2}
"""

OPTIONS = """\
  compile: {cluster_mode: 0, data_transport_mode: 3, opt_level: 2, enable_float_to_half: true, mem_inplace: true,
    output_layout: ['0:"YX"'], llm_build: true, fullatt_block_indexes: [7, 15], enable_graph_partition: true,
    split_convergence_points: ["0,9,2,5"], partition_convergence_dsp_enable: true, nearest_interpol_on_dsp: true,
    stream_mode: false, dense_special_config: [1, 4096, 4096], output_ddr: [-1, 1], switch_lhs_rhs: true,
    real_output_shape: [[32, 48]], enable_dense_to_matmul: true, enable_inputs_align: true,
    enable_groundingdino_axis_change: true, enable_groundingdino_cut_layernorm: true,
    enable_transform_vision_language_pan: true}
  dynamic_params: {is_elic_gs: true, enable_graph_partition: true}
  quantize:
    calibrate_chunk_by: -1
    calibrate_range: 0.99999
    overflow_adaptive: 1
    skip_matmul_layers: [0, 1]
    skip_conv_layers: [0]
    exclude_layers: [3]
    quantize_dsp_ops: [vacc_upsampling]
    quantize_operators: ["!nn.vacc_matmul", "!_add"]
    ops_usingfp: [concatenate]
    quantize_mode: manual
    requant_suppress: true
    weight_scale: power2
    output_ddr: [-1]
"""

SHAPE = "    input: [1, 3, 224, 224]\n"
RESIZE = "    - type: Resize\n      size: [224, 224]\n"


def ops(text: str) -> tuple[str, str]:
    return RESIZE, text


def graph(text: str) -> tuple[str, str]:
    return "dataset:\n", f"graph:\n  extra_ops: {text}\ndataset:\n"


EQUAL = {
    "plain": a_yaml(),
    "a language model": LLM,
    "a prefill alone": LLM.replace("[[1024], [2048]]", "[[512], []]"),
    "all options": a_yaml(("  quantize:\n", OPTIONS)),
    "darknet": a_yaml(("type: onnx", "type: darknet"), checkpoint="a.weights"),
    "torchscript": a_yaml(("type: onnx", "type: pytorch"), checkpoint="a.torchscript.pt"),
    "another suffix": a_yaml(("type: onnx", "type: pytorch"), checkpoint="model"),
    "no dtype of the input": a_yaml(("  dtype: fp32\n", "")),
    "a dynamic input": a_yaml((SHAPE, "    input: [[1, 3, 224, 224], [1, 3, 640, 640]]\n")),
    "several inputs": a_yaml((SHAPE, f"{SHAPE}    /a/b::c: [1203, 512]\n    '1': [1, 2]\n")),
    "softmax": a_yaml(graph("{type: softmax}")),
    "insert_odma": a_yaml(graph("{type: insert_odma}")),
    "yolov5_nms": a_yaml(
        graph("{type: yolov5_nms, params: {num_classes: 80, nms_threshold: 0.65, anchor: [10, 13.5], strides: [8]}}")
    ),
    "retinaface_nms": a_yaml(graph("{type: retinaface_nms, params: {num_classes: 2, anchor: [16, 32]}}")),
    "a letterbox": a_yaml(
        ops("    - {type: Resize, size: [224, -1], adaptive_side: long}\n    - {type: Pad, pad_to_square: true}\n")
    ),
    "a fit without a pad": a_yaml(ops("    - {type: Resize, size: [224, 300], adaptive_side: long}\n")),
    "bicubic": a_yaml(ops("    - {type: Resize, size: [224, 224], interpolation: bicubic}\n")),
    "bicubic of Pillow": a_yaml(
        ops("    - {type: Resize, size: [224, 224], interpolation: bicubic, backend: pillow}\n")
    ),
    "a crop first": a_yaml(ops(f"    - {{type: CenterCrop, crop_size: [250, 250], backend: pillow}}\n{RESIZE}")),
    "flags of 1": a_yaml(("type: DecodeImage", "type: DecodeImage\n      cv2_flags: 1")),
    "luma alone": edited(
        a_yaml(("[0.485, 0.456, 0.406]", "[0.5]"), ("[0.229, 0.224, 0.225]", "[0.5]"), ("[1, 3,", "[1, 1,")),
        (RESIZE, f"    - {{type: CvtColor, code: COLOR_RGB2YCrCb}}\n    - {{type: ChannelSplit, index: 0}}\n{RESIZE}"),
    ),
    "one channel of three": a_yaml(("[1, 3,", "[1, 1,")),
    "a custom function": a_yaml(
        (
            a_yaml().partition("process_ops:\n")[2].partition("workspace:")[0],
            "    - {type: CustomFunc, module_path: f.py, func_name: f, input_shape: [1, 3, 224, 224]}\n",
        )
    ),
    "fp16 with options of int8": a_yaml(("dtype: int8", "dtype: fp16")),
    "no calibrate_mode": a_yaml(("    calibrate_mode: max\n", "")),
    "another workspace": a_yaml(("./deploy_weights/", "out")),
    "no workspace": a_yaml(("workspace:\n  path: ./deploy_weights/\n", "")),
}


@pytest.mark.parametrize("case", EQUAL)
def test_what_public_files_say_comes_back_equal(tmp_path: Path, case: str) -> None:
    file, _ = import_one(tmp_path, EQUAL[case])
    assert (file.status != "refused", file.roundtrip) == (True, Status.EQUAL), file.to_json()


NORMALISED = {
    "no type of the network": (a_yaml(("  type: onnx\n", "")), Normalisation.DEFAULT),
    "no type of the dataset": (a_yaml(("dataset:\n  type: tvm\n", "dataset:\n")), Normalisation.DEFAULT),
    "div255 said": (a_yaml(("      mean:", "      div255: true\n      mean:")), Normalisation.DEFAULT),
    "div255 null": (a_yaml(("      mean:", "      div255: null\n      mean:")), Normalisation.NULL_FLAG),
    "the word None": (
        a_yaml(("      mean: [0.485, 0.456, 0.406]\n      std: [0.229, 0.224, 0.225]", '      norm_type: "None"')),
        Normalisation.NONE_WORD,
    ),
    "the other colour word": (
        a_yaml(ops(f"    - {{type: CvtColor, code: COLOR_BGR2RGB}}\n{RESIZE}")),
        Normalisation.SWAP_WORD,
    ),
    "a square in full": (
        a_yaml(ops("    - {type: Resize, size: [224, 224], adaptive_side: long}\n")),
        Normalisation.SQUARE,
    ),
    "a number for a name": (a_yaml((SHAPE, f"{SHAPE}    1: [1, 2]\n")), Normalisation.NAME),
    "a suffix of null": (a_yaml(("suffix: JPEG", "suffix: null")), Normalisation.EMPTY),
    "the older name": (a_yaml(("name: timm", "model: timm")), Normalisation.OLD_KEY),
    "the older path": (a_yaml(("path: ./deploy", "work_dir: ./deploy")), Normalisation.OLD_KEY),
    "an extra op turned off": (a_yaml(graph("{type: null}")), Normalisation.EMPTY),
}


@pytest.mark.parametrize("case", NORMALISED)
def test_other_words_for_the_same_are_listed(tmp_path: Path, case: str) -> None:
    text, normalisation = NORMALISED[case]
    file, _ = import_one(tmp_path, text)
    assert file.comparison is not None
    assert file.comparison.normalisations == (normalisation,)
    assert file.roundtrip is Status.NORMALISED


KEPT = {
    "a misspelt key": (("calibrate_mode", "alibrate_mode"), "unknown-key", "quantize.alibrate_mode", "calibrate_mode"),
    "a key in the wrong place": (graph("{type: null, extra_ops: yolov6_nms}"), "unknown-key", "graph.extra_ops", ""),
    "a number in quotes": (("get_data_num: 50", 'get_data_num: "50"'), "wrong-type", "dataset.sampler", ""),
    "a flag of 1": (("per_channel: true", "per_channel: 1"), "wrong-type", "quantize.quantize_per_channel", ""),
    "an old key": (("path: ./dep", "save_log: true\n  path: ./dep"), "older-key", "workspace.save_log", ""),
    "a new target": (("type: tvm_vacc", "type: tvm_runmodel"), "wrong-type", "type", ""),
    "a new section": (("workspace:", "license: {a: [1, {b: c}]}\nworkspace:"), "unknown-key", "license.a", ""),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_the_types_cannot_hold_is_kept_in_extra_and_told(tmp_path: Path, case: str) -> None:
    edit, rule, key, near = KEPT[case]
    file, spec = import_one(tmp_path, a_yaml(edit))
    assert spec is not None
    assert file.roundtrip in (Status.EQUAL, Status.NORMALISED)
    assert any(name.startswith(key) for name in (*spec.extra, *spec.targets[0].extra))
    (finding,) = [item for item in file.findings if item.rule == rule]
    assert finding.line > 1
    assert near in finding.mend


@pytest.mark.parametrize(
    ("edit", "line", "says"),
    [
        (("dtype: int8", "dtype: int4"), 10, "backend.dtype is 'int4'"),
        (("  checkpoint: weights/net.onnx\n", ""), 2, "frontend.checkpoint is missing"),
        ((SHAPE, "    input: 96\n"), 6, "frontend.shape.input is 96"),
        ((SHAPE, "    input: [1, 3, x]\n"), 6, "frontend.shape.input is [1, 3, 'x']"),
        (("name: timm_net_int8\n", "name: a/b\n"), 1, "name is 'a/b'"),
        (("size: [224, 224]", "size: [225, 224]"), 22, "preprocessing ends at 225×224"),
        (("std: [0.229, 0.224, 0.225]", "std: [0.229, 0.224]"), 24, "std has 2 values"),
    ],
)
def test_a_contradiction_is_refused_with_its_line(tmp_path: Path, edit: tuple[str, str], line: int, says: str) -> None:
    file, _ = import_one(tmp_path, a_yaml(edit))
    assert file.status == "refused"
    (finding,) = file.findings
    assert says in finding.message
    assert finding.line == line


def test_an_op_that_is_not_known_is_kept_as_it_stands(tmp_path: Path) -> None:
    file, spec = import_one(tmp_path, a_yaml(ops("    - {type: Resise, size: [224, 224]}\n")))
    assert spec is not None
    assert spec.preprocess[1] == VendorOp(name="Resise", arguments={"size": [224, 224]})
    assert [(item.rule, item.mend) for item in file.findings] == [("unknown-op", "did you mean 'Resize'?")]
    assert file.roundtrip is Status.EQUAL


def test_parts_are_typed(tmp_path: Path) -> None:
    _, spec = import_one(tmp_path, LLM)
    assert spec is not None
    assert isinstance(spec.network, HuggingFace)
    assert spec.inputs == (TokenInput(name="input_ids", prefill=1024, total=2048),)
    assert spec.calibration == TextSamples(name="alpaca", path="/path/to/alpaca", samples=128, length=512)
    assert spec.workspace.huggingface_hub == "0.30.2"
    assert not spec.extra
    _, spec = import_one(tmp_path / "second", a_yaml())
    assert spec is not None
    assert spec.network == Checkpoint(path="weights/net.onnx")
    assert spec.inputs == (Input(name="input", shape=(1, 3, 224, 224)),)
    assert spec.calibration == ImageFolder(path="/path/to/images", suffix="JPEG")
    assert spec.targets == (Int8(calibrate="max"),)


def test_npz_files_calibrate_what_takes_no_image(tmp_path: Path) -> None:
    start = a_yaml().index("  process_ops")
    text = a_yaml()[:start] + a_yaml()[a_yaml().index("workspace") :]
    edits = ((SHAPE, "    input_ids: [1, 128]\n"), ("fp32", "int64"), ("JPEG", "NPZ"))
    file, spec = import_one(tmp_path, edited(text, *edits))
    assert spec is not None
    assert spec.calibration == NpzFolder(path="/path/to/images", suffix="NPZ")
    assert file.roundtrip is Status.EQUAL


OLD = """\
model:
  name: old
  inputs: {input: [1, 3, 224, 224]}
  checkpoint: a.onnx
engine:
  type: vacc
  dtype: int8
  common: {cluster_mode: 0}
  calibration: {quant_mode: max, per_channel: true, do_quantization: true}
  add_extra_ops_to_graph: {type: softmax_target}
dataset:
  path: /images
  sampler: {suffix: jpg, get_data_num: 20}
  transform_ops:
    - type: DecodeImage
    - type: Resize
      size: [224, 224]
    - type: ToTensor
workspace: {work_dir: out, enable_ir: true}
"""


def test_the_older_format_is_read_too(tmp_path: Path) -> None:
    file, spec = import_one(tmp_path, OLD)
    assert spec is not None
    assert spec.targets[0] == Int8(artifact="old", calibrate="max", extra={"type": "vacc"})
    assert file.kind == "vamc YAML, older format"
    assert file.roundtrip is Status.NORMALISED
    assert {item.rule for item in file.findings} >= {"older-form", "older-key"}
