"""The error of the emulated runtime."""

from vcomp.errors import VcompError


class EmulatorError(VcompError, RuntimeError):
    """Wrong use of the emulated `vaststreamx`, or a failure in it.

    A RuntimeError, as in the vendor's lower layer; never a ValueError, which scripts read as the end of a stream.
    """

    @classmethod
    def of(cls, error: VcompError) -> "EmulatorError":
        return cls(error.what, where=error.where, quote=error.quote, expected=error.expected, mend=error.mend)
