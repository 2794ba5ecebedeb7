"""UNet++ on DSB2018: nuclei segmentation at 96×96."""

from vcomp.spec import (
    BinarySegmentation,
    CompileOptions,
    Decode,
    Fp16,
    GitSource,
    ImageFolder,
    Input,
    Int8,
    MaskPairs,
    ModelSpec,
    Normalize,
    Resize,
    ToBGR,
    TorchNetwork,
    ToTensor,
)


def network(depth: int) -> TorchNetwork:
    """The network cut at a depth of 1 to 4: the deeper nodes and heads are left out, the weights are the same."""
    return TorchNetwork(
        factory="network:NestedUNet",
        arguments={"depth": depth},
        weights="weights/unetpp-96.safetensors",
        partial_weights=depth < 4,
        output=-1,
    )


spec = ModelSpec(
    name="unetpp",
    title="UNet++",
    summary="Nuclei segmentation in microscopy images: a U-Net with nested, dense skip connections and "
    "deep supervision.",
    task=BinarySegmentation(threshold=0.5),
    paper="https://arxiv.org/abs/1912.05074",
    source=GitSource(
        url="https://github.com/Andy-zhujunwen/UNET-ZOO", commit="b526ce5dc2bef53249506883b92feb15f4f89bbb"
    ),
    network=network(depth=4),
    inputs=[Input(name="input", shape=(1, 3, 96, 96))],
    preprocess=[
        Decode(),
        ToBGR(),
        Resize(height=96, width=96),
        Normalize(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
        ToTensor(),
    ],
    calibration=ImageFolder(path="dsb2018_256/images", suffix="png", limit=50),
    evaluation=MaskPairs(images="dsb2018_256_val/images", masks="dsb2018_256_val/masks"),
    targets=[Fp16(max_drop=0.1), Int8(calibrate="kl_divergence", per_channel=True, max_drop=0.5)],
    compile=CompileOptions(data_transport_mode=1),
    published={"fp32": 84.164, "fp16": 83.179, "int8": 83.052},
)

variants = [
    spec.variant(name=f"unetpp-l{depth}", title=f"UNet++ L{depth}", network=network(depth), published={})
    for depth in (1, 2, 3, 4)
]
