"""UNet++: the network as in the paper, its pruned forms, and the numbers that are known of it."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from vcomp.networks.complexity import Complexity, count
from vcomp.networks.export import Exported, export
from vcomp.networks.onnx_file import describe_onnx
from vcomp.networks.torch_module import build_module
from vcomp.project import Model, load_model
from vcomp.project.shipped import shipped
from vcomp.spec import ModelSpec, TorchNetwork

SHIPPED = shipped("models") / "unetpp"
FILTERS = (4, 6, 8, 10, 12)
DEPTHS = (1, 2, 3, 4)
PARAMETERS = {1: 103_041, 2: 519_138, 3: 2_236_227, 4: 9_163_428}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model's Python files alone, and weights of a narrow network, drawn at random."""
    path = tmp_path_factory.mktemp("models") / "unetpp"
    path.mkdir()
    for name in ("spec.py", "network.py", "train.py"):
        shutil.copy(SHIPPED / name, path)
    torch.manual_seed(3)
    weights = {name: torch.rand_like(value.float()) for name, value in build(path, 4).state_dict().items()}
    save_file(weights, path / "narrow.safetensors")
    return path


def build(folder: Path, depth: int, **changes: Any) -> nn.Module:
    arguments = {"depth": depth, "filters": FILTERS, **changes.pop("arguments", {})}
    model = load_model(folder)
    return build_module(model, TorchNetwork(factory="network:NestedUNet", arguments=arguments, **changes))


def heads_of(module: nn.Module, image: torch.Tensor) -> list[torch.Tensor]:
    with torch.no_grad():
        outputs: list[torch.Tensor] = module(image)
    return outputs


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_network_of_a_depth_has_a_triangle_of_nodes_and_a_head_per_step(folder: Path, depth: int) -> None:
    names = {name.split(".")[1] for name in build(folder, depth).state_dict() if name.startswith("nodes.")}
    assert names == {f"x{i}_{j}" for i in range(depth + 1) for j in range(depth + 1 - i)}
    assert len(heads_of(build(folder, depth), torch.rand(1, 3, 16, 16))) == depth


@pytest.mark.parametrize("depth", DEPTHS)
def test_each_head_gives_probabilities_as_large_as_the_image(folder: Path, depth: int) -> None:
    module = build(folder, depth, arguments={"in_channels": 2, "classes": 5})
    for output in heads_of(module, torch.rand(3, 2, 32, 48)):
        assert output.shape == (3, 5, 32, 48)
        assert (output >= 0).all()
        assert (output <= 1).all()


@pytest.mark.parametrize("depth", [0, 5])
def test_a_depth_that_the_filters_do_not_reach_is_refused(folder: Path, depth: int) -> None:
    with pytest.raises(Exception, match=rf"depth is {depth}, expected 1 to 4"):
        build(folder, depth)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_pruned_network_gives_exactly_the_full_ones_head(folder: Path, depth: int) -> None:
    image = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(depth))
    full = build(folder, 4, weights="narrow.safetensors")
    pruned = build(folder, depth, weights="narrow.safetensors", partial_weights=True)
    for expected, given in zip(heads_of(full, image)[:depth], heads_of(pruned, image), strict=True):
        assert torch.equal(expected, given)


def test_up_sampling_aligns_corners(folder: Path) -> None:
    (up,) = [module for module in build(folder, 1).modules() if isinstance(module, nn.Upsample)]
    assert (up.mode, up.align_corners, up.scale_factor) == ("bilinear", True, 2)


# -- what ships --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def shipped_model(folder: Path) -> Model:
    return load_model(folder)


def without_weights(spec: ModelSpec) -> ModelSpec:
    return spec.variant(network=spec.network.model_copy(update={"weights": None, "partial_weights": False}))


@pytest.fixture(scope="session")
def exported(shipped_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The network at its full width, with random weights."""
    return export(shipped_model, without_weights(shipped_model.spec), tmp_path_factory.mktemp("onnx"))


def test_there_is_a_variant_per_depth(shipped_model: Model) -> None:
    assert [spec.name for spec in shipped_model.specs] == ["unetpp", *(f"unetpp-l{depth}" for depth in DEPTHS)]


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_variant_has_the_parameters_of_its_depth(shipped_model: Model, depth: int) -> None:
    network = without_weights(shipped_model.specs[depth]).network
    assert isinstance(network, TorchNetwork)
    module = build_module(shipped_model, network)
    assert sum(parameter.numel() for parameter in module.parameters()) == PARAMETERS[depth]


def test_the_export_counts_the_parameters_of_the_torch_module(exported: Exported) -> None:
    assert exported.parameters == 9_163_428


def test_the_network_takes_the_macs_that_are_known_of_it(exported: Exported) -> None:
    assert count(exported.onnx) == Complexity(parameters=9_156_033, macs=4_849_532_928, flops=9_738_049_536)


def test_the_onnx_file_is_what_the_vendors_compiler_is_given(exported: Exported) -> None:
    described = describe_onnx(exported.onnx)
    assert [str(port) for port in described.inputs] == ["input 1×3×96×96"]
    assert [str(port) for port in described.outputs] == ["output 1×1×96×96"]
    assert described.opset == 11


def test_the_shipped_weights_are_small_and_in_half_precision() -> None:
    path = SHIPPED / "weights" / "unetpp-96.safetensors"
    assert path.stat().st_size < 20_000_000
    assert {value.dtype for value in load_file(path).values()} == {torch.float16, torch.int64}


@pytest.mark.parametrize("index", range(5))
def test_the_shipped_weights_fit_every_variant(index: int) -> None:
    model = load_model(SHIPPED)
    network = model.specs[index].network
    assert isinstance(network, TorchNetwork)
    for value in build_module(model, network).state_dict().values():
        assert np.isfinite(value.numpy()).all()
