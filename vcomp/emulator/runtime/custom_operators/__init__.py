"""Custom operators: programs for the card, emulated by name, each in the file of that name."""

from vcomp.emulator.runtime.custom_operators.custom_operator import CustomOperator

__all__ = ["CustomOperator"]
