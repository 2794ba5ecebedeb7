"""The emulated device: this CPU, under any number."""

from dataclasses import dataclass
from typing import Any

from vcomp.emulator.errors import EmulatorError


def set_device(device_id: Any) -> int:
    """Zero, as on success. Without effect: whatever its number, there is one device."""
    if isinstance(device_id, bool) or not isinstance(device_id, int) or device_id < 0:
        raise EmulatorError(f"there is no device {device_id!r}", expected="an integer from 0")
    return 0


@dataclass(frozen=True)
class Context:
    """Where an image or a tensor lives. Without effect: the host and the device are one."""

    name: str
    device_id: int = 0

    @classmethod
    def CPU(cls) -> "Context":  # noqa: N802
        return cls("CPU")

    @classmethod
    def VACC(cls, device_id: int = 0) -> "Context":  # noqa: N802
        return cls("VACC", device_id)
