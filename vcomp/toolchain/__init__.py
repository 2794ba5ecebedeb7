"""The vendor's programs, or the emulated ones: how they are found, called, and understood."""

from vcomp.toolchain.find import SdkParts, find_sdk, find_toolchain
from vcomp.toolchain.run import Toolchain
from vcomp.toolchain.vamp_report import VampReport, parse_vamp_report

__all__ = ["SdkParts", "Toolchain", "VampReport", "find_sdk", "find_toolchain", "parse_vamp_report"]
