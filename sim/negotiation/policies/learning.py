"""To learn from one talk to the next what to insist on."""

from typing import override

import numpy as np
from pydantic import Field

from curnits.sim.games.feasible.linear import Vector
from curnits.sim.negotiation.meetings.meeting import Act, Meeting
from curnits.sim.negotiation.policies.policy import Answer, Policy


class Learner(Policy):
    """Try several reservations, and those more often that have paid.

    Reinforcement with forgetting and without experiments (Roth & Erev 1995): every reservation has
    a propensity; one is drawn in proportion for each talk, and what that talk paid, as a share of
    payoff range, is added to its propensity. It knows its own payoffs.
    """

    reservations: tuple[float, ...] = Field(
        min_length=1, max_length=20, description="shares of its payoff range"
    )
    recency: float = Field(
        default=0.1, ge=0.0, lt=1.0, description="share of all propensities lost in each talk"
    )
    patience: int = Field(default=5, ge=0, description="stalled meetings it sits through")

    @property
    @override
    def memories(self) -> int:
        return 2 + len(self.reservations)  # the talk it has drawn for, what, and the propensities

    @override
    def claim(self, now: Meeting) -> Answer:
        for k in np.flatnonzero(now.memory[:, 0] != now.talk):
            weights = 1.0 + now.memory[k, 2:]
            now.memory[k, :2] = now.talk, now.rng.choice(len(weights), p=weights / weights.sum())
        return np.array(self.reservations)[now.memory[:, 1].astype(np.int64)]

    @override
    def act(self, now: Meeting) -> Answer:
        return Act.YIELD if now.waited >= self.patience else Act.WAIT

    @override
    def learn(self, now: Meeting, payoffs: Vector) -> None:
        tried = 2 + now.memory[:, 1].astype(np.int64)
        now.memory[:, 2:] *= 1.0 - self.recency
        now.memory[np.arange(len(tried)), tried] += np.maximum(now.own(payoffs), 0.0)


class Imitator(Policy):
    """Insist on what the player insisted on who did best in the last talk.

    Imitation of the most successful (Schlag 1998 on rules of this kind): claims and payoffs are
    compared as shares of payoff range. It knows what all claim and announce.
    """

    first: float = Field(
        default=0.0, ge=0.0, le=1.0, description="share of range it insists on at first"
    )
    patience: int = Field(default=5, ge=0, description="stalled meetings it sits through")

    @property
    @override
    def memories(self) -> int:
        return 2  # whether it has imitated, and what

    @override
    def claim(self, now: Meeting) -> Answer:
        return np.where(now.memory[:, 0] > 0.0, now.memory[:, 1], self.first)

    @override
    def act(self, now: Meeting) -> Answer:
        return Act.YIELD if now.waited >= self.patience else Act.WAIT

    @override
    def learn(self, now: Meeting, payoffs: Vector) -> None:
        best = int(payoffs.argmax())
        now.memory[:] = 1.0, max(0.0, now.claims[best])
