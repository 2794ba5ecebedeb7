"""`vcomp emulate --trace`: every call on the module in a file, and nothing else changed."""

import ast
import json
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vcomp.emulator import recorder

Lines = list[dict[str, Any]]
Emulate = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def emulate(project: Path) -> Emulate:
    """`vcomp emulate` with these words, in a folder that is empty at first."""

    def run(*words: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "vcomp.cli.main", "emulate", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def traced(project: Path, emulate: Emulate) -> Callable[[str], tuple[str, Lines]]:
    """Run a script under a trace; what it printed, and the calls in the order of their starts."""

    def run(script: str) -> tuple[str, Lines]:
        (project / "script.py").write_text(textwrap.dedent(script))
        result = emulate("--trace", "trace.jsonl", "--", sys.executable, "script.py")
        assert result.returncode == 0, result.stderr
        return result.stdout, calls(project / "trace.jsonl")

    return run


Traced = Callable[[str], tuple[str, Lines]]


def calls(trace: Path) -> Lines:
    """The lines of calls, checked and sorted; the header and the lines of processes are left out."""
    header, *lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert (header["schema_version"], header["kind"]) == (1, "trace of calls")
    return sorted((line for line in lines if "call" in line), key=lambda line: line["start_us"])


HEAD = """
    import numpy as np
    import vaststreamx as vsx
    array = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
"""


# -- what is written -------------------------------------------------------------------------------------------------


def test_a_call_is_written_with_what_went_in_and_what_came_out(traced: Traced) -> None:
    _, lines = traced(
        HEAD
        + """
    image = vsx.create_image(array, vsx.ImageFormat.RGB_PLANAR, width=3, height=3, device_id=0)
    vsx.as_numpy(image)
    """
    )
    made, read = lines
    assert (made["call"], read["call"]) == ("create_image", "as_numpy")
    assert made["arguments"] == [{"type": "ndarray", "shape": [3, 3, 3], "dtype": "uint8"}, "ImageFormat.RGB_PLANAR"]
    assert made["named"] == {"width": 3, "height": 3, "device_id": 0}
    assert made["returned"] == {
        "type": "Image",
        "shape": [3, 3, 3],
        "format": "ImageFormat.RGB_PLANAR",
        "width": 3,
        "height": 3,
    }
    assert read["arguments"] == [made["returned"]]
    assert read["returned"] == made["arguments"][0]
    assert 0 < made["start_us"] < made["start_us"] + made["duration_us"] <= read["start_us"]


def test_an_exception_is_written_with_its_type_and_message(traced: Traced) -> None:
    printed, [line] = traced(
        HEAD
        + """
    try:
        vsx.from_numpy([1, 2])
    except RuntimeError as error:
        print(type(error).__name__, error)
    """
    )
    assert line["raised"]["type"] == "EmulatorError"
    assert line["raised"]["message"].startswith("a tensor was made from a list")
    assert "EmulatorError a tensor was made from a list" in printed
    assert "returned" not in line


def test_methods_constructors_and_static_methods_bear_the_name_of_their_class(traced: Traced) -> None:
    _, lines = traced(
        HEAD
        + """
    class Mine(vsx.CustomOperator):
        def __init__(self):
            super().__init__("planar_argmax")
    tensor = vsx.from_numpy(array.astype(np.float16))
    mine = Mine()
    [made] = mine.run_sync(tensors=[tensor], config=b"1234", output_info=[((3, 3), vsx.TypeFlag.UINT8)])
    made.clone(0)
    vsx.Context.CPU()
    try:
        vsx.Operator.load_ops_from_json_file("none.json")
    except RuntimeError:
        pass
    """
    )
    assert [line["call"] for line in lines] == [
        *("from_numpy", "CustomOperator", "CustomOperator.run_sync", "Tensor.clone", "Context.CPU"),
        "Operator.load_ops_from_json_file",
    ]
    assert lines[2]["named"] == {
        "tensors": [{"type": "Tensor", "shape": [3, 3, 3], "dtype": "float16"}],
        "config": {"type": "bytes", "bytes": 4},
        "output_info": [[[3, 3], "TypeFlag.UINT8"]],
    }
    assert lines[2]["returned"] == [{"type": "Tensor", "shape": [3, 3], "dtype": "uint8"}]


def test_only_the_scripts_own_calls_are_written(traced: Traced, compiled: dict[str, str]) -> None:
    """Not those that the stream's threads and methods make of the same classes."""
    _, lines = traced(
        HEAD
        + f"""
    from concurrent.futures import ThreadPoolExecutor
    model = vsx.Model({compiled["tokens"]!r}, 1)
    network = vsx.ModelOperator(model)
    graph = vsx.Graph()
    graph.add_operators(network)
    stream = vsx.Stream(graph, vsx.StreamBalanceMode.ONCE)
    stream.register_operator_output(network)
    stream.build()
    item = [vsx.from_numpy(np.array([[1, 2, 3, 4]], np.int32), 0), vsx.from_numpy(np.ones((1, 1), np.float16), 0)]
    stream.run_sync([item])
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(stream.get_operator_output, network)
        stream.run_async([item])
        reading.result()
    stream.close_input()
    stream.wait_until_done()
    try:
        stream.get_operator_output(network)
    except ValueError:
        pass
    """
    )
    assert Counter(line["call"] for line in lines) == Counter(
        [
            *("Model", "ModelOperator", "Graph", "Graph.add_operators", "Stream", "Stream.register_operator_output"),
            *("Stream.build", "from_numpy", "from_numpy", "Stream.run_sync", "Stream.run_async"),
            *("Stream.close_input", "Stream.wait_until_done"),
            *("Stream.get_operator_output", "Stream.get_operator_output"),
        ]
    )
    [synchronous] = [line for line in lines if line["call"] == "Stream.run_sync"]
    [[first, second]] = synchronous["returned"]
    assert (first["shape"], first["dtype"]) == ([1, 4, 3], "float16")
    assert second["shape"] == [1, 1]
    ends = [line for line in lines if line["call"] == "Stream.get_operator_output"]
    assert {line["thread"] == synchronous["thread"] for line in ends} == {True, False}
    assert ends[-1]["raised"]["type"] == "ValueError"


def test_threads_and_processes_write_whole_lines_into_one_file(traced: Traced) -> None:
    _, lines = traced(
        """
    import multiprocessing, threading
    import vaststreamx as vsx

    def work():
        threads = [threading.Thread(target=lambda: [vsx.set_device(number) for number in range(200)]) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()

    if __name__ == "__main__":
        for way in ("spawn", "fork"):
            processes = [multiprocessing.get_context(way).Process(target=work) for _ in range(2)]
            for process in processes: process.start()
            for process in processes: process.join()
    """
    )
    assert len(lines) == 4 * 4 * 200
    assert set(Counter((line["process"], line["thread"]) for line in lines).values()) == {200}
    assert len({line["process"] for line in lines}) == 4


def test_each_process_says_what_it_recorded(traced: Traced, project: Path) -> None:
    traced("import vaststreamx")
    [line] = [json.loads(line) for line in (project / "trace.jsonl").read_text().splitlines()[1:]]
    assert line["module"] == "vaststreamx"
    assert Path(line["file"]).parts[-3:-1] == ("modules", "vaststreamx")
    assert {"Stream", "Model", "create_image", "CustomOperator"} <= set(line["recorded"])
    assert not {"ImageFormat", "TypeFlag"} & set(line["recorded"])


def test_large_and_odd_values_become_small_lines(traced: Traced) -> None:
    _, [line] = traced(
        """
    import math
    import vaststreamx as vsx
    class Odd:
        @property
        def shape(self): raise OSError("no")
    deep = []
    for _ in range(1000): deep = [deep]
    try:
        large = [list(range(10**5)), "x" * 10**6, b"y" * 10**6, 10**10000]
        vsx.set_device([*large, math.nan, Odd(), deep, {1: None}, "\\ud800"])
    except (RuntimeError, ValueError):
        pass
    """
    )
    [numbers, text, content, huge, nan, odd, deep, table, surrogate] = line["arguments"][0]
    assert numbers == [*range(32), {"more": 10**5 - 32}]
    assert text == "x" * 300
    assert (content, huge, nan, odd) == ({"type": "bytes", "bytes": 10**6}, {"type": "int"}, "nan", {"type": "Odd"})
    assert deep == [[[[{"type": "list", "length": 1}]]]]
    assert table == {"1": None}
    assert surrogate == "\ud800"


# -- what does not change --------------------------------------------------------------------------------------------

UNCHANGED = """
    import inspect, pickle
    import numpy as np
    import vaststreamx as vsx
    tensor = vsx.from_numpy(array=np.ones((2, 3), np.float16), device_id=0)
    image = vsx.create_image(np.zeros((4, 4), np.uint8), vsx.ImageFormat.GRAY, 4, 4)
    class Mine(vsx.Tensor):
        pass
    print(type(tensor) is vsx.Tensor, isinstance(image, vsx.Image), issubclass(Mine, vsx.Tensor), tensor.shape)
    print(repr(tensor), repr(image), vsx.Tensor.__name__, vsx.create_image.__name__, vsx.create_image.__doc__)
    print(inspect.signature(vsx.create_image), inspect.signature(vsx.Stream.register_operator_output))
    print(pickle.loads(pickle.dumps(vsx.as_numpy))(tensor), vsx.as_numpy(tensor).flags.writeable)
    mistakes = [lambda: vsx.set_device(), lambda: tensor.clone(1, 2), lambda: vsx.Graph().parts(), lambda: vsx.Model()]
    for wrong in mistakes:
        try:
            wrong()
        except Exception as error:
            print(type(error).__name__, error)
    print(vsx.Die(2).memory.keys(), list(map(vsx.set_device, [0, 1])), vsx.ImageFormat(5000), vsx.Context.CPU())
"""


def test_a_script_prints_the_same_with_and_without_a_trace(traced: Traced, emulate: Emulate) -> None:
    with_trace, lines = traced(UNCHANGED)
    without = emulate("--", sys.executable, "script.py")
    assert with_trace == without.stdout
    assert len(with_trace.splitlines()) > 8
    assert len(lines) > 12


def test_without_a_trace_nothing_is_wrapped(emulate: Emulate) -> None:
    code = "import vaststreamx as v; "
    code += "print(*(hasattr(f, '__wrapped__') for f in (v.as_numpy, v.Stream.build, v.Model.__init__)))"
    assert emulate("--", sys.executable, "-c", code).stdout == "False False False\n"


def test_a_trace_that_cannot_be_written_stops_no_script(project: Path, emulate: Emulate) -> None:
    code = "import resource, vaststreamx as v; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)); "
    code += "print(sum(v.set_device(0) for _ in range(100)))"
    result = emulate("--trace", "trace.jsonl", "--", sys.executable, "-c", code)
    assert (result.returncode, result.stdout) == (0, "0\n")
    assert result.stderr.count("\n") == result.stderr.count("calls are not recorded any more") == 1


def test_a_trace_that_has_gone_stops_no_script(project: Path, emulate: Emulate) -> None:
    code = "import os; os.remove('trace.jsonl'); import vaststreamx; print(vaststreamx.set_device(0))"
    result = emulate("--trace", "trace.jsonl", "--", sys.executable, "-c", code)
    assert (result.returncode, result.stdout) == (0, "0\n")
    assert "vaststreamx: calls are not recorded: " in result.stderr


# -- the file --------------------------------------------------------------------------------------------------------


def test_the_file_lies_where_the_caller_stands_and_is_made_anew(project: Path, emulate: Emulate) -> None:
    (project / "elsewhere").mkdir()
    code = "import os; os.chdir('elsewhere'); import vaststreamx; vaststreamx.set_device(0)"
    for _ in range(2):
        assert emulate("--trace", "trace.jsonl", "--", sys.executable, "-c", code).returncode == 0
        assert [line["call"] for line in calls(project / "trace.jsonl")] == ["set_device"]
    assert sorted(path.name for path in project.iterdir()) == ["elsewhere", "trace.jsonl"]


def test_an_empty_file_may_become_a_trace(project: Path, emulate: Emulate) -> None:
    (project / "trace.jsonl").touch()
    assert emulate("--trace", "trace.jsonl", "true").returncode == 0
    assert calls(project / "trace.jsonl") == []


@pytest.mark.parametrize("content", ['{"schema_version": 1}\n', "[" * 5000, "notes\n", "\x00\xff" * 4000])
def test_a_file_that_is_no_trace_is_not_overwritten(project: Path, emulate: Emulate, content: str) -> None:
    (project / "notes.txt").write_text(content)
    result = emulate("--trace", "notes.txt", "--", "echo", "ran")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "error: notes.txt is there already, and is no trace\n    name another file\n"
    assert (project / "notes.txt").read_text() == content


@pytest.mark.parametrize(
    ("file", "says"), [(".", "no trace"), ("/dev/null", "no trace"), ("none/trace.jsonl", "there is no such folder")]
)
def test_a_place_where_no_file_can_be_is_an_error(project: Path, emulate: Emulate, file: str, says: str) -> None:
    result = emulate("--trace", file, "--", "echo", "ran")
    assert (result.returncode, result.stdout) == (2, "")
    assert says in result.stderr


# -- another module, another Python ----------------------------------------------------------------------------------

OTHER = '''
"""A module as the vendor's may be: no __all__, classes from an inner package, calls within itself."""
import enum
from os import path
from _vaststreamx.inner import Stream, Base
class Mode(enum.IntEnum):
    ONCE = 0
def helper(value): return value + 1
def outer(value, callback=None): return callback(value) if callback else helper(value)
_hidden = helper
'''
INNER = """
class Base:
    def inherited(self): return self.own()
class Stream(Base):
    def own(self): return 5
    limit = property(lambda self: self.own())
"""


def test_three_lines_record_any_module_with_a_copy_of_the_recorder(project: Path) -> None:
    shutil.copy(recorder.__file__, project / "recorder.py")
    (project / "_vaststreamx").mkdir()
    (project / "_vaststreamx" / "inner.py").write_text(INNER)
    (project / "vaststreamx.py").write_text(OTHER)
    assert recorder.__doc__
    usage = [line.strip() for line in recorder.__doc__.splitlines() if line.startswith("    ")]
    assert len(usage) == 3
    work = """
        stream = vaststreamx.Stream()
        print(stream.inherited(), stream.limit, vaststreamx.outer(1), vaststreamx.outer(1, vaststreamx.helper))
        print(vaststreamx.Mode(0).name, vaststreamx.path.basename("a/b"))
    """
    (project / "script.py").write_text("\n".join(usage) + textwrap.dedent(work))
    done = subprocess.run([sys.executable, "-I", "-c", RUN], capture_output=True, text=True, check=True, cwd=project)
    assert done.stdout == "5 5 2 2\nONCE b\n"
    assert [line["call"] for line in calls(project / "card.jsonl")] == ["Stream.inherited", "outer", "outer"]


RUN = "import runpy, sys; sys.path.insert(0, '.'); runpy.run_path('script.py', run_name='__main__')"


def test_the_recorder_needs_python_3_8_and_nothing_else() -> None:
    tree = ast.parse(Path(recorder.__file__).read_text(), feature_version=(3, 8))
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {getattr(node, "module", None) or node.names[0].name for node in imports}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
