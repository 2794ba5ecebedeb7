"""What is built for the chip: precisions, and the options of the vendor's compiler.

`extra` is the one way past the types: dotted keys below `backend` in the compile YAML, for vendor options that vcomp
does not know yet.
"""

from enum import Enum
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, StringConstraints

from vcomp.spec.base import Part

ExtraKey = Annotated[str, StringConstraints(pattern=r"^(compile|quantize)\.[A-Za-z_]\w*$|^[A-Za-z_]\w*$")]
Drop = Annotated[float, Field(ge=0, le=100)]
OperatorName = Annotated[str, StringConstraints(pattern=r"^!?[A-Za-z_][\w.]*$", max_length=100)]
ExtraValue = bool | int | float | str | None | list[bool | int | float | str | None]


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


class DspOp(str, Enum):
    """An operator of the chip's DSP that can be kept in 8 bits."""

    UPSAMPLING = "vacc_upsampling"
    PIXELSHUFFLE = "vacc_pixelshuffle"


class CompileOptions(Part):
    """`backend.compile` of the YAML; what is None is left out. Meanings are the vendor's and partly unpublished."""

    cluster_mode: NonNegativeInt | None = None
    data_transport_mode: NonNegativeInt | None = None
    data_type: NonNegativeInt | None = None
    opt_level: NonNegativeInt | None = None
    enable_float_to_half: bool | None = None
    enable_graph_partition: bool | None = None
    mem_inplace: bool | None = None
    nearest_interpol_on_dsp: bool | None = None
    stream_mode: bool | None = None
    split_convergence_points: tuple[str, ...] | None = None
    output_layout: tuple[str, ...] | None = None


class Fp16(Part):
    """Half precision throughout. `max_drop` is as in Int8."""

    dtype: Literal["fp16"] = "fp16"
    max_drop: Drop | None = None
    extra: dict[ExtraKey, ExtraValue] = Field(default_factory=dict)


class Int8(Part):
    """8-bit weights and activations, with ranges from the calibration set.

    `max_drop` is how far the score may lie below fp32's of the same run, in percentage points; beyond, the run fails.
    `quantize_operators` and `ops_usingfp` hold the compiler's names of operator types; a leading "!" excludes one.
    `quantize_dsp_ops` and `calibrate_chunk_by` are passed on to the compiler; in emulation they change nothing.
    """

    dtype: Literal["int8"] = "int8"
    max_drop: Drop | None = None
    calibrate: Calibrate = Calibrate.KL_DIVERGENCE
    calibrate_range: Annotated[float, Field(gt=0, le=1)] | None = None
    per_channel: bool = True
    skip_conv_layers: tuple[NonNegativeInt, ...] = ()
    skip_matmul_layers: tuple[NonNegativeInt, ...] = ()
    exclude_layers: tuple[NonNegativeInt, ...] = ()
    weight_scale: WeightScale = WeightScale.MAX
    quantize_operators: tuple[OperatorName, ...] = ()
    ops_usingfp: tuple[OperatorName, ...] = ()
    quantize_dsp_ops: tuple[DspOp, ...] = ()
    calibrate_chunk_by: int | None = None
    extra: dict[ExtraKey, ExtraValue] = Field(default_factory=dict)


Target = Annotated[Fp16 | Int8, Field(discriminator="dtype")]
