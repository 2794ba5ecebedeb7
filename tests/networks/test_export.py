"""From a spec's network to an ONNX and a TorchScript file, and whatever may be wrong with the user's own code."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from tests.builders import a_spec, write_tiny_onnx
from vcomp.errors import VcompError
from vcomp.networks.export import Exported, export
from vcomp.networks.onnx_file import describe_onnx
from vcomp.networks.session import open_session
from vcomp.networks.torch_module import build_module
from vcomp.project import Model
from vcomp.spec import Input, ModelSpec, OnnxNetwork, TorchNetwork, TorchScriptNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning", "ignore::torch.jit.TracerWarning")

INPUT = Input(name="input", shape=(1, 3, 32, 32))

NETWORK = '''
import torch
from torch import nn


class Heads(nn.Module):
    """As many maps as heads; the first convolution is shared."""

    def __init__(self, heads: int = 2, width: int = 4) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)
        self.heads = nn.ModuleList(nn.Conv2d(width, 1, 1) for _ in range(heads))

    def forward(self, image):
        x = torch.relu(self.norm(self.stem(image)))
        return [torch.sigmoid(head(x)) for head in self.heads]


class One(Heads):
    def forward(self, image):
        return super().forward(image)[0]


class Function(nn.Module):
    """Whatever the spec's argument says, computed of the image."""

    def __init__(self, says: str) -> None:
        super().__init__()
        self.says = says

    def forward(self, *inputs):
        return eval(self.says, {"x": inputs[0], "inputs": inputs, "torch": torch})


class InPlace(nn.Module):
    def forward(self, image):
        return image.sub_(0.5).relu_()


class Learned(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Parameter(torch.ones(1, 1, 32, 32))

    def forward(self, image):
        return torch.sigmoid(self.map)


def broken() -> nn.Module:
    raise RuntimeError("no licence")


def nothing() -> None:
    return None


answer = 42
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder with the networks above."""
    path = tmp_path / "models" / "tiny"
    path.mkdir(parents=True)
    (path / "network.py").write_text(NETWORK)
    return path


def torch_spec(factory: str = "network:One", *, inputs: Any = (INPUT,), **changes: Any) -> ModelSpec:
    return a_spec(network=TorchNetwork(factory=factory, **changes), inputs=inputs)


def exported(folder: Path, spec: ModelSpec) -> Exported:
    return export(Model(folder, (spec,)), spec, folder / "out")


def module_of(folder: Path, **changes: Any) -> nn.Module:
    spec = torch_spec(**changes)
    assert isinstance(spec.network, TorchNetwork)
    return build_module(Model(folder, (spec,)), spec.network)


def computed(path: Path, *values: np.ndarray) -> list[np.ndarray]:
    session = open_session(path)
    feed = dict(zip([port.name for port in session.get_inputs()], values, strict=True))
    result: list[np.ndarray] = session.run(None, feed)
    return result


IMAGE = np.random.default_rng(0).random((1, 3, 32, 32), np.float32)


def test_a_torch_network_becomes_two_files_that_compute_the_same(folder: Path) -> None:
    out = exported(folder, torch_spec())
    with torch.no_grad():
        expected = module_of(folder)(torch.from_numpy(IMAGE)).numpy()
    assert out.torchscript is not None
    np.testing.assert_allclose(computed(out.onnx, IMAGE)[0], expected, atol=1e-6)
    np.testing.assert_array_equal(torch.jit.load(out.torchscript)(torch.from_numpy(IMAGE)).detach(), expected)


def test_the_differences_and_the_parameters_are_told(folder: Path) -> None:
    out = exported(folder, torch_spec())
    assert out.parameters == (3 * 9 * 4 + 4) + 2 * 4 + 2 * (4 + 1)
    assert out.onnx_difference is not None
    assert out.onnx_difference < 1e-5
    assert out.torchscript_difference == 0


def test_the_files_are_called_after_the_model_and_nothing_else_is_left(folder: Path) -> None:
    exported(folder, torch_spec())
    assert sorted(file.name for file in (folder / "out").iterdir()) == ["tiny.onnx", "tiny.torchscript.pt"]


def test_the_onnx_file_is_of_opset_11_with_the_names_of_the_spec(folder: Path) -> None:
    described = describe_onnx(exported(folder, torch_spec()).onnx)
    assert described.opset == 11
    assert [str(port) for port in described.inputs] == ["input 1×3×32×32"]
    assert [str(port) for port in described.outputs] == ["output 1×1×32×32"]


def test_names_and_opset_are_the_specs_to_choose(folder: Path) -> None:
    spec = torch_spec(output_names=("mask",), opset=13, inputs=[Input(name="image", shape=(1, 3, 32, 32))])
    described = describe_onnx(exported(folder, spec).onnx)
    assert (described.inputs[0].name, described.outputs[0].name, described.opset) == ("image", "mask", 13)


@pytest.mark.parametrize(("output", "head"), [(0, 0), (1, 1), (-1, 1), (-2, 0)])
def test_one_of_several_outputs_is_chosen_by_its_index(folder: Path, output: int, head: int) -> None:
    out = exported(folder, torch_spec("network:Heads", output=output))
    with torch.no_grad():
        expected = module_of(folder, factory="network:Heads")(torch.from_numpy(IMAGE))[head].numpy()
    (given,) = computed(out.onnx, IMAGE)
    np.testing.assert_allclose(given, expected, atol=1e-6)


def test_all_outputs_are_kept_when_all_are_named(folder: Path) -> None:
    out = exported(folder, torch_spec("network:Heads", output_names=("a", "b")))
    assert [port.name for port in describe_onnx(out.onnx).outputs] == ["a", "b"]


def test_arguments_reach_the_factory(folder: Path) -> None:
    assert len(module_of(folder, factory="network:Heads", arguments={"heads": 3}).heads) == 3  # type: ignore[arg-type]


def test_a_network_without_weights_is_the_same_each_time(folder: Path) -> None:
    first = exported(folder, torch_spec()).onnx.read_bytes()
    torch.rand(1)
    assert exported(folder, torch_spec()).onnx.read_bytes() == first


def test_building_a_network_leaves_the_random_numbers_of_others_alone(folder: Path) -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    module_of(folder)
    assert torch.rand(1) == expected


def test_a_network_that_works_in_place_is_compared_on_the_same_image(folder: Path) -> None:
    out = exported(folder, torch_spec("network:InPlace"))
    np.testing.assert_array_equal(computed(out.onnx, IMAGE)[0], np.maximum(IMAGE - np.float32(0.5), 0))


def test_large_outputs_may_differ_in_proportion(folder: Path) -> None:
    spec = torch_spec("network:Function", arguments={"says": "torch.softmax(x * 7, 3).cumsum(3) * 1e6"})
    assert exported(folder, spec).onnx.exists()


# -- weights -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def weights(folder: Path) -> Path:
    """Weights of two heads, in half precision."""
    torch.manual_seed(7)
    state = module_of(folder, factory="network:Heads").state_dict()
    path = folder / "weights.safetensors"
    save_file({name: torch.rand_like(value.float()).half() for name, value in state.items()}, path)
    return path


def test_weights_are_loaded_in_the_networks_precision(folder: Path, weights: Path) -> None:
    state = module_of(folder, factory="network:Heads", weights=weights.name).state_dict()
    for name, stored in load_file(weights).items():
        assert torch.equal(state[name], stored.to(state[name].dtype))
    assert state["stem.weight"].dtype == torch.float32


def test_partial_weights_leave_out_what_the_network_lacks(folder: Path, weights: Path) -> None:
    pruned = module_of(folder, arguments={"heads": 1}, weights=weights.name, partial_weights=True).state_dict()
    stored = load_file(weights)
    assert "heads.1.weight" not in pruned
    assert torch.equal(pruned["heads.0.weight"], stored["heads.0.weight"].float())


def weights_refusal(folder: Path, **changes: Any) -> str:
    with pytest.raises(VcompError) as caught:
        module_of(folder, factory="network:Heads", **{"weights": "weights.safetensors", **changes})
    return str(caught.value)


def test_weights_that_are_missing_are_told(folder: Path) -> None:
    assert f"there is no file {folder / 'weights.safetensors'}" in weights_refusal(folder)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff" * 1000])
def test_weights_that_are_no_safetensors_are_told(folder: Path, content: bytes) -> None:
    (folder / "weights.safetensors").write_bytes(content)
    assert "is not a safetensors file, or is damaged" in weights_refusal(folder)


def test_weights_that_are_cut_short_are_told(folder: Path, weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-1])
    assert "is not a safetensors file, or is damaged" in weights_refusal(folder)


def test_weights_that_the_file_lacks_are_told(folder: Path, weights: Path) -> None:
    text = weights_refusal(folder, arguments={"heads": 3})
    assert "lacks 2 tensors, 'heads.2.bias' first" in text
    assert "belong to different networks" in text


def test_weights_that_the_network_lacks_are_told(folder: Path, weights: Path) -> None:
    text = weights_refusal(folder, arguments={"heads": 1})
    assert "has more than the network: 2 tensors, 'heads.1.bias' first" in text
    assert "say partial_weights=True" in text


def test_weights_of_another_shape_are_told(folder: Path, weights: Path) -> None:
    text = weights_refusal(folder, arguments={"width": 5})
    assert "stem.weight is (4, 3, 3, 3)" in text
    assert "expected (5, 3, 3, 3), as the network has" in text


# -- faults of the user's code -----------------------------------------------------------------------------------------


def says(text: str, **changes: Any) -> dict[str, Any]:
    return {"factory": "network:Function", "arguments": {"says": text}, **changes}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"factory": "other:One"}, "there is no file"),
        ({"factory": "network:Two"}, "network.py has no Two\n    expected the callable that factory='network:Two'"),
        ({"factory": "network:answer"}, "network.py has no answer"),
        ({"factory": "network:nothing"}, "nothing gives a NoneType\n    expected a torch.nn.Module"),
        ({"factory": "network:broken"}, "RuntimeError: no licence"),
        ({"arguments": {"width": -1}}, "RuntimeError"),
        ({"arguments": {"widht": 4}}, "One cannot be called with arguments={'widht': 4}"),
        ({"arguments": {"widht": 4}}, "expected One(heads: int = 2, width: int = 4)"),
        (says("1 / 0"), "the network of tiny fails on an input of 1×3×32×32: ZeroDivisionError"),
        (says("x @ x.reshape(3, -1)"), "the network of tiny fails on an input of 1×3×32×32: RuntimeError"),
        (says("{'mask': x}"), "the network gives a dict"),
        (says("[x, None]", output_names=("a", "b")), "the network gives a NoneType"),
        (says("[[x]]"), "the network gives a list"),
        (says("{'mask': x}", output=0), "the network gives one dict, the spec asks for output=0"),
        (says("x", output=-1), "the network gives one Tensor, the spec asks for output=-1"),
        (says("[x, x]", output=2), "the network has 2 outputs, the spec asks for output=2\n    expected 0 to 1"),
        (says("[x, x]", output=-3), "the network has 2 outputs, the spec asks for output=-3"),
        (says("[x + 1, x + 2]"), "has 2 outputs, output_names has 1\n    expected a name for each"),
        (says("x * float('nan')"), "does not compute what torch computes: the outputs differ by nan"),
        (says("x + torch.rand(())"), "does not compute what torch computes"),
        (says("torch.linalg.inv(x)"), "cannot be written as ONNX of opset 11"),
        ({"factory": "network:Learned"}, "makes no use of input 'input'"),
    ],
)
def test_a_fault_of_the_users_network_is_told(folder: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(VcompError) as caught:
        exported(folder, torch_spec(**changes))
    assert told in str(caught.value)


def test_a_fault_leaves_the_files_of_before_as_they_were(folder: Path) -> None:
    before = exported(folder, torch_spec()).onnx.read_bytes()
    with pytest.raises(VcompError):
        exported(folder, torch_spec(**says("x + torch.rand(())")))
    assert (folder / "out" / "tiny.onnx").read_bytes() == before
    assert len(list((folder / "out").iterdir())) == 2


def test_a_fault_of_the_factory_is_told_with_its_line(folder: Path) -> None:
    line = NETWORK.splitlines().index('    raise RuntimeError("no licence")') + 1
    with pytest.raises(VcompError, match=rf"network\.py:{line}  RuntimeError: no licence"):
        exported(folder, torch_spec("network:broken"))


def test_a_network_file_that_is_no_python_is_told_with_its_line(folder: Path) -> None:
    (folder / "network.py").write_text("import torch\nclass One(:\n")
    with pytest.raises(VcompError, match=r"network\.py:2  not Python"):
        exported(folder, torch_spec())


def test_a_package_that_is_missing_is_told_with_its_line(folder: Path) -> None:
    (folder / "network.py").write_text("import torch\nimport no_such_package\n")
    with pytest.raises(VcompError, match=r"network\.py:2  ModuleNotFoundError: No module named 'no_such_package'"):
        exported(folder, torch_spec())


def test_an_input_that_forward_does_not_take_is_told(folder: Path) -> None:
    inputs = [INPUT, Input(name="sizes", shape=(1, 2))]
    with pytest.raises(VcompError, match="fails on an input of 1×3×32×32 and 1×2: TypeError"):
        exported(folder, torch_spec(inputs=inputs))


def test_an_input_that_forward_ignores_is_told(folder: Path) -> None:
    inputs = [INPUT, Input(name="sizes", shape=(1, 2))]
    with pytest.raises(VcompError, match="makes no use of input 'sizes'"):
        exported(folder, torch_spec(**says("x + 1", inputs=inputs)))


# -- networks that are files already -----------------------------------------------------------------------------------


def test_an_onnx_network_is_copied_as_it_is(folder: Path) -> None:
    source = write_tiny_onnx(folder / "tiny.onnx")
    out = exported(folder, a_spec())
    assert out == Exported(folder / "out" / "tiny.onnx")
    assert out.onnx.read_bytes() == source.read_bytes()


def test_an_onnx_network_that_does_not_fit_the_spec_is_not_copied(folder: Path) -> None:
    write_tiny_onnx(folder / "tiny.onnx", side=64)
    with pytest.raises(VcompError, match="expected the network's shape"):
        exported(folder, a_spec())
    assert not (folder / "out").exists()


@pytest.mark.parametrize("network", [OnnxNetwork(file="gone.onnx"), TorchScriptNetwork(file="gone.pt")])
def test_a_network_file_that_is_missing_is_told(folder: Path, network: OnnxNetwork | TorchScriptNetwork) -> None:
    with pytest.raises(VcompError, match=rf"there is no file {folder / network.file}"):
        exported(folder, a_spec(network=network))


def test_a_torchscript_network_is_written_as_onnx_of_opset_11(folder: Path) -> None:
    module = module_of(folder)
    torch.jit.trace(module, torch.from_numpy(IMAGE)).save(folder / "given.pt")
    out = exported(folder, a_spec(network=TorchScriptNetwork(file="given.pt")))
    described = describe_onnx(out.onnx)
    assert (described.opset, described.inputs[0].name, described.outputs[0].name) == (11, "input", "output")
    with torch.no_grad():
        expected = module(torch.from_numpy(IMAGE)).numpy()
    np.testing.assert_allclose(computed(out.onnx, IMAGE)[0], expected, atol=1e-6)


def test_several_outputs_of_a_torchscript_network_are_numbered(folder: Path) -> None:
    module = module_of(folder, factory="network:Heads", arguments={"heads": 3})
    torch.jit.trace(module, torch.from_numpy(IMAGE)).save(folder / "given.pt")
    out = exported(folder, a_spec(network=TorchScriptNetwork(file="given.pt")))
    assert [port.name for port in describe_onnx(out.onnx).outputs] == ["output", "output1", "output2"]


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04" + b"\0" * 100])
def test_a_torchscript_file_that_is_none_is_told(folder: Path, content: bytes) -> None:
    (folder / "given.pt").write_bytes(content)
    with pytest.raises(VcompError, match=r"given\.pt is not a TorchScript file, or is damaged"):
        exported(folder, a_spec(network=TorchScriptNetwork(file="given.pt")))


def test_a_torchscript_file_that_is_cut_short_is_told(folder: Path) -> None:
    torch.jit.trace(module_of(folder), torch.from_numpy(IMAGE)).save(folder / "given.pt")
    (folder / "given.pt").write_bytes((folder / "given.pt").read_bytes()[:-100])
    with pytest.raises(VcompError, match="is not a TorchScript file, or is damaged"):
        exported(folder, a_spec(network=TorchScriptNetwork(file="given.pt")))


def test_the_exported_file_passes_the_checker_of_onnx(folder: Path) -> None:
    onnx.checker.check_model(onnx.load(exported(folder, torch_spec()).onnx), full_check=True)


def test_a_factory_may_import_a_sibling_when_it_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "blocks.py").write_text("from torch import nn\n\ndef block():\n    return nn.Conv2d(3, 1, 1)\n")
    (folder / "network.py").write_text("def build():\n    from blocks import block\n\n    return block()\n")
    network = TorchNetwork(factory="network:build")

    module = build_module(Model(folder, (a_spec(network=network),)), network)

    assert sum(parameter.numel() for parameter in module.parameters()) == 4
