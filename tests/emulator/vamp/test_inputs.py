"""What vamp feeds: images of every format, and the tensors of texts and other networks."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.emulator import networks
from tests.emulator.vamp.conftest import Array, Call, pack, parsed, read_outputs

ONCE = ("--iterations", "1")


@pytest.fixture
def grey_operator(tmp_path: Path) -> Path:
    return networks.write_operator(tmp_path / "gray.json", "CVTCOLOR", IimageFormat="GRAY")


@pytest.fixture
def nv12_operator(tmp_path: Path) -> Path:
    config = {"ResizeType": "BILINEAR_CV", "ColorCvtCode": "YUV2RGB_NV12", "NormaType": "EQUAL"}
    path = tmp_path / "nv12.json"
    document = {"OpType": "FUSION_OP_YUV_NV12_CVTCOLOR_RESIZE_NORM_TENSOR", "OpConfig": config}
    path.write_text(json.dumps(document))
    return path


class TestImages:
    @pytest.mark.parametrize("typed", ["[3,20,30]", "3,20,30", "[[3,20,30]]", "[3, 20, 30]"])
    def test_a_shape_may_be_typed_in_several_ways(self, call: Call, typed: str) -> None:
        code, out, err = call("-s", typed, *ONCE)
        assert (code, err) == (0, "")
        assert "input[0]: [3,20,30], dtype:u1" in out

    def test_without_a_shape_it_is_the_networks_own(self, call: Call) -> None:
        assert "input[0]: [3,16,16], dtype:u1" in call(*ONCE)[1]

    def test_a_shape_of_other_channels_is_taken_for_its_size(self, call: Call) -> None:
        code, out, err = call("-s", "[1,20,30]", *ONCE)
        assert code == 0
        assert "input[0]: [3,20,30], dtype:u1" in out
        assert "--shape [1,20,30]: the operator takes ImageFormat.RGB_PLANAR, [3,20,30]" in err

    @pytest.mark.parametrize("typed", ["[1,3,20,30]", "[20,30]", "[4,20,30]", "[[3,20,30],[3,20,30]]"])
    def test_a_shape_that_is_no_image_ends_with_exit_code_2(self, call: Call, typed: str) -> None:
        code, _, err = call("-s", typed, *ONCE)
        assert code == 2
        assert f"--shape {typed}" in err
        assert "without the batch: [3,H,W]" in err

    def test_an_operator_on_grey_images_gets_one_channel(self, call: Call, tmp_path: Path, grey_operator: Path) -> None:
        image = np.full((1, 8, 8), 77, np.uint8)
        assert "input[0]: [1,8,8], dtype:u1" in call(*ONCE, network="gray", operator=grey_operator)[1]
        listed = pack(tmp_path, [{"input_0": image}, {"input_0": image[0]}])
        listed = ("--datalist", listed, "--path_output", tmp_path / "out")
        assert call(*listed, network="gray", operator=grey_operator)[0] == 0
        outputs = read_outputs(tmp_path / "out")
        assert [arrays["output_0"].item() for arrays in outputs.values()] == [77, 77]

    def test_an_operator_on_interleaved_images_gets_the_planes_in_its_own_order(
        self, call: Call, tmp_path: Path
    ) -> None:
        operator = networks.write_operator(tmp_path / "bgr.json", IimageFormat="BGR888")
        image = np.stack([np.full((9, 11), value, np.uint8) for value in (10, 20, 30)])
        listed = ("--datalist", pack(tmp_path, [{"input_0": image}]), "--path_output", tmp_path / "out")
        assert call(*listed, network="mean", operator=operator)[0] == 0
        [arrays] = read_outputs(tmp_path / "out").values()
        assert arrays["output_0"].ravel().tolist() == [10, 20, 30]

    @pytest.mark.parametrize(("words", "described"), [((), "[3,8,8]"), (("-s", "[3,20,30]"), "[3,20,30]")])
    def test_an_operator_on_nv12_images_gets_them(
        self, call: Call, nv12_operator: Path, words: tuple[str, ...], described: str
    ) -> None:
        code, out, err = call(*words, *ONCE, network="mean", operator=nv12_operator)
        assert (code, err) == (0, "")
        assert f"input[0]: {described}, dtype:u1" in out

    def test_an_nv12_image_in_a_list_has_its_rows_in_one_plane(
        self, call: Call, tmp_path: Path, nv12_operator: Path
    ) -> None:
        rows = np.full((12, 8), 128, np.uint8)  # without colour
        rows[:8] = 90
        grey = int(cv2.cvtColor(rows, cv2.COLOR_YUV2RGB_NV12)[0, 0, 0])
        listed = pack(tmp_path, [{"input_0": rows}, {"input_0": rows[np.newaxis]}])
        words = ("--datalist", listed, "--path_output", tmp_path / "out")
        assert call(*words, network="mean", operator=nv12_operator)[0] == 0
        for arrays in read_outputs(tmp_path / "out").values():
            np.testing.assert_allclose(arrays["output_0"].ravel(), [grey] * 3, atol=3)
        pack(tmp_path, [{"input_0": np.zeros((3, 8, 8), np.uint8)}])
        assert (
            "expected one image, input_0: uint8 [H·3/2, W], NV12"
            in call(*words, network="mean", operator=nv12_operator)[2]
        )

    def test_images_are_bytes(self, call: Call) -> None:
        code, _, err = call("--dtype", "int32")
        assert code == 2
        assert "expected uint8: the operator takes images" in err


class TestTexts:
    @pytest.fixture
    def slots(self) -> list[Array]:
        """Six tensors that differ, in the order ids, positions, types, mask, memory, cache."""
        return [np.arange(4, dtype=np.int32)[np.newaxis] + 10 * slot for slot in range(6)]

    def outputs_of(
        self, call: Call, tmp_path: Path, text_operator: Path, samples: list[dict[str, Array]]
    ) -> list[list[float]]:
        """What the network, which sums its inputs up, gives for each sample: one sum per input."""
        listed = ("--datalist", pack(tmp_path, samples), "--path_output", tmp_path / "out")
        code, _, err = call(*listed, network="text", operator=text_operator)
        assert code == 0, err
        outputs = read_outputs(tmp_path / "out").values()
        return [[arrays[f"output_{index}"].item() for index in range(3)] for arrays in outputs]

    @pytest.mark.parametrize("words", [(), ("-s", "[[1,4],[1,4],[1,4]]"), ("--dtype", "int32")])
    def test_profiling_feeds_random_tensors(self, call: Call, text_operator: Path, words: tuple[str, ...]) -> None:
        code, out, err = call(*words, "-b", "2", "--iterations", "3", network="text", operator=text_operator)
        assert (code, err) == (0, "")
        assert "[input_count]: 3\n" in out
        assert all(f"input[{index}]: [1,4], dtype:i4\n" in out for index in range(3))
        assert parsed(out)[0]["samples"] == 6

    def test_a_shape_may_be_given_for_each_of_the_six_slots(self, call: Call, text_operator: Path) -> None:
        words = ("-s", "[[1,4],[1,4],[1,4],[1,4],[1,4],[1,4]]", *ONCE)
        code, out, _ = call(*words, network="text", operator=text_operator)
        assert code == 0
        assert "[input_count]: 6\n" in out

    @pytest.mark.parametrize(
        ("typed", "says"), [("[[1,4],[1,4]]", "one for each of input_ids"), ("[[1,5],[1,4],[1,4]]", "input_ids")]
    )
    def test_shapes_that_the_network_does_not_take_end_with_exit_code_2(
        self, call: Call, text_operator: Path, typed: str, says: str
    ) -> None:
        code, _, err = call("-s", typed, *ONCE, network="text", operator=text_operator)
        assert code == 2
        assert says in err

    def test_the_profile_does_not_depend_on_the_order_of_slots(
        self, call: Call, text_operator: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VCOMP_BERT_SLOTS", "input_ids,attention_mask,token_type_ids,position_ids,memory,cache")
        assert call(*ONCE, network="text", operator=text_operator)[0] == 0

    def test_six_slots_reach_the_inputs_by_their_names(
        self, call: Call, tmp_path: Path, text_operator: Path, slots: list[Array]
    ) -> None:
        sample = {f"input_{index}": slot for index, slot in enumerate(slots)}
        ids, mask, types = (slots[index].sum() for index in (0, 3, 2))
        assert self.outputs_of(call, tmp_path, text_operator, [sample]) == [[ids, mask, types]]

    def test_three_arrays_reach_the_inputs_in_the_order_of_the_file(
        self, call: Call, tmp_path: Path, text_operator: Path, slots: list[Array]
    ) -> None:
        named = {"token_type_ids": slots[0], "b": slots[1], "a": slots[2][0]}
        sums = [float(slot.sum()) for slot in slots[:3]]
        assert self.outputs_of(call, tmp_path, text_operator, [named, named]) == [sums, sums]

    @pytest.mark.parametrize(
        ("arrays", "says"),
        [
            (2, "holds 2 arrays\n    expected 3 to 6"),
            (7, "holds 7 arrays\n    expected 3 to 6"),
            ([np.zeros((1, 4), np.int64)] * 3, "input_0 is int64 [1, 4]\n    expected int32"),
            ([np.zeros((1, 5), np.int32)] * 3, "input_ids"),
        ],
    )
    def test_a_file_with_other_arrays_is_named_with_its_line(
        self, call: Call, tmp_path: Path, text_operator: Path, slots: list[Array], arrays: object, says: str
    ) -> None:
        given = arrays if isinstance(arrays, list) else (slots * 2)[: int(str(arrays))]
        good = {f"input_{index}": slot for index, slot in enumerate(slots)}
        listed = pack(tmp_path, [good, {f"input_{index}": array for index, array in enumerate(given)}])
        code, _, err = call("--datalist", listed, "--path_output", tmp_path, network="text", operator=text_operator)
        assert code == 2
        assert err.startswith(f"vamp: error: {listed}:2  {tmp_path / '1.npz'}: ")
        assert says in err

    def test_a_network_with_other_inputs_gets_one_array_each(
        self, call: Call, tmp_path: Path, text_operator: Path
    ) -> None:
        """Ids of two columns, looked up and scaled by a float."""
        assert "input[1]: [1,1], dtype:f2" in call(*ONCE, network="tokens", operator=text_operator)[1]
        sample = {"ids": np.array([[1, 2, 3, 4]], np.int32), "scale": np.full((1, 1), 2, np.float32)}
        listed = ("--datalist", pack(tmp_path, [sample]), "--path_output", tmp_path / "out")
        assert call(*listed, network="tokens", operator=text_operator)[0] == 0
        [arrays] = read_outputs(tmp_path / "out").values()
        assert arrays["output_1"].tolist() == [[10]]
        assert arrays["output_0"][0, :, 0].tolist() == [2 * 2 * index / 16 for index in (1, 2, 3, 4)]
