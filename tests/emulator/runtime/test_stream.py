"""The emulated module as scripts use it: order, nesting, threads, and what wrong use says."""

import gc
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.emulator import networks
from tests.emulator.conftest import Run, Setup
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.runtime.codes import (
    AttrKey,
    ColorCvtCode,
    GraphOutputType,
    ImageFormat,
    NormaType,
    OpType,
    TypeFlag,
)
from vcomp.emulator.runtime.devices import set_device
from vcomp.emulator.runtime.graph import Graph, ModelOperator
from vcomp.emulator.runtime.images import INTERLEAVED, PLANAR, Image, create_image
from vcomp.emulator.runtime.model import Model
from vcomp.emulator.runtime.operators import BuildInOperator, Operator
from vcomp.emulator.runtime.results import UNCLAIMED, UNREAD
from vcomp.emulator.runtime.session import Session, at_once
from vcomp.emulator.runtime.stream import Stream
from vcomp.emulator.runtime.tensors import Tensor, as_numpy, from_numpy
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.vdsp_json import load_vdsp

Streaming = Callable[..., Setup]


def colored(value: int, height: int = 8, width: int = 8) -> Image:
    """An image of one colour: the mean network gives the value back."""
    return create_image(np.full((3, height, width), value, np.uint8), ImageFormat.RGB_PLANAR, width, height, 0)


def value_of(result: list[list[Tensor]]) -> int:
    assert len(result) == 1
    [output] = result[0]
    array = as_numpy(output)
    assert array.dtype == np.float16
    assert array.shape == (1, 3, 1, 1)
    return int(array[0, 0, 0, 0])


def drained(setup: Setup, name: Any = None) -> list[Any]:
    """All results up to the end of the stream."""
    results = []
    while True:
        try:
            results.append(setup.stream.get_operator_output(name or setup.network))
        except ValueError:
            return results


class TestOrder:
    def test_200_images_of_random_sizes_from_four_threads_come_back_in_order(self, streaming: Streaming) -> None:
        setup = streaming()
        given: list[int] = []
        lock = threading.Lock()

        def feed(seed: int) -> None:
            choose = random.Random(seed)
            for _ in range(50):
                image = colored(value := choose.randrange(256), choose.randint(1, 90), choose.randint(1, 90))
                with lock:
                    given.append(value)
                    setup.stream.run_async([image])

        with ThreadPoolExecutor(5) as pool:
            reader = pool.submit(drained, setup)
            list(pool.map(feed, range(4)))
            setup.stream.close_input()
            setup.stream.wait_until_done()
            assert [value_of(result) for result in reader.result(timeout=30)] == given

    def test_the_main_thread_may_feed_everything_before_it_reads(self, streaming: Streaming) -> None:
        setup = streaming()
        for value in range(4 * UNREAD):
            setup.stream.run_async([colored(value)])
        setup.stream.close_input()
        setup.stream.wait_until_done()
        assert [value_of(result) for result in drained(setup)] == list(range(4 * UNREAD))

    def test_inputs_are_held_back_while_a_living_reader_lags_behind(self, streaming: Streaming) -> None:
        setup = streaming()
        taken, go_on = threading.Event(), threading.Event()

        def read() -> list[Any]:
            first = setup.stream.get_operator_output(setup.network)
            taken.set()
            go_on.wait(30)
            return [first, *drained(setup)]

        def feed() -> None:
            for value in range(100):
                setup.stream.run_async([colored(value)])
            setup.stream.close_input()

        with ThreadPoolExecutor(2) as pool:
            reader, feeder = pool.submit(read), pool.submit(feed)
            assert taken.wait(30)
            with pytest.raises(StillRunning):
                feeder.result(timeout=0.6)
            go_on.set()
            assert [value_of(result) for result in reader.result(timeout=30)] == list(range(100))

    def test_synchronous_results_stay_out_of_the_queues(self, streaming: Streaming) -> None:
        setup = streaming()
        with ThreadPoolExecutor(5) as pool:
            reader = pool.submit(drained, setup)
            syncs = [pool.submit(setup.stream.run_sync, [colored(100 + index)]) for index in range(40)]
            for value in range(40):
                setup.stream.run_async([colored(value)])
            assert [value_of(sync.result(timeout=30)) for sync in syncs] == list(range(100, 140))
            setup.stream.close_input()
            assert [value_of(result) for result in reader.result(timeout=30)] == list(range(40))

    def test_a_batch_is_nested_by_item_and_output(self, streaming: Streaming) -> None:
        setup = streaming()
        result = setup.stream.run_sync([colored(1), colored(2, 30, 20), colored(3)])
        assert [value_of([item]) for item in result] == [1, 2, 3]

    def test_the_preprocessing_output_has_a_queue_of_its_own(self, streaming: Streaming) -> None:
        setup = streaming(also="preprocess_res")
        for value in range(5):
            setup.stream.run_async([colored(value, 20, 20)])
        setup.stream.close_input()
        setup.stream.wait_until_done()
        planes = [as_numpy(result[0][0]) for result in drained(setup, "preprocess_res")]
        assert [(array.shape, array.dtype, int(array.max())) for array in planes] == [
            ((3, 8, 8), np.float16, value) for value in range(5)
        ]
        assert [value_of(result) for result in drained(setup)] == list(range(5))

    def test_a_registered_output_that_nobody_reads_takes_no_endless_memory(self, streaming: Streaming) -> None:
        setup = streaming(also="preprocess_res")
        for value in range(UNCLAIMED + 10):
            setup.stream.run_async([colored(value % 256)])
            assert value_of(setup.stream.get_operator_output(setup.network)) == value % 256
        with pytest.raises(RuntimeError, match="the first 10 results of this output are gone"):
            setup.stream.get_operator_output("preprocess_res")


class TestFailure:
    def test_an_input_that_fails_is_reported_in_its_place_and_at_the_end(self, streaming: Streaming) -> None:
        setup = streaming("picky")
        for value in (1, 200, 3):
            setup.stream.run_async([colored(value)])
        setup.stream.close_input()
        with pytest.raises(RuntimeError, match="input 1 of the stream failed"):
            setup.stream.wait_until_done()
        seen = []
        for _ in range(3):
            try:
                seen.append(float(as_numpy(setup.stream.get_operator_output(setup.network)[0][0])[0]))
            except RuntimeError:
                seen.append("failed")
        assert seen == [1.0, "failed", 3.0]
        with pytest.raises(ValueError, match="has ended"):
            setup.stream.get_operator_output(setup.network)

    def test_a_synchronous_input_that_fails(self, streaming: Streaming) -> None:
        with pytest.raises(RuntimeError, match="run_sync failed"):
            streaming("picky").stream.run_sync([colored(200)])

    def test_an_image_that_fails_is_explained_alike_in_both_modes(self, streaming: Streaming, tmp_path: Path) -> None:
        crop = {"CropX": 0, "CropY": 0, "CropWidth": 9, "CropHeight": 9}
        stream = streaming(json=networks.write_operator(tmp_path / "op.json", "CROP_RESIZE_CVTCOLOR", **crop)).stream
        with pytest.raises(RuntimeError) as alone:
            stream.run_sync([colored(1)])
        stream.run_async([colored(1)])
        with pytest.raises(RuntimeError) as queued:
            stream.wait_until_done()
        assert "outside the image" in str(alone.value)
        assert str(queued.value) == f"input 0 of the stream failed: {alone.value}"

    def test_a_stream_that_is_dropped_ends_its_threads(self, streaming: Streaming) -> None:
        before = threading.active_count()
        setup = streaming()
        setup.stream.run_async([colored(1)])
        assert threading.active_count() == before + at_once()
        del setup
        gc.collect()
        assert threading.active_count() == before


EXIT = """
import sys, threading
import numpy as np, vaststreamx as vsx
model = vsx.ModelOperator(vsx.Model(sys.argv[1], 1))
graph = vsx.Graph()
graph.add_operators(vsx.Operator.load_ops_from_json_file(sys.argv[2])[0], model)
stream = vsx.Stream(graph, vsx.StreamBalanceMode.ONCE)
stream.register_operator_output(model)
stream.build()
image = vsx.create_image(np.zeros((3, 9, 9), np.uint8), vsx.ImageFormat.RGB_PLANAR, 9, 9, 0)
read = []
def consume():
    while True:
        try:
            stream.get_operator_output(model)
        except ValueError:
            break
        read.append(1)
        if len(read) == int(sys.argv[3]):
            raise KeyError("the consumer dies")
    print("read", len(read))
def feed():
    for _ in range(300):
        stream.run_async([image])
"""


class TestExit:
    """A process must end, whatever state its streams are in. The consumer is no daemon: Python waits for it."""

    def script(self, tmp_path: Path, end: str) -> Path:
        (tmp_path / "script.py").write_text(EXIT + end)
        return tmp_path / "script.py"

    @pytest.mark.parametrize(
        ("end", "dies_after", "says"),
        [
            ("threading.Thread(target=consume).start()\nstream.run_sync([image])\n", 0, "read 0"),
            ("threading.Thread(target=consume).start()\nfeed()\n", 0, "read 300"),
            ("threading.Thread(target=consume).start()\nthreading.Thread(target=feed).start()\n", 0, "read 300"),
            ("threading.Thread(target=consume).start()\nfeed()\nprint('fed')\n", 5, "fed"),
            ("feed()\nprint('fed')\n", 0, "fed"),
        ],
        ids=["nothing-fed", "never-closed", "main-thread-gone", "consumer-dead", "no-consumer"],
    )
    def test_the_process_ends(
        self, compiled: dict[str, str], tmp_path: Path, program: Run, end: str, dies_after: int, says: str
    ) -> None:
        operator = networks.write_operator(tmp_path / "op.json")
        result = program("python", self.script(tmp_path, end), compiled["mean"], operator, dies_after, timeout=20)
        assert result.returncode == 0, result.stderr
        assert says in result.stdout

    def test_a_forked_process_is_told_that_the_stream_stayed_behind(
        self, compiled: dict[str, str], tmp_path: Path, program: Run
    ) -> None:
        end = (
            "import multiprocessing\n"
            "child = multiprocessing.get_context('fork').Process(target=feed)\n"
            "child.start()\nchild.join()\nsys.exit(child.exitcode)\n"
        )
        operator = networks.write_operator(tmp_path / "op.json")
        result = program("python", self.script(tmp_path, end), compiled["mean"], operator, 0, timeout=20)
        assert result.returncode == 1
        assert "make the model and the stream in the process that uses them" in result.stderr


class TestArithmetic:
    @pytest.mark.parametrize(
        ("op_type", "config"),
        [
            ("RESIZE_CVTCOLOR", {"ColorCvtCode": "RGB2BGR"}),
            ("RESIZE_CVTCOLOR_CROP", {"ResizeWidth": 24, "ResizeHeight": 20, "CropX": 4, "CropY": 2}),
            ("LETTERBOX_CVTCOLOR", {"Padding": [1, 2, 3]}),
        ],
    )
    def test_a_stream_does_what_its_operator_and_its_network_do(
        self, streaming: Streaming, compiled: dict[str, str], tmp_path: Path, op_type: str, config: dict[str, Any]
    ) -> None:
        normal = {"Mean": [0.4, 0.5, 0.6], "Std": [0.2, 0.3, 0.4], "NormaType": "DIV255_MINUSMEAN_DIVSTD"}
        size = {"OimageWidth": 16, "OimageHeight": 16}
        json = networks.write_operator(tmp_path / "op.json", op_type, **size, **normal, **config)
        pixels = np.random.default_rng(3).integers(0, 256, (31, 47, 3), np.uint8)

        setup = streaming("segmentation", json)
        planar = np.ascontiguousarray(pixels.transpose(2, 0, 1))
        result = setup.stream.run_sync([create_image(planar, ImageFormat.RGB_PLANAR, 47, 31, 0)])

        prepared = run_vdsp(load_vdsp(json), pixels, (16, 16))
        [expected] = Session(read_artifact(compiled["segmentation"])).run([prepared])
        np.testing.assert_array_equal(as_numpy(result[0][0]), expected)

    def test_inputs_that_share_the_threads_give_the_same_bits(self, streaming: Streaming, tmp_path: Path) -> None:
        size = {"OimageWidth": 16, "OimageHeight": 16}
        setup = streaming("segmentation", networks.write_operator(tmp_path / "op.json", NormaType="DIV255", **size))
        generator = np.random.default_rng(5)
        images = [
            create_image(generator.integers(0, 256, (3, 20, 20), np.uint8), ImageFormat.RGB_PLANAR, 20, 20)
            for _ in range(20)
        ]
        for image in images:
            setup.stream.run_async([image])
        for image in images:
            [[alone]], [[shared]] = setup.stream.run_sync([image]), setup.stream.get_operator_output(setup.network)
            np.testing.assert_array_equal(as_numpy(alone), as_numpy(shared))

    def test_a_network_of_one_channel_reads_the_first(self, streaming: Streaming) -> None:
        image = create_image(np.stack([np.full((8, 8), v, np.uint8) for v in (7, 8, 9)]), ImageFormat.RGB_PLANAR, 8, 8)
        assert as_numpy(streaming("gray").stream.run_sync([image])[0][0]).ravel().tolist() == [7.0]

    @pytest.mark.parametrize(
        ("op_type", "config", "given"),
        [
            ("RGB_CVTCOLOR", {}, (8, 8)),
            ("RGB_CROP_RESIZE_CVTCOLOR", {"CropX": 2, "CropY": 3, "CropWidth": 10, "CropHeight": 12}, (20, 30)),
            ("YUV_NV12_RESIZE_2RGB", {}, (20, 30)),
            ("YUV_NV12_CVTCOLOR_RESIZE", {}, (20, 30)),
            (
                "YUV_NV12_RESIZE_CVTCOLOR_CROP",
                {"CropX": 2, "CropY": 4, "ResizeWidth": 16, "ResizeHeight": 18},
                (20, 30),
            ),
            (
                "YUV_NV12_CROP_CVTCOLOR_RESIZE",
                {"CropX": 2, "CropY": 4, "CropWidth": 10, "CropHeight": 12},
                (20, 30),
            ),
            (
                "YUV_NV12_CVTCOLOR_RESIZE_CROP",
                {"CropX": 1, "CropY": 3, "ResizeWidth": 15, "ResizeHeight": 17},
                (20, 30),
            ),
            ("YUV_NV12_CVTCOLOR_LETTERBOX", {}, (20, 30)),
            ("YUV_NV12_LETTERBOX_2RGB", {}, (20, 30)),
        ],
    )
    def test_every_operator_may_stand_before_a_network(
        self, streaming: Streaming, tmp_path: Path, op_type: str, config: dict[str, int], given: tuple[int, int]
    ) -> None:
        nv12 = "NV12" in op_type
        words = {"IimageFormat": "YUV_NV12", "ColorCvtCode": "YUV2RGB_NV12"} if nv12 else {}
        size = {} if op_type == "RGB_CVTCOLOR" else {"OimageWidth": 8, "OimageHeight": 8}
        json = networks.write_operator(tmp_path / "op.json", op_type, group="", **words, **size, **config)
        height, width = given
        array = np.full((height * 3 // 2, width) if nv12 else (3, height, width), 128, np.uint8)
        image = create_image(array, ImageFormat.YUV_NV12 if nv12 else ImageFormat.RGB_PLANAR, width, height, 0)
        value = 130 if nv12 else 128  # luma of 128 in limited range
        result = as_numpy(streaming(json=json).stream.run_sync([image])[0][0])
        assert result.shape == (1, 3, 1, 1)
        assert abs(result.astype(float) - value).max() <= (7 if "LETTERBOX" in op_type else 0.5)  # with a border of 114

    def test_grey_images_reach_a_network_of_one_channel(self, streaming: Streaming, tmp_path: Path) -> None:
        json = networks.write_operator(tmp_path / "op.json", IimageFormat="GRAY")
        image = create_image(np.full((9, 7), 77, np.uint8), ImageFormat.GRAY, 7, 9)
        assert as_numpy(streaming("gray", json).stream.run_sync([image])[0][0]).ravel().tolist() == [77.0]

    def test_attributes_set_between_two_calls_act_on_the_images_after_them(
        self, streaming: Streaming, tmp_path: Path
    ) -> None:
        setup = streaming(json=networks.write_operator(tmp_path / "op.json", NormaType="EQUAL"))
        operator = setup.operator.cast_to_buildin_operator()
        for value, norma in ((10, NormaType.EQUAL), (255, NormaType.DIV255), (20, NormaType.EQUAL)):
            operator.set_attribute({AttrKey.NORMA_TYPE: norma})
            setup.stream.run_async([colored(value)])
        setup.stream.close_input()
        assert [value_of(result) for result in drained(setup)] == [10, 1, 20]

    def test_a_crop_and_a_size_may_come_with_each_image(self, streaming: Streaming, tmp_path: Path) -> None:
        config = {"ResizeWidth": 8, "ResizeHeight": 8, "CropX": 0, "CropY": 0, "OimageWidth": 8, "OimageHeight": 8}
        setup = streaming(json=networks.write_operator(tmp_path / "op.json", "RESIZE_CVTCOLOR_CROP", **config))
        pixels = np.zeros((3, 10, 16), np.uint8)
        pixels[:, 1:9, 4:12] = 90
        image = create_image(pixels, ImageFormat.RGB_PLANAR, 16, 10)
        parameters = {"crop_resize_ext": [(4, 1, 16, 10)]}
        assert value_of(setup.stream.run_sync([image], parameters)) == 90
        setup.stream.run_async([image], parameters)
        assert value_of(setup.stream.get_operator_output(setup.network)) == 90
        with pytest.raises(RuntimeError, match="takes no rgb_letterbox_ext"):
            setup.stream.run_sync([image], {"rgb_letterbox_ext": [(8, 8, 0, 0, 0, 0)]})

    def test_what_a_crop_needs_may_be_set_after_build_or_come_with_each_image(
        self, streaming: Streaming, tmp_path: Path
    ) -> None:
        setup = streaming(json=networks.write_operator(tmp_path / "op.json", "RESIZE_CVTCOLOR_CROP"))
        with pytest.raises(RuntimeError, match="states no ResizeWidth and ResizeHeight, and no script set them"):
            setup.stream.run_sync([colored(9)])
        assert value_of(setup.stream.run_sync([colored(9)], {"crop_resize_ext": [(1, 2, 12, 10)]})) == 9
        place = {AttrKey.RESIZE_WIDTH: 10, AttrKey.RESIZE_HEIGHT: 9, AttrKey.CROP_X: 2, AttrKey.CROP_Y: 1}
        setup.operator.cast_to_buildin_operator().set_attribute(place)
        assert value_of(setup.stream.run_sync([colored(7)])) == 7

    @pytest.mark.parametrize("format", [*PLANAR, *INTERLEAVED])
    def test_an_operator_without_a_format_takes_any_of_three_colours(
        self, streaming: Streaming, tmp_path: Path, format: ImageFormat
    ) -> None:
        json = tmp_path / "op.json"
        json.write_text(
            '{"OpType": "FUSION_OP_RGB_CVTCOLOR_NORM_TENSOR",'
            ' "OpConfig": {"NormaType": "EQUAL", "ColorCvtCode": "BGR2RGB"}}'
        )
        pixels = np.empty((8, 8, 3), np.uint8)
        pixels[:] = (1, 2, 3)
        array = np.ascontiguousarray(pixels.transpose(2, 0, 1)) if format in PLANAR else pixels
        result = streaming(json=json).stream.run_sync([create_image(array, format, 8, 8, 0)])
        assert as_numpy(result[0][0]).ravel().tolist() == [3.0, 2.0, 1.0]

    def test_interleaved_images_reach_an_operator_that_asks_for_them(
        self, streaming: Streaming, tmp_path: Path
    ) -> None:
        json = networks.write_operator(tmp_path / "bgr.json", IimageFormat="BGR888", ColorCvtCode="BGR2RGB")
        pixels = np.empty((5, 6, 3), np.uint8)
        pixels[:] = (1, 2, 3)
        result = streaming(json=json).stream.run_sync([create_image(pixels, ImageFormat.BGR_INTERLEAVE, 6, 5, 0)])
        assert as_numpy(result[0][0]).ravel().tolist() == [3.0, 2.0, 1.0]

    @pytest.mark.parametrize(
        "graph", [Graph(GraphOutputType.GRAPH_OUTPUT_TYPE_884_DEVICE), Graph(False), Graph(do_copy=False)]
    )
    def test_a_tiled_output_has_one_axis_and_feeds_the_next_network(
        self, compiled: dict[str, str], tmp_path: Path, graph: Graph
    ) -> None:
        first, second = ModelOperator(Model(compiled["mean"])), Graph()
        graph.add_operators(Operator.load_ops_from_json_file(networks.write_operator(tmp_path / "op.json"))[0], first)
        stream, after = Stream(graph), Stream(second)
        stream.build()
        [[tiles]] = stream.run_sync([colored(7)])
        assert as_numpy(tiles).shape == (256,)
        assert as_numpy(tiles)[:4].tolist() == [7, 7, 7, 0]
        second.add_operators(ModelOperator(Model(compiled["point"])))
        after.build()
        assert as_numpy(after.run_sync([[tiles]])[0][0]).ravel().tolist() == [7, 7, 7]

    @pytest.mark.parametrize("leading", [(1,), ()])
    def test_tensors_feed_a_network_without_preprocessing(
        self, compiled: dict[str, str], leading: tuple[int, ...]
    ) -> None:
        model = Model(compiled["tokens"], 8)
        network = ModelOperator(model)
        graph = Graph(GraphOutputType.GRAPH_OUTPUT_TYPE_NCHW_HOST)
        graph.add_operators(network)
        stream = Stream(graph)
        stream.build()
        ids = np.arange(4, dtype=np.int32).reshape(*leading, 4)
        scale = np.full((*leading, 1), 2, np.float16)

        [[output, count]] = stream.run_sync([[from_numpy(ids, 0), from_numpy(scale, 0)]])

        assert (model.input_count, model.output_count, model.batch_size) == (2, 2, 8)
        assert (model.input_shape, model.output_shape) == ([[1, 4], [1, 1]], [[1, 4, 3], [1, 1]])
        assert as_numpy(output)[0, 3].tolist() == [0.75, 0.875, 0.0]
        assert as_numpy(count).tolist() == [[6.0]]


def planes(*shape: int) -> NDArray[np.uint8]:
    return np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)


class TestImages:
    @pytest.mark.parametrize(
        ("array", "format"),
        [
            (planes(3, 4, 6), ImageFormat.RGB_PLANAR),
            (planes(1, 3, 4, 6), ImageFormat.BGR_PLANAR),
            (planes(4, 6, 3), ImageFormat.RGB_INTERLEAVE),
            (planes(4, 18), ImageFormat.BGR_INTERLEAVE),
            (planes(4, 6), ImageFormat.GRAY),
            (planes(1, 6, 6), ImageFormat.YUV_NV12),
            (planes(36), ImageFormat.YUV_NV12),
        ],
    )
    def test_every_format_keeps_its_pixels(self, array: NDArray[np.uint8], format: ImageFormat) -> None:
        image = create_image(array=array, format=format, width=6, height=4, device_id=0)
        assert (image.width, image.height, image.format) == (6, 4, format)
        assert as_numpy(image).ravel().tolist() == array.ravel().tolist()
        assert tuple(image.shape) == as_numpy(image).shape

    def test_images_and_tensors_are_copies_both_ways(self) -> None:
        array = planes(3, 4, 6)
        for value in (create_image(array, ImageFormat.RGB_PLANAR, 6, 4), from_numpy(array)):
            array[:] = 9
            as_numpy(value)[:] = 7
            array = planes(3, 4, 6)
            assert (as_numpy(value) == array).all()

    @pytest.mark.parametrize(
        ("array", "format", "says"),
        [
            (planes(3, 6, 4), ImageFormat.RGB_PLANAR, "the width comes before the height"),
            (planes(4, 6, 3), ImageFormat.RGB_PLANAR, "(3, 4, 6)"),
            (planes(3, 4, 6).astype(np.float32), ImageFormat.RGB_PLANAR, "array of uint8"),
            ([[1]], ImageFormat.GRAY, "a list"),
            (planes(4, 5), ImageFormat.GRAY, "no ImageFormat.GRAY image"),
        ],
    )
    def test_an_array_that_does_not_fit_is_refused(self, array: Any, format: ImageFormat, says: str) -> None:
        with pytest.raises(RuntimeError) as raised:
            create_image(array, format, 6, 4, 0)
        assert says in str(raised.value)


class TestMisuse:
    """Each is a RuntimeError whose text says what to do."""

    def test_calls_out_of_order(self, streaming: Streaming) -> None:
        setup = streaming()
        graph = Graph()
        graph.add_operators(setup.operator, setup.network)
        stream = Stream(graph)
        for call in (
            lambda: stream.run_sync([colored(1)]),
            lambda: stream.run_async([colored(1)]),
            lambda: stream.get_operator_output(setup.network),
            stream.close_input,
            stream.wait_until_done,
        ):
            with pytest.raises(RuntimeError, match="before build"):
                call()
        stream.build()
        with pytest.raises(RuntimeError, match="built twice"):
            stream.build()
        with pytest.raises(RuntimeError, match="after build"):
            stream.register_operator_output(setup.network)
        with pytest.raises(RuntimeError, match="was not registered"):
            stream.get_operator_output("preprocess_res")
        stream.close_input()
        for call in (lambda: stream.run_sync([colored(1)]), lambda: stream.run_async([colored(1)])):
            with pytest.raises(RuntimeError, match="after close_input"):
                call()

    @pytest.mark.parametrize(
        ("inputs", "says"),
        [
            (colored(1), "expected a list"),
            ([], "an empty list"),
            ([[colored(1)]], "got a list"),
            ([from_numpy(np.zeros(3))], "got a Tensor"),
            ([create_image(planes(4, 6, 3), ImageFormat.RGB_INTERLEAVE, 6, 4)], "IimageFormat"),
        ],
    )
    def test_inputs_that_the_operator_does_not_take(self, streaming: Streaming, inputs: Any, says: str) -> None:
        stream = streaming().stream
        for call in (stream.run_sync, stream.run_async):
            with pytest.raises(RuntimeError) as raised:
                call(inputs)
            assert says in str(raised.value)

    @pytest.mark.parametrize(
        ("tensors", "says"),
        [
            ([np.zeros((1, 4), np.int32), np.zeros((1, 1), np.float32)], "expected from_numpy's Tensor"),
            ([from_numpy(np.zeros((1, 5), np.int32)), from_numpy(np.zeros((1, 1)))], "expected [1, 4]"),
            ([from_numpy(np.zeros((1, 4))), from_numpy(np.zeros((1, 1)))], "is float64"),
            ([from_numpy(np.zeros((1, 4), np.int32))], "a list of 2 tensors, for ids, scale"),
            (from_numpy(np.zeros((1, 4), np.int32)), "nested"),
        ],
    )
    def test_tensors_that_the_network_does_not_take(self, compiled: dict[str, str], tensors: Any, says: str) -> None:
        graph = Graph()
        graph.add_operators(ModelOperator(Model(compiled["tokens"])))
        stream = Stream(graph)
        stream.build()
        with pytest.raises(RuntimeError) as raised:
            stream.run_sync([tensors])
        assert says in str(raised.value)

    @pytest.mark.parametrize(
        ("op_type", "config", "says"),
        [
            ("RESIZE_CVTCOLOR", {"OimageWidth": 9, "OimageHeight": 8}, "makes [3, 8, 9], the network takes [3, 8, 8]"),
            (
                "RESIZE_CVTCOLOR_CROP",
                {"ResizeWidth": 9, "ResizeHeight": 9, "CropX": 4, "CropY": 0},
                "outside the image",
            ),
        ],
    )
    def test_an_operator_that_does_not_fit_the_network_fails_at_build(
        self, streaming: Streaming, tmp_path: Path, op_type: str, config: dict[str, int], says: str
    ) -> None:
        with pytest.raises(RuntimeError) as raised:
            streaming(json=networks.write_operator(tmp_path / "op.json", op_type, **config))
        assert says in str(raised.value)

    def test_graphs_that_cannot_run(self, streaming: Streaming) -> None:
        setup = streaming()
        graph = Graph()
        with pytest.raises(RuntimeError, match=r"take \[0\]"):
            graph.add_operators([setup.operator])
        graph.add_operators(setup.network, setup.operator)
        with pytest.raises(RuntimeError, match="the graph holds ModelOperator, BuildInOperator"):
            Stream(graph).build()
        with pytest.raises(RuntimeError, match="ModelOperator got a Graph"):
            ModelOperator(graph)  # type: ignore[arg-type]
        graph = Graph()
        graph.add_operators(BuildInOperator(OpType.SINGLE_OP_CROP), setup.network)
        with pytest.raises(RuntimeError, match="the graph begins with SINGLE_OP_CROP"):
            Stream(graph).build()

    def test_files_that_are_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError, match="no compiled model"):
            Model(tmp_path / "mod", 1)
        with pytest.raises(RuntimeError, match=r"there is no file .*op\.json"):
            Operator.load_ops_from_json_file(tmp_path / "op.json")

    def test_a_file_of_an_unknown_operator(self, tmp_path: Path) -> None:
        (tmp_path / "op.json").write_text('{"OpType": "FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSORS"}')
        with pytest.raises(RuntimeError, match="did you mean 'FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR'"):
            Operator.load_ops_from_json_file(tmp_path / "op.json")

    def test_a_device_and_a_batch_size_are_numbers_also_numpys(self, compiled: dict[str, str]) -> None:
        assert set_device(3) == set_device(np.int64(3)) == 0
        assert Model(compiled["mean"], np.int32(4)).batch_size == 4
        for number in (-1, "0", None, 0.0, True):
            with pytest.raises(RuntimeError, match=r"no device .*\n.*an integer from 0"):
                set_device(number)
        with pytest.raises(RuntimeError, match="the batch size is 0"):
            Model(compiled["mean"], 0)

    def test_a_number_of_threads_that_is_none(self, compiled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VCOMP_THREADS", "many")
        with pytest.raises(RuntimeError, match="VCOMP_THREADS is 'many'"):
            Model(compiled["mean"], 1)


def test_codes_print_as_names_and_compare_as_numbers() -> None:
    assert f"{ImageFormat.RGB_PLANAR} {TypeFlag.FLOAT16!s}" == "ImageFormat.RGB_PLANAR TypeFlag.FLOAT16"
    assert ImageFormat(5000) is ImageFormat.RGB_PLANAR
    assert ColorCvtCode.NO_CHANGE == 2
    assert OpType.FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR >= 100


def test_importing_the_module_loads_nothing_heavy(program: Run) -> None:
    heavy = ["torch", "onnx", "onnxruntime", "cv2", "PIL"]
    result = program("python", "-c", f"import sys, vaststreamx; print([m for m in {heavy} if m in sys.modules])")
    assert result.stdout == "[]\n", result.stderr
