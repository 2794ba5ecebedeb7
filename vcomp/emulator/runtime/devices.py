"""The emulated device: this CPU, under any number."""

from typing import Any

from vcomp.emulator.errors import EmulatorError


def set_device(device_id: Any) -> int:
    """Zero, as on success. Without effect: whatever its number, there is one device."""
    if isinstance(device_id, bool) or not isinstance(device_id, int) or device_id < 0:
        raise EmulatorError(f"there is no device {device_id!r}", expected="an integer from 0")
    return 0
