"""The versions of whatever can change a result; read from the installed packages, nothing is imported."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("vcomp", "torch", "onnx", "onnxruntime", "numpy", "opencv-python-headless", "pillow")


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
