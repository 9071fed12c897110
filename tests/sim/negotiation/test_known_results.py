"""Results of the literature on bargaining and coercion: the theory first, then the agents.

Crawford & Varian (1979) and Sobel (1981) on announcements; Abreu & Gul (2000) on obstinate types;
Fearon (1994) on audience costs; hollow threats whose hollowness is known. What a proportionate
refuser leaves a bully is in ``tests/catalogue/test_policy_scenarios.py``.
"""

import numpy as np
import pytest

from curnits.analysis.concepts import solve
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.meetings.meeting import Meeting
from curnits.sim.negotiation.policies.attrition import Bluffer
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Run, simulate

SHARES = np.linspace(0.0, 1.0, 21)


def division(powers: tuple[float, float], shares: np.ndarray = SHARES) -> Game:
    """A pie is divided if both name the same share for the first player."""
    payoffs = [np.diag(shares ** powers[0]), np.diag((1.0 - shares) ** powers[1])]
    return from_payoffs(payoffs, players=["Ada", "Bo"])


def share(powers: tuple[float, float]) -> float:
    """Return the share of Ada in the solution of Nash from nothing, utilities being powers."""
    (found,) = solve(division(powers), "nash", np.zeros(2)).equilibria
    return float(np.diag(found.candidate.agreement.reshape(len(SHARES), -1)) @ SHARES)


def test_in_theory_a_linear_announcement_is_dominant() -> None:
    """The solution of Nash gives ``p/(p + q)`` to who announces the power p against q."""
    announced = (0.4, 0.6, 0.8, 1.0)
    for other in announced:
        shares = [share((own, other)) for own in announced]
        expected = [own / (own + other) for own in announced]
        assert shares == pytest.approx(expected, abs=0.03)
        assert int(np.argmax(shares)) == len(announced) - 1
    assert share((1.0, 1.0)) == pytest.approx(0.5, abs=1e-6)


def test_agents_gain_by_announcing_less_risk_aversion() -> None:
    """Ada's true power is 1/2; it bends that upwards, short of a line (then any split is alike)."""
    game = division((0.5, 0.5), np.linspace(0.0, 1.0, 11))
    run = RunSettings(ticks=3000, tolerance=5e-3)
    for other in (1.0, 1.9):
        payoffs = []
        for bend in (1.0, 1.4, 1.9):
            policies = {"Ada": {"misreport": {"bend": bend}}, "Bo": {"misreport": {"bend": other}}}
            settings = NegotiationSettings.model_validate({"policies": policies})
            payoffs.append(float(simulate(game, settings, run).payoffs[0]))
        assert payoffs == sorted(payoffs)
        expected = 0.95 / (0.95 + other / 2.0)
        assert payoffs[-1] ** 2 == pytest.approx(expected, abs=0.04)


PIE = from_payoffs(
    [[[0, 0], [1, 0]], [[0, 1], [0, 0]]], players=["Ada", "Bo"], actions=[["yield", "insist"]] * 2
)


def meeting(
    player: int,
    talk: int,
    waited: int = 0,
    claims: tuple[float, float] = (0.7, 0.6),
    **costs: object,
) -> Meeting:
    """A stalled meeting over a pie of 1, of which both claim a part."""
    return Meeting(
        players=np.array([player]),
        game=PIE,
        tick=0,
        number=waited,
        talk=talk,
        offers=np.full(2, 0.5),
        dues=np.full(2, 0.5),
        fallbacks=np.zeros(2),
        claims=np.array(claims),
        gap=0.3,
        waited=waited,
        discounts=np.asarray(costs.get("discounts", np.ones(2))),
        audience=np.asarray(costs.get("audience", np.zeros(2))),
        beliefs=np.ones((1, 2)),
        believed=np.ones(2),
        resolve=np.ones(1),
        memory=np.zeros((1, 3)),
        rng=np.random.default_rng([player, talk]),
    )


def drawn(policy: Bluffer, player: int, count: int = 1500, **costs: object) -> np.ndarray:
    """Return after how many meetings a player yields, in so many talks."""
    times = []
    for talk in range(1, count + 1):
        now = meeting(player, talk, **costs)
        policy.act(now)
        times.append(now.memory[0, 0])
    return np.array(times)


def test_two_obstinate_types_yield_at_constant_rates() -> None:
    """Abreu & Gul: ``λ_i = r_j (1 − α_i)/(α_i + α_j − 1)``; one of the two yields at once."""
    alpha, prior, delta = np.array([0.7, 0.6]), np.array([0.1, 0.3]), np.array([0.97, 0.95])
    r = -np.log(delta)
    rates = r[::-1] * (1.0 - alpha) / (alpha.sum() - 1.0)
    end = float((-np.log(prior) / rates).min())
    immediately = 1.0 - prior * np.exp(rates * end)
    assert immediately.min() == pytest.approx(0.0)
    assert immediately.max() > 0.3
    policy = Bluffer(reservation=0.7, firm={"Ada": 0.1, "Bo": 0.3})
    for player in (0, 1):
        times = drawn(policy, player, discounts=delta)
        assert np.mean(times == 0.0) == pytest.approx(immediately[player], abs=0.03)
        assert np.mean(np.isinf(times)) == pytest.approx(prior[player], abs=0.03)
        assert times[np.isfinite(times)].max() <= end * (1.0 + 1e-9)
        for t in (0.2 * end, 0.5 * end, 0.8 * end):
            left = (1.0 - immediately[player]) * np.exp(-rates[player] * t)
            assert np.mean(times > t) == pytest.approx(left, abs=0.03)


def test_agents_wait_as_long_as_obstinate_types_make_them() -> None:
    """In whole talks: who yields at once does so as often as the closed form says."""
    prior = {"Ada": 0.1, "Bo": 0.3}
    policies = {
        "Ada": {"bluffer": {"reservation": 0.7, "firm": prior}},
        "Bo": {"bluffer": {"reservation": 0.6, "firm": prior}},
    }
    settings = NegotiationSettings.model_validate(
        {"policies": policies, "rounds": 40, "impasse": {"discount": 0.97, "every": 1}}
    )
    acts = simulate(PIE, settings, RunSettings(ticks=9000, tolerance=0.02)).tables["acts"]
    first = acts.query("act == 'claims'").groupby("talk")["tick"].first()
    yields = acts.query("player == 'Ada' and act == 'yields'").set_index("talk")["tick"]
    at_once = (yields - first[yields.index] == 0).sum() / len(first)
    # T = −ln(0.3)/(4r/3), rates r and 4r/3: Ada yields at once with 1 − 0.1 e^(rT)
    assert at_once == pytest.approx(1.0 - 0.1 * 0.3**-0.75, abs=0.2)


def test_the_stricter_audience_is_believed_sooner() -> None:
    """Fearon: j backs down by t with ``1 − k/(1 + a_i t)``; who pays less does so more often."""
    audience, war = np.array([0.02, 0.005]), 1.0
    policy = Bluffer(reservation=1.0, firm=0.0, war=war)
    # crises end when all of Ada's that can back down have: 1/(1 + a_Bo t) = a_Ada t/war
    end = max(np.roots([audience.prod(), audience[0], -1.0]).real)
    locked = audience * end / war
    left = 1.0 / (1.0 + audience[::-1] * end)
    opening = locked / left
    assert opening == pytest.approx([1.0, opening[1]])
    for player in (0, 1):
        times = drawn(policy, player, claims=(1.0, 1.0), audience=audience)
        assert np.mean(np.isinf(times)) == pytest.approx(locked[player], abs=0.03)
        for t in (0.0, 0.3 * end, 0.7 * end):
            survival = opening[player] / (1.0 + audience[1 - player] * t)
            assert np.mean(times > t) == pytest.approx(survival, abs=0.03)


def hurtful(**credibility: float) -> Run:
    game = from_payoffs([[[0, 0], [10, 0], [-2, -2]], [[0, 10], [0, 0], [-6, -6]]])
    settings = NegotiationSettings.model_validate({"credibility": credibility})
    return simulate(game, settings, RunSettings(ticks=4000, tolerance=5e-3))


def test_hollow_threats_that_are_known_to_be_pay_nothing() -> None:
    np.testing.assert_allclose(hurtful().payoffs, [7, 3], atol=0.05)
    np.testing.assert_allclose(hurtful(start=0.0, resolve=0.0).payoffs, [5, 5], atol=0.1)
