"""The operators that a graph begins with: they make the network's input, of an image or of the tensors of a text."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.attributes import as_code, as_word, attribute_name, json_key
from vcomp.emulator.runtime.codes import ImageFormat, OpType
from vcomp.emulator.runtime.embedding import slots_to_inputs
from vcomp.emulator.runtime.fused_operators import check_size, format_of, of_this_item, planes_of, run_fused
from vcomp.emulator.runtime.images import INTERLEAVED, PLANAR, Image
from vcomp.emulator.runtime.model import Model
from vcomp.emulator.runtime.output_info import Declared, read_output_info
from vcomp.emulator.runtime.run_parameters import ItemParameters
from vcomp.emulator.runtime.single_operators import run_single
from vcomp.emulator.runtime.tensors import Tensor
from vcomp.errors import VcompError, unknown
from vcomp.preprocess.vdsp import VdspOp
from vcomp.preprocess.vdsp_json import load_document, read_vdsp

Arrays = list[NDArray[Any]]
Work = Callable[[], Arrays]


class Operator:
    """The input of a text: six tensors of integers, of which the network takes those that it has inputs for."""

    def __init__(self, op_type: Any) -> None:
        self._op_type = OpType(op_type)
        if type(self) is Operator and self._op_type is not OpType.BERT_EMBEDDING_OP:
            raise EmulatorError(
                f"Operator({self._op_type.name})",
                expected="Operator(OpType.BERT_EMBEDDING_OP)",
                mend="make others with Operator.load_ops_from_json_file, or BuildInOperator",
            )

    @staticmethod
    def load_ops_from_json_file(path: Any) -> "list[Operator]":
        """The operators of a vdsp_params JSON: always one."""
        try:
            document = load_document(Path(path))
            op_type = _op_type(document["OpType"], path)
            if op_type is OpType.BERT_EMBEDDING_OP:
                return [Operator(op_type)]
            operator = BuildInOperator(op_type, document["OpConfig"])
            if op_type.fused:
                read_vdsp(document, where=str(path))  # what is wrong with the file is said now, and with its name
        except VcompError as error:
            raise EmulatorError.of(error) from error
        return [operator]

    @property
    def op_type(self) -> OpType:
        return self._op_type

    def cast_to_buildin_operator(self) -> "BuildInOperator":
        """The same operator, with its attributes."""
        raise EmulatorError(f"{self.op_type.name} has no attributes", expected="an operator on images")

    def bind(self, item: Any, model: Model, parameters: ItemParameters) -> Work:
        """What makes the network's inputs of one batch item. Whatever is wrong with the item is said here, at once."""
        if not isinstance(item, (list, tuple)) or not all(isinstance(tensor, Tensor) for tensor in item):
            raise EmulatorError(
                f"the graph begins with {self.op_type.name} and got a {type(item).__name__}",
                expected="a list of tensors for each text of the batch: [[input_ids, …], …], each from from_numpy",
            )
        chosen = slots_to_inputs([tensor.numpy() for tensor in item], model.input_names)
        arrays = model.check([Tensor(array) for array in chosen], parameters.shapes)
        return lambda: arrays

    def check(self, model: Model) -> None:
        """EmulatorError if the operator cannot stand before this network."""


class BuildInOperator(Operator):
    """An operator on images. Its attributes are the JSON's OpConfig; a change acts on the images given after it."""

    def __init__(self, op_type: Any, config: Mapping[str, Any] | None = None) -> None:
        super().__init__(op_type)
        if self._op_type in (OpType.BERT_EMBEDDING_OP, OpType.MEM_COPY_OP, OpType.CUSTOMIZED_OP):
            raise EmulatorError(f"BuildInOperator({self._op_type.name})", expected="an operator on images")
        self._config = dict(config or {})

    def cast_to_buildin_operator(self) -> "BuildInOperator":
        return self

    @property
    def attributes(self) -> dict[str, Any]:
        """Those that are set, by name: integers, numbers, or lists of them."""
        return {attribute_name(key): as_code(key, value) for key, value in self._config.items()}

    def get_attribute(self, key: Any, index: int | None = None) -> Any:
        """One attribute; of one that is a list, the item at `index`, or all."""
        name = json_key(key)
        if name not in self._config:
            listed = ", ".join(self.attributes) or "none"
            raise EmulatorError(f"{self.op_type.name} has no {key.name}", expected=f"one that is set: {listed}")
        value = as_code(name, self._config[name])
        if index is None:
            return value
        if not isinstance(value, list) or not 0 <= index < len(value):
            raise EmulatorError(f"{key.name} is {value!r} and has no item {index}")
        return value[index]

    def set_attribute(self, attributes: Any) -> None:
        """Change attributes: `{AttrKey.RESIZE_WIDTH: 256, …}`."""
        if not isinstance(attributes, Mapping):
            raise EmulatorError(f"set_attribute got a {type(attributes).__name__}", expected="{AttrKey: value, …}")
        changed = {(name := json_key(key)): as_word(name, value) for key, value in attributes.items()}
        self._config = {**self._config, **changed}

    def execute(self, images: Any = None, output_info: Any = None, tensors: Any = None) -> list[Image] | list[Tensor]:
        """Run on images outside of any graph. A fused operator gives a tensor for each, a single one gives images.

        `output_info` declares each output: a shape and a TypeFlag, or an ImageFormat and a size, in any order.
        """
        given = images if images is not None else tensors
        if not isinstance(given, (list, tuple)) or not given or not all(isinstance(item, Image) for item in given):
            raise EmulatorError("execute got no images", expected="images=[image, …], each from create_image")
        declared = read_output_info(output_info)
        if not self._op_type.fused:
            return [made for image in given for made in run_single(self._op_type, self._config, image, declared)]
        return [self._execute_fused(image, declared[index % len(declared)]) for index, image in enumerate(given)]

    def _execute_fused(self, image: Image, declared: Declared) -> Tensor:
        vdsp = self._vdsp()
        made = run_fused(vdsp, self._accepted(vdsp, image).interleaved(), declared.size or (image.height, image.width))
        if declared.shape and tuple(declared.shape) != made.shape:
            raise EmulatorError(
                f"{self.op_type.name} makes {list(made.shape)}, output_info says {list(declared.shape)}",
                mend="set OIMAGE_WIDTH and OIMAGE_HEIGHT, or correct output_info",
            )
        return Tensor(made)

    def bind(self, item: Any, model: Model, parameters: ItemParameters) -> Work:
        vdsp = of_this_item(self._vdsp(), parameters)
        image = self._accepted(vdsp, item)
        wanted = model.image_shape(parameters.shapes)

        def planes() -> Arrays:
            return [planes_of(vdsp, image.interleaved(), wanted)]

        return planes

    def check(self, model: Model) -> None:
        if not self._op_type.fused:
            raise EmulatorError(
                f"the graph begins with {self.op_type.name}", expected="a FUSION_OP", mend="call execute on it instead"
            )
        vdsp, wanted = self._vdsp(), model.image_shape()
        if not model.is_dynamic:
            check_size(vdsp, wanted)

    @property
    def image_format(self) -> ImageFormat:
        """The format of the images that it takes."""
        return format_of(self._vdsp())

    def _vdsp(self) -> VdspOp:
        try:
            return read_vdsp({"OpType": self._op_type.name, "OpConfig": self._config}, where=self._op_type.name)
        except VcompError as error:
            raise EmulatorError.of(error) from error

    def _accepted(self, vdsp: VdspOp, image: Any) -> Image:
        """The image, if the operator can take it."""
        if not isinstance(image, Image):
            raise EmulatorError(
                f"the graph begins with {self.op_type.name} and got a {type(image).__name__}",
                expected="a flat list of images, each from create_image",
            )
        if not self._takes(image.format, vdsp):
            raise EmulatorError(
                f"the image is {image.format}, the operator takes {format_of(vdsp)}",
                mend="change IimageFormat in the vdsp_params JSON, or the format of the image",
            )
        return image

    def _takes(self, image_format: ImageFormat, vdsp: VdspOp) -> bool:
        """Whether it takes images of a format. RGB_CVTCOLOR has no such attribute: it takes any of three colours."""
        if self._op_type is OpType.FUSION_OP_RGB_CVTCOLOR_NORM_TENSOR and "IimageFormat" not in self._config:
            return image_format in PLANAR + INTERLEAVED
        return image_format is format_of(vdsp)


def _op_type(name: str, path: Any) -> OpType:
    if name not in OpType.__members__:
        raise unknown("OpType", name, OpType.__members__, where=str(path))
    return OpType[name]
