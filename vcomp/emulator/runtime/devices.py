"""The emulated device: this CPU, under any number."""

from dataclasses import dataclass
from typing import Any

from vcomp.emulator.runtime.integers import integer_from


def set_device(device_id: Any) -> int:
    """Zero, as on success. Without effect: whatever its number, there is one device."""
    integer_from(0, device_id, f"there is no device {device_id!r}")
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
