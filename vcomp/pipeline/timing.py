"""How long networks take, side by side."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from vcomp.networks.session import open_session

WARM_UP = 3
LEAST_ROUNDS = 5
MOST_ROUNDS = 31
SECONDS = 2.0  # enough, once the least rounds are done


@dataclass(frozen=True)
class Pace:
    """Medians over rounds: milliseconds per run, and how many times as fast as the reference, round by round."""

    milliseconds: float
    speedup: float


def compare_speed(reference: bytes, other: bytes, feed: Mapping[str, NDArray[Any]]) -> Pace:
    """Run two networks in turns, so that a busy machine is busy for both; batch 1, `networks.session`'s threads.

    Between runs a session's threads sleep: spinning, they would take the processor from the other's.
    """
    sessions = [open_session(network, spin=False) for network in (reference, other)]
    for session in sessions:
        for _ in range(WARM_UP):
            session.run(None, dict(feed))
    rounds: list[tuple[float, float]] = []
    while len(rounds) < LEAST_ROUNDS or (len(rounds) < MOST_ROUNDS and sum(map(sum, rounds)) < SECONDS):
        base, own = (_seconds(session, feed) for session in sessions)
        rounds.append((base, own))
    return Pace(
        milliseconds=1e3 * statistics.median(own for _, own in rounds),
        speedup=statistics.median(base / own for base, own in rounds),
    )


def _seconds(session: Any, feed: Mapping[str, NDArray[Any]]) -> float:
    start = time.perf_counter()
    session.run(None, dict(feed))
    return time.perf_counter() - start
