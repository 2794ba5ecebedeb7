"""Every key that a `vamc` file may hold, as seen in public ones, and whether it means anything to the emulation."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from vcomp.emulator.strict_yaml import Document
from vcomp.errors import unknown


class Use(Enum):
    HERE = "changes what the emulation makes"
    NONE = "is known, and without effect in emulation"
    FREE = "holds names of the user's own"


Keys = Mapping[str, "Use | Keys"]


def _without_effect(*names: str) -> dict[str, Use]:
    return dict.fromkeys(names, Use.NONE)


def _used(*names: str) -> dict[str, Use]:
    return dict.fromkeys(names, Use.HERE)


_ON_CHIP = ("dense_special_config", "nearest_interpol_on_dsp", "output_ddr", "stream_mode")

KEYS: Keys = {
    **_used("name"),
    "frontend": {
        **_used("checkpoint", "type", "dtype"),
        "shape": Use.FREE,
        "model_kwargs": _without_effect("tp", "model_arch", "b2s", "build_visual", "align_qkv"),
        "quantize": {**_without_effect("type", "device"), "calib_args": _without_effect("true_sequential")},
    },
    "graph": {"extra_ops": {**_used("type"), "params": Use.FREE}},
    "backend": {
        **_used("type", "dtype"),
        **_without_effect("merge_params", "remove_params"),
        "dynamic_params": _without_effect("is_elic_gs", "enable_graph_partition"),
        "compile": _without_effect(
            *_ON_CHIP,
            *("cluster_mode", "data_transport_mode", "data_type", "opt_level", "enable_float_to_half"),
            *("output_layout", "gather_data_vccl_dsp_enable", "attention_split_num", "ffn_split_num", "llm_build"),
            *("fullatt_block_indexes", "mem_inplace", "enable_graph_partition", "split_convergence_points"),
            *("partition_convergence_dsp_enable", "switch_lhs_rhs", "real_output_shape", "enable_dense_to_matmul"),
            *("enable_inputs_align", "enable_groundingdino_axis_change", "enable_groundingdino_cut_layernorm"),
            "enable_transform_vision_language_pan",
        ),
        "quantize": {
            **_used("calibrate_mode", "quantize_per_channel", "calibrate_range"),
            **_used("skip_conv_layers", "skip_matmul_layers", "exclude_layers"),
            **_used("weight_scale", "quantize_operators", "ops_usingfp"),
            **_without_effect(*_ON_CHIP, "overflow_adaptive", "calibrate_chunk_by", "quantize_dsp_ops"),
            **_without_effect("quantize_mode", "requant_suppress"),
        },
    },
    "dataset": {
        **_used("type", "path", "process_ops"),
        **_without_effect("name", "nsamples", "seqlen"),
        "sampler": _used("suffix", "get_data_num"),
    },
    "workspace": {
        **_used("path"),
        **_without_effect("workers", "env_recheck", "work_dir", "enable_ir", "save_log"),
        "pyenv": _without_effect("transformers", "huggingface-hub"),
    },
    **_without_effect("model"),
}


def keys_without_effect(document: Document) -> tuple[str, ...]:
    """The file's keys that change nothing in emulation, dotted; VcompError for the first that is not known."""
    return tuple(_walk(document, document.data, KEYS, ()))


def _walk(document: Document, mapping: Mapping[Any, Any], known: Keys, above: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for key, value in mapping.items():
        keys = (*above, str(key))
        use = known.get(str(key))
        if use is None:
            section = ".".join(above)
            raise unknown(f"key of {section}" if section else "key", str(key), known, where=document.where(*keys))
        if isinstance(use, Mapping):
            found += _walk(document, value, use, keys) if isinstance(value, Mapping) else []
        elif use is Use.NONE:
            found.append(".".join(keys))
    return found
