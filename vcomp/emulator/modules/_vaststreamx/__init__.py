"""The vendor's module under its inner name, which some scripts try first."""

from vaststreamx import *  # type: ignore[import-not-found]  # noqa: F403
