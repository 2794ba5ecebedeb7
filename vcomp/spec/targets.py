"""What is built for the chip: precisions, and the options of the vendor's compiler.

Meanings are the vendor's and partly unpublished; what is None, or empty, is left out. `extra` is the one way past the
types: dotted keys below `backend` in the compile YAML, for vendor options that vcomp does not know yet.
"""

from enum import Enum
from typing import Annotated, Literal

from pydantic import Field, JsonValue, NonNegativeInt, StringConstraints

from vcomp.spec.base import Part

ExtraKey = Annotated[str, StringConstraints(pattern=r"^(compile|quantize)\.[A-Za-z_]\w*$|^[A-Za-z_]\w*$")]
Drop = Annotated[float, Field(ge=0, le=100)]
Extra = dict[ExtraKey, JsonValue]

# The folder of what is built, instead of <name>_<dtype>.
Artifact = Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f]+$", max_length=200)]
Word = Annotated[str, StringConstraints(max_length=500)]


class Calibrate(str, Enum):
    """How the range of an activation is chosen from what the calibration images show."""

    KL_DIVERGENCE = "kl_divergence"
    PERCENTILE = "percentile"
    MAX = "max"
    MSE = "mse"


class WeightScale(str, Enum):
    """How the scale of a weight is chosen: its largest magnitude over 127, or the power of two next above that."""

    MAX = "max"
    POWER2 = "power2"


USUAL_MODE = Calibrate.PERCENTILE  # the one that most public files choose


class DynamicOptions(Part):
    """`backend.dynamic_params`."""

    is_elic_gs: bool | None = None
    enable_graph_partition: bool | None = None


class CompileOptions(Part):
    """`backend.compile` of the YAML; `merge_params`, `remove_params` and `dynamic` stand beside it there."""

    merge_params: bool | None = None
    remove_params: bool | None = None
    dynamic: DynamicOptions | None = None
    cluster_mode: NonNegativeInt | None = None
    data_transport_mode: NonNegativeInt | None = None
    data_type: NonNegativeInt | None = None
    opt_level: NonNegativeInt | None = None
    enable_float_to_half: bool | None = None
    enable_graph_partition: bool | None = None
    mem_inplace: bool | None = None
    nearest_interpol_on_dsp: bool | None = None
    stream_mode: bool | None = None
    split_convergence_points: tuple[Word, ...] | None = None
    partition_convergence_dsp_enable: bool | None = None
    output_layout: tuple[Word, ...] | None = None
    gather_data_vccl_dsp_enable: bool | None = None
    attention_split_num: NonNegativeInt | None = None
    ffn_split_num: NonNegativeInt | None = None
    llm_build: bool | None = None
    fullatt_block_indexes: tuple[NonNegativeInt, ...] | None = None
    dense_special_config: tuple[int, ...] | None = None
    output_ddr: tuple[int, ...] | None = None
    switch_lhs_rhs: bool | None = None
    real_output_shape: tuple[tuple[NonNegativeInt, ...], ...] | None = None
    enable_dense_to_matmul: bool | None = None
    enable_inputs_align: bool | None = None
    enable_groundingdino_axis_change: bool | None = None
    enable_groundingdino_cut_layernorm: bool | None = None
    enable_transform_vision_language_pan: bool | None = None


class Fp16(Part):
    """Half precision throughout. `max_drop` is as in Int8.

    With `dataset` the file names the calibration set too, which is not used then.
    """

    dtype: Literal["fp16"] = "fp16"
    artifact: Artifact | None = None
    max_drop: Drop | None = None
    dataset: bool = False
    extra: Extra = Field(default_factory=dict)


class Int8(Part):
    """8-bit weights and activations, with ranges from the calibration set.

    `max_drop` is how far the score may lie below fp32's of the same run, in percentage points; beyond, the run fails.
    `quantize_operators` and `ops_usingfp` hold the compiler's names of operator types; a leading "!" excludes one. From
    `overflow_adaptive` on, options are passed on to the compiler, and change nothing in emulation. A network from
    Hugging Face is quantized by its own option: then only what differs from here is written.
    """

    dtype: Literal["int8"] = "int8"
    artifact: Artifact | None = None
    max_drop: Drop | None = None
    calibrate: Calibrate | None = Calibrate.KL_DIVERGENCE
    calibrate_range: Annotated[float, Field(gt=0, le=1)] | None = None
    per_channel: bool | None = True
    skip_conv_layers: tuple[NonNegativeInt, ...] = ()
    skip_matmul_layers: tuple[NonNegativeInt, ...] = ()
    exclude_layers: tuple[NonNegativeInt, ...] = ()
    weight_scale: WeightScale | None = None
    quantize_operators: tuple[Word, ...] = ()
    ops_usingfp: tuple[Word, ...] = ()
    overflow_adaptive: int | None = None
    calibrate_chunk_by: int | None = None
    quantize_mode: Word | None = None
    quantize_dsp_ops: tuple[Word, ...] = ()
    requant_suppress: bool | None = None
    dense_special_config: tuple[int, ...] | None = None
    nearest_interpol_on_dsp: bool | None = None
    output_ddr: tuple[int, ...] | None = None
    stream_mode: bool | None = None
    extra: Extra = Field(default_factory=dict)

    @property
    def mode(self) -> Calibrate:
        """How ranges are chosen, said or not."""
        return self.calibrate or USUAL_MODE

    @property
    def by_channel(self) -> bool:
        """Whether each output channel's weights have a scale of their own, said or not."""
        return self.per_channel is not False


Target = Annotated[Fp16 | Int8, Field(discriminator="dtype")]
