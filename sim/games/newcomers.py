"""Newcomers: players who join in the course of the talks, as games know them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Newcomer:
    """A player who is absent at first.

    Attributes
    ----------
    player : int
    action : int
        What everybody reckons with until it arrives.
    arrives : int
        Tick after which it can do anything else, and has a say in what it does.
    """

    player: int
    action: int
    arrives: int
