"""Names and seeds of the runs of a study, from nothing but the study's seed and a run's parameters.

Neither order, nor workers, nor what else is in the study matters, so values that are added later
leave earlier runs as they are.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from json import dumps
from typing import Any

import numpy as np

_WORD = 4
"""Bytes of a word of entropy."""


def run_id(parameters: Mapping[str, Any]) -> str:
    """Return 16 hex digits that stand for parameters, whatever their order."""
    return _digest(parameters).hex()[:16]


def run_seed(study: int, parameters: Mapping[str, Any]) -> int:
    """Return the seed of a run, from 0 to 2⁶³ − 1, by the seed of the study and its parameters."""
    return int(sequence(study, parameters).generate_state(1, np.uint64)[0] >> np.uint64(1))


def sequence(study: int, about: Mapping[str, Any] | Sequence[Any]) -> np.random.SeedSequence:
    """Return a stream that belongs to a study's seed and what it is for, JSON data."""
    digest = _digest(about)
    words = [int.from_bytes(digest[k : k + _WORD]) for k in range(0, len(digest), _WORD)]
    return np.random.SeedSequence([study, *words])


def _digest(about: Mapping[str, Any] | Sequence[Any]) -> bytes:
    return sha256(dumps(about, sort_keys=True, ensure_ascii=True).encode()).digest()
