"""The exit codes of every command."""

from enum import IntEnum


class Code(IntEnum):
    OK = 0
    VERDICT = 1  # the work was done, and its verdict is bad: drift, a failed check, a missed tolerance
    FAILED = 2  # it could not be done: usage, bad input, a missing tool
    INTERRUPTED = 130
