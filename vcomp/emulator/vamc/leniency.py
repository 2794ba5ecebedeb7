"""What becomes of a fault in a file that the compiler could work around: an error, or with `--lenient` a warning."""

from collections.abc import Callable

from vcomp.errors import VcompError

Forgive = Callable[[VcompError, str], None]
"""Called with a fault, and with what is done about it if that is wanted; returns if it is."""


def refuse(fault: VcompError, instead: str) -> None:
    """The strict way: raise the fault."""
    lenient = f"with --lenient {instead}"
    raise VcompError(
        fault.what,
        where=fault.where,
        quote=fault.quote,
        expected=fault.expected,
        mend=f"{fault.mend} ({lenient})" if fault.mend else lenient,
    )


def warn(tell: Callable[[str], None]) -> Forgive:
    """The lenient way: tell about the fault in one line, and go on."""

    def forgive(fault: VcompError, instead: str) -> None:
        tell(f"warning: {str(fault).splitlines()[0]}: {instead}")

    return forgive
