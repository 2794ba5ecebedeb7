import subprocess
import sys


def test_importing_the_package_loads_neither_onnx_nor_its_runtime():
    code = "import sys, vcomp.quantize; print(sorted({'onnx', 'onnxruntime', 'torch'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
