import numpy as np

from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.events.stopping import Cleared, Settled, Smooth, Unregretted, talks
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings


def fresh(**settings: float) -> Negotiation:
    game = from_payoffs(np.random.default_rng(3).normal(size=(2, 2, 2)))
    model = Negotiation(game, NegotiationSettings.model_validate(settings), seed=1)
    model.step()
    return model


def test_talks_do_not_end_on_a_rough_frontier() -> None:
    assert not Smooth().holds(fresh())
    assert Smooth().holds(fresh(sanding_start=0.01, sanding_floor=0.01))


def test_tolerances_bound_what_is_owed_and_regretted() -> None:
    model = fresh()
    owed, regretted = np.abs(model.excess).max(), model.credible()[1].max()
    assert owed > 0.0
    assert regretted > 0.0
    assert Cleared(1.01 * owed).holds(model)
    assert not Cleared(0.99 * owed).holds(model)
    assert Unregretted(1.01 * regretted).holds(model)
    assert not Unregretted(0.99 * regretted).holds(model)


def test_a_window_has_to_be_full_and_still() -> None:
    model = fresh()
    still = Settled(1e-9, checks=2)
    assert [still.holds(model) for _ in range(4)] == [False, False, True, True]
    for _ in range(3):
        model.step()
    assert [still.holds(model) for _ in range(4)] == [False, False, True, True]


def test_talks_are_checked_eight_times_in_a_window() -> None:
    ending = talks(RunSettings(window=20))
    assert ending.interval == 3
    settled = ending.conditions[0]
    assert isinstance(settled, Settled)
    assert settled.checks * ending.interval >= 20
    assert not ending.over(fresh())
