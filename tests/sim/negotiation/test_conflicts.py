import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curnits.sim.games.coalitions import grand, members
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.conflicts import Segments, conflicts_of


def random_game(shape: tuple[int, ...], seed: int) -> Game:
    return from_payoffs(np.random.default_rng(seed).normal(size=(len(shape), *shape)))


@settings(max_examples=30)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 10_000))
def test_a_fight_agrees_with_the_definition(shape: list[int], seed: int) -> None:
    game = random_game(tuple(shape), seed)
    conflicts = conflicts_of(game)
    rng = np.random.default_rng(seed)
    segments = conflicts.segments
    threats = segments.normalise(rng.random(len(segments.owner)) + 0.01)
    prices = rng.random(game.n) + 0.1

    gains, delivered = conflicts.fight(threats, prices)

    by_coalition, gains_of = conflicts.by_coalition(threats), conflicts.by_coalition(gains)
    full = grand(game.n)
    assert list(by_coalition) == list(range(1, full))
    for mask, threat in by_coalition.items():
        inside = np.array([mask >> i & 1 for i in range(game.n)])
        payoffs = np.einsum("nrc,c->nr", game.conflict(mask), by_coalition[full ^ mask])
        assert gains_of[mask] == pytest.approx((2 * inside - 1) * prices @ payoffs)
        assert delivered[mask] == pytest.approx((payoffs @ threat) * inside)


def test_a_seat_sees_the_same_gains_as_everybody_at_once() -> None:
    game = random_game((2, 3, 2), 1)
    conflicts = conflicts_of(game)
    threats = conflicts.segments.uniform()
    prices = np.array([0.5, 1.0, 1.5])
    gains, _ = conflicts.fight(threats, prices)
    seats = conflicts.seats()
    assert [seat.coalition for seat in seats] == conflicts.coalitions.tolist()
    for seat in seats:
        assert seat.gains(threats, prices) == pytest.approx(gains[seat.own])
        assert threats[seat.own].size == game.joint_actions(seat.coalition)


def test_a_lone_player_has_nobody_to_fight() -> None:
    conflicts = conflicts_of(from_payoffs([[1.0, 2.0]]))
    gains, delivered = conflicts.fight(np.zeros(0), np.ones(1))
    assert gains.size == 0
    assert delivered.tolist() == [[0.0], [0.0]]
    assert conflicts.by_coalition(np.zeros(0)) == {}


def test_too_many_conflicts_are_refused() -> None:
    game = from_payoffs(np.zeros((14, *[2] * 14)))
    with pytest.raises(GameError, match="too large to be negotiated"):
        conflicts_of(game)


def test_segments_cut_a_flat_vector() -> None:
    segments = Segments(np.array([1, 3, 2]))
    values = np.array([5.0, 1.0, 2.0, 3.0, 4.0, 4.0])
    assert segments.sums(values).tolist() == [5.0, 6.0, 8.0]
    assert segments.maxima(values).tolist() == [5.0, 3.0, 4.0]
    assert segments.sums(segments.normalise(values)) == pytest.approx(np.ones(3))
    assert segments.regrets(segments.uniform(), values) == pytest.approx([0.0, 1.0, 0.0])


def test_members_of_every_stack_add_up() -> None:
    game = random_game((2, 2, 3, 1), 2)
    conflicts = conflicts_of(game)
    sizes = dict(zip(conflicts.coalitions.tolist(), conflicts.segments.sizes.tolist(), strict=True))
    assert sizes == {
        mask: int(np.prod([game.shape[i] for i in members(mask)]))
        for mask in range(1, grand(game.n))
    }
