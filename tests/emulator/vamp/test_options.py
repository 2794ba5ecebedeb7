"""The command line: each option, the published forms of it, and a file in its place."""

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.emulator import networks
from tests.emulator.vamp.conftest import Call, parsed
from vcomp.emulator.vamp.options import Options, read_options

MANUAL = SHARED / "reference" / "vaststreamx.md"

# Each option as it may be typed, and what it comes to.
OPTIONS = {
    "-m net/mod": ("prefix", "net/mod"),
    "--model_prefix net/mod": ("prefix", "net/mod"),
    "--model_json a.json --model_param a.params --model_lib a.so": ("prefix", "a"),
    "--vdsp_params other.json": ("vdsp_params", Path("other.json")),
    "-b 2": ("batch_size", 2),
    "--batch_size 22": ("batch_size", 22),
    "-b 2 --force_batch_size 3": ("batch_size", 3),
    "-i 3": ("instances", range(3, 4)),
    "--instance 1:4": ("instances", range(1, 5)),
    "-d 1": ("devices", (1,)),
    "-d 0:3": ("devices", (0, 1, 2, 3)),
    "--device_id [0,2]": ("devices", (0, 2)),
    "-p 2": ("processes", 2),
    "-i 1:4 --datalist list.txt": ("instances", range(4, 5)),
    "--processes 2": ("processes", 2),
    "-s [3,224,200]": ("shapes", ((3, 224, 200),)),
    "-s 3,736,1280": ("shapes", ((3, 736, 1280),)),
    "--shape [[1,384],[1,384]]": ("shapes", ((1, 384), (1, 384))),
    "--dtype int32": ("dtype", "int32"),
    "--iterations 7": ("iterations", 7),
    "-t 5": ("seconds", 5.0),
    "--forward_time 0.5": ("seconds", 0.5),
    "--forward_mode 1": ("synchronous", True),
    "--percentiles [50,75]": ("percentiles", (50, 75)),
    "--datalist list.txt": ("datalist", Path("list.txt")),
    "--datalist list.txt --path_output out": ("outputs", Path("out")),
    "-f report.yaml": ("report", Path("report.yaml")),
    "--file_report report.yaml": ("report", Path("report.yaml")),
    **{
        words: ("notes", (f"without effect in emulation: {words.split()[0]}",))
        for words in [
            "--hwconfig hw.json",
            "--cache_input 1",
            "--cache_input_host 1",
            "--cache_output 1",
            "--backend vastpipe",
            "--producer_mode 1",
            "--none_vaml",
            "--freqlist [800,1000]",
            "--graph",
            "--verbose",
        ]
    },
    "-g": ("notes", ("without effect in emulation: --graph",)),
    **dict.fromkeys(["--backend vsx", "--cache_input 0", "--force_batch_size 0", "--dtype uint8"], ("notes", ())),
}


def read(words: str) -> Options:
    """The options of a command line in which nothing that must be there is missing."""
    needed = "" if "--model_json" in words else "-m mod "
    return read_options(shlex.split(f"{needed}--vdsp_params op.json {words}"))


@pytest.mark.parametrize("words", OPTIONS)
def test_each_option_is_understood(words: str) -> None:
    name, value = OPTIONS[words]
    assert getattr(read(words), name) == value


def test_what_is_not_said_is_as_the_manual_says() -> None:
    plain = read("")
    assert (plain.batch_size, plain.instances, plain.devices, plain.processes) == (1, range(1, 2), (0,), 1)
    assert (plain.iterations, plain.percentiles, plain.synchronous) == (1024, (50, 90, 95, 99), False)
    assert (plain.shapes, plain.dtype, plain.datalist, plain.notes) == (None, "uint8", None, ())


@pytest.mark.skipif(not MANUAL.is_file(), reason=f"{MANUAL} is not there")
def test_every_option_of_the_manual_is_tested_here() -> None:
    table = MANUAL.read_text().partition("### 4.1")[2].partition("### 4.2")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    published = {option for row in rows for option in re.findall(r"--?\w+", row)}
    tested = set(re.findall(r"(?<!\S)--?\w+", " ".join(OPTIONS)))
    elsewhere = {"-c", "--config", "-v", "--version", "--help"}
    assert len(published) > 40
    assert published - tested == elsewhere


@pytest.mark.parametrize("word", ["-v", "--version", "-?", "--help"])
def test_help_and_version_go_to_stdout(call: Call, word: str) -> None:
    code, out, err = call(word)
    assert (code, err) == (0, "")
    assert "vcomp" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--datlist x", "did you mean --datalist?"),
        ("-s [1,2", "'[1,2' is no shape: expected [3,H,W]"),
        ("-s [3, 20, 20]", "without spaces"),
        ("-s [3,0,20]", "is no shape"),
        ("-s [[3,20,20],[]]", "is no shape"),
        ("-s [3,true,20]", "is no shape"),
        ("-s [3,99999,99999]", "is no shape"),
        (f"-s {'[' * 5000}", "is no shape"),
        ("-b 0", "integer from 1"),
        ("-b", "expected one argument"),
        ("-i 3:1", "range such as 1:4"),
        ("-i 65", "no count up to 64"),
        ("-d -1", "no integer from 0"),
        ("-d [0,0]", "is no device"),
        ("-d x", "no integer from 0"),
        ("-d 0:64", "is no device"),
        ("-d 0:9 -i 50", "50 instances on 10 devices\n    expected at most 256"),
        ("-p 0", "integer from 1"),
        ("--force_batch_size x", "no integer from 0"),
        ("-t x", "no number of seconds"),
        ("-t nan", "no number of seconds"),
        ("--forward_mode 2", "invalid choice"),
        ("--percentiles 50,101", "more than 100 percent"),
        ("--dtype float32", "invalid choice"),
        ("--backend other", "invalid choice"),
        ("--cache_input x", "neither 0 nor 1"),
        ("--path_output x", "--path_output without --datalist"),
        ("-c none.yaml", "none.yaml"),
    ],
)
def test_a_wrong_option_ends_with_exit_code_2(call: Call, words: str, says: str) -> None:
    code, _, err = call(*shlex.split(words))
    assert code == 2
    assert says in err
    assert "Traceback" not in err


def test_what_must_be_there_is_asked_for(call: Call) -> None:
    assert "all three files" in call("--model_json", "a.json", network="")[2]
    assert "are no set" in call("--model_json=a.json", "--model_param=b.params", "--model_lib=a.so", network="")[2]


def test_the_operator_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        read_options(["-m", "mod"])
    assert "--vdsp_params is required" in capsys.readouterr().err


def test_more_processes_than_devices_or_instances_is_said() -> None:
    assert read("-i 2 -p 3").notes == ("-p 3: no more processes than instances on one device, 2",)
    assert read("-i 3 -d 0:1 -p 3").notes == ("-p 3: no more processes than devices, 2",)
    assert read("-i 2:4 -p 2").notes == read("-d 0:2 -p 3").notes == ()


@pytest.mark.usefixtures("pictures")
class TestPublishedForms:
    """Command lines as they stand in model pages, with all that is wrong in them."""

    @pytest.mark.parametrize(
        ("words", "warned"),
        [
            ("-i 1 p 1 -b 1 -s [3,96,96]", ["ignored: p 1"]),
            ("-i 1 p 1 -b 2 --iterations 20", ["ignored: p 1"]),
            ("-i 1 -p 1 -b 1 -d 0 -s [3,224,224]", []),
            ("-b 1 -i 1 -p 1 -s 3,73,128", []),
            ("--batch_size 2 --instance 6 --processes 1 --shape [3,112,112] --iterations 30", []),
            ("--instance 1:2 -p 1 --forward_time 0.1 --shape '[3, 64, 64]'", []),
            ("-i 1 -p 1 -b 1 -s [3,32,32] --forward_mode 1 --iterations 16", []),
            ("-t 0.1 -i 2 p 2 -b 1 -d 0:1 -s [3,32,32]", ["ignored: p 2"]),
            ("--device 0 -i 1 -b 1 --iterations 10", []),
            ("--device_id [0,1] -i 1 -p 1 --iterations 10", []),
            ("-i 1 -b 1 -s [1,512,512] --iterations 2", ["[1,512,512]"]),
            ("-i 1 p 1 -b 1 -s [3,96,96] --datalist {list} --path_output {out}", ["ignored: p 1"]),
            ("-i 1 -p 1 -b 22 --datalist {list} --path_output {out}", []),
            ("--datalist {list} -i 1 p 1 -b 1 --hwconfig hw.json", ["p 1", "--hwconfig", "not kept"]),
            ("--datalist {list} other.txt --path_output {out} --backend vastpipe", ["other.txt", "--backend"]),
        ],
    )
    def test_they_run_and_what_is_wrong_is_said(
        self, call: Call, tmp_path: Path, words: str, warned: list[str]
    ) -> None:
        code, out, err = call(*shlex.split(words.format(list=tmp_path / "list.txt", out=tmp_path / "out")))
        assert code == 0, err
        assert "samples: " in out
        assert bool(err) == bool(warned)
        assert all(text in err for text in warned)
        assert len(list((tmp_path / "out").glob("*.npz"))) == (7 if "{out}" in words else 0)


class TestConfig:
    def test_options_may_come_from_a_file_and_the_command_line_goes_before_it(self, call: Call, tmp_path: Path) -> None:
        config = {"iterations": 3, "batch_size": 4, "shape": [3, 20, 20], "percentiles": [50, 60], "graph": False}
        _, out, err = call("-c", networks.write_yaml(tmp_path / "vamp.yaml", config), "-b", "2")
        [run] = parsed(out)
        assert (run["samples"], run["batch size"]) == (6, 2)
        assert list(run["model latency (us)"])[3:] == ["p50 latency", "p60 latency"]
        assert "input[0]: [3,20,20]" in out
        assert err == ""

    def test_all_of_a_call_may_stand_in_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "vamp.yaml"
        file.write_text(
            "# a range is no number\nmodel_prefix: net/mod\nvdsp_params: op.json\ninstance: 1:4\ndevice_id: [0, 2]\n"
            "shape: [[1, 384], [1, 384]]\nverbose: true\nnone_vaml: no\nforward_time: 0.5\ndatalist:\nhwconfig: null\n"
        )
        options = read_options(["-c", str(file)])
        assert (options.prefix, options.vdsp_params) == ("net/mod", Path("op.json"))
        assert (options.instances, options.devices) == (range(1, 5), (0, 2))
        assert options.shapes == ((1, 384), (1, 384))
        assert (options.seconds, options.datalist) == (0.5, None)
        assert options.notes == ("without effect in emulation: --verbose",)

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("iteration: 3", "vamp.yaml:2  unknown option 'iteration'"),
            ("iteration: 3", "did you mean 'iterations'?"),
            ("b: 3", "unknown option 'b'"),
            ("config: other.yaml", "unknown option 'config'"),
            ("forward_mode: 2", "vamp.yaml:2  argument --forward_mode: invalid choice"),
            ("shape: {height: 3}", "vamp.yaml:2  argument -s/--shape"),
            ("iterations: [1, 2]", "vamp.yaml:2  argument --iterations"),
            ("batch_size: 3", "vamp.yaml:2  'batch_size' stands twice"),
            ("- 1", "vamp.yaml"),
        ],
    )
    def test_a_mistake_is_said_with_its_line(self, call: Call, tmp_path: Path, line: str, says: str) -> None:
        (tmp_path / "vamp.yaml").write_text(f"batch_size: 1\n{line}\n")
        code, _, err = call("-c", tmp_path / "vamp.yaml")
        assert code == 2
        assert says in err
