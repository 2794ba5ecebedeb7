"""Every key that a `vamc` file may hold, as seen in public ones, and whether it means anything to the emulation."""

from collections.abc import Iterator, Mapping
from enum import Enum

from vcomp.documents import Document
from vcomp.emulator.vamc.leniency import Forgive
from vcomp.emulator.vamc.section import Section
from vcomp.errors import VcompError, unknown


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
    **_used("name", "model"),
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
        **_used("path", "work_dir"),
        **_without_effect("workers", "env_recheck", "enable_ir", "save_log"),
        "pyenv": _without_effect("transformers", "huggingface-hub"),
    },
}


def keys_without_effect(document: Document, forgive: Forgive) -> tuple[str, ...]:
    """The file's keys that change nothing in emulation, dotted. Each that is not known goes to `forgive`."""
    return tuple(_walk(Section.top(document, forgive), KEYS))


def _walk(section: Section, known: Keys) -> Iterator[str]:
    for key, value in section.data.items():
        use = known.get(str(key))
        if use is None:
            section.forgive(_unknown(section, str(key), known), "it is left out")
        elif isinstance(use, Mapping):
            if isinstance(value, Mapping):
                yield from _walk(section.section(key), use)
        elif use is Use.NONE:
            yield section.name(key)


def _unknown(section: Section, key: str, known: Keys) -> VcompError:
    """The error for a key that is not known here: it names the nearest that is, or the section that has it."""
    kind = f"key of {'.'.join(map(str, section.keys))}" if section.keys else "key"
    error = unknown(kind, key, known, where=section.where(key))
    places = [".".join(above) for above in _sections_with(key, KEYS, ())]
    if not places:
        return error
    mend = f"it is a key of {' and of '.join(place or 'the file itself' for place in places)}"
    return VcompError(error.what, where=error.where, expected=error.expected, mend=mend)


def _sections_with(key: str, known: Keys, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if key in known:
        yield above
    for name, use in known.items():
        if isinstance(use, Mapping):
            yield from _sections_with(key, use, (*above, name))
