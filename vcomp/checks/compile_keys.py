"""Every key that a compile YAML may hold, as seen in public ones, and the kind of value that each takes."""

from collections.abc import Iterator, Mapping

from vcomp.checks.kinds import (
    AMOUNT,
    ANY,
    COUNT,
    CUT,
    FLAG,
    INDICES,
    NUMBER,
    NUMBERS,
    SHARE,
    SIDES,
    TEXT,
    TEXTS,
    VERSION,
    WHOLE,
    WHOLE_LISTS,
    WHOLES,
    Kind,
    optional,
    word_of,
)
from vcomp.spec import Calibrate

Keys = Mapping[str, "Kind | Keys"]


def _all(kind: Kind, *names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, kind)


_ON_CHIP = {
    "dense_special_config": WHOLES,
    "nearest_interpol_on_dsp": FLAG,
    "output_ddr": WHOLES,
    "stream_mode": FLAG,
}

_COMPILE: Keys = {
    **_ON_CHIP,
    **_all(AMOUNT, "cluster_mode", "data_transport_mode", "data_type", "opt_level"),
    **_all(COUNT, "attention_split_num", "ffn_split_num"),
    **_all(TEXTS, "output_layout", "split_convergence_points"),
    **_all(FLAG, "enable_float_to_half", "gather_data_vccl_dsp_enable", "llm_build", "mem_inplace"),
    **_all(FLAG, "enable_graph_partition", "partition_convergence_dsp_enable", "switch_lhs_rhs"),
    **_all(FLAG, "enable_dense_to_matmul", "enable_inputs_align", "enable_groundingdino_axis_change"),
    **_all(FLAG, "enable_groundingdino_cut_layernorm", "enable_transform_vision_language_pan"),
    "fullatt_block_indexes": INDICES,
    "real_output_shape": WHOLE_LISTS,
}

_QUANTIZE: Keys = {
    **_ON_CHIP,
    "calibrate_mode": word_of(mode.value for mode in Calibrate),
    **_all(FLAG, "quantize_per_channel", "requant_suppress"),
    "calibrate_range": SHARE,
    **_all(WHOLE, "overflow_adaptive", "calibrate_chunk_by"),
    **_all(INDICES, "skip_conv_layers", "skip_matmul_layers", "exclude_layers"),
    **_all(TEXTS, "quantize_dsp_ops", "quantize_operators", "ops_usingfp"),
    **_all(TEXT, "quantize_mode", "weight_scale"),
}

EXTRA_OP_PARAMS: Keys = {
    **_all(COUNT, "num_classes", "nms_topk", "post_nms", "nms_pre_max", "nms_post_max", "max_obj_per_sample"),
    "feature_map_stride": COUNT,
    **_all(NUMBER, "nms_threshold", "confidence_threshold", "confidence_thresh", "score_thresh", "nms_thresh"),
    **_all(NUMBER, "dir_offset", "dir_limit_offset"),
    **_all(NUMBERS, "anchor", "voxel_size", "point_cloud_range", "post_center_limit_range"),
    **_all(NUMBERS, "anchor_size", "anchor_rotations", "anchor_heights"),
    **_all(WHOLES, "strides", "grid_stride"),
    "seg_enable": FLAG,
}

KEYS: Keys = {
    "name": TEXT,
    "frontend": {
        "checkpoint": TEXT,
        "type": word_of(("onnx", "pytorch", "keras", "tensorflow", "darknet", "huggingface")),
        "dtype": word_of(("fp32", "int64", "fp16", "int32")),
        "shape": ANY,  # names of the user's own: the rule on shapes looks inside
        "model_kwargs": {"tp": COUNT, "model_arch": TEXT, **_all(FLAG, "b2s", "build_visual", "align_qkv")},
        "quantize": {**_all(TEXT, "type", "device"), "calib_args": {"true_sequential": FLAG}},
    },
    "graph": {"extra_ops": {"type": optional(TEXT), "params": EXTRA_OP_PARAMS}},
    "backend": {
        "type": word_of(("tvm_vacc", "vacc", "tvm_runmodel")),
        "dtype": word_of(("int8", "fp16")),
        **_all(FLAG, "merge_params", "remove_params"),
        "dynamic_params": _all(FLAG, "is_elic_gs", "enable_graph_partition"),
        "compile": _COMPILE,
        "quantize": _QUANTIZE,
    },
    "dataset": {
        "type": word_of(("tvm", "huggingface")),
        **_all(TEXT, "path", "name"),
        **_all(COUNT, "nsamples", "seqlen"),
        "sampler": {"suffix": optional(TEXT), "get_data_num": COUNT},
        "process_ops": ANY,  # OPS says what each of them takes
    },
    "workspace": {
        "path": TEXT,
        "workers": COUNT,
        "env_recheck": FLAG,
        "pyenv": _all(VERSION, "transformers", "huggingface-hub"),
    },
}

OLD_KEYS = {
    ("model",): "name",
    ("workspace", "work_dir"): "path",
    ("workspace", "save_log"): None,
    ("workspace", "enable_ir"): None,
}
"""The keys of the older format that still stand in present files, and what took their place in the section."""

_LIBRARY = word_of(("cv2", "pillow"))

OPS: Mapping[str, Keys] = {
    "DecodeImage": {"cv2_flags": AMOUNT, "backend": _LIBRARY},
    "CvtColor": {"code": word_of(("COLOR_RGB2BGR", "COLOR_BGR2RGB", "COLOR_RGB2YCrCb"))},
    "ChannelSplit": {"index": AMOUNT},
    "Resize": {
        "size": SIDES,
        "adaptive_side": word_of(("long",)),
        "backend": _LIBRARY,
        "interpolation": word_of(("bilinear", "bicubic")),
    },
    "Pad": {"pad_to_square": FLAG},
    "CenterCrop": {"crop_size": CUT, "backend": _LIBRARY},
    "Normalize": {
        "mean": NUMBERS,
        "std": NUMBERS,
        "norm_type": optional(TEXT),
        "div255": FLAG,
    },
    "ToTensor": {},
    "CustomFunc": _all(ANY, "module_path", "func_name", "input_shape"),
}
"""What `dataset.process_ops` may hold, with the arguments of each."""

NEEDED_ARGUMENTS = {"CvtColor": "code", "ChannelSplit": "index", "Resize": "size", "CenterCrop": "crop_size"}


def sections_with(key: str, known: Keys = KEYS, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The sections of a compile YAML that know a key of this name."""
    if key in known:
        yield above
    for name, inner in known.items():
        if isinstance(inner, Mapping):
            yield from sections_with(key, inner, (*above, name))
