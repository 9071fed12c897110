import numpy as np
import pytest

from curnits.sim.negotiation.conflicts import Segments, Vector
from curnits.sim.negotiation.rules.threats import (
    THREATS,
    Anticipating,
    BestResponse,
    Optimistic,
    Situation,
    ThreatRule,
    recency,
)
from curnits.sim.negotiation.settings import NegotiationSettings

RULES = {name: build(NegotiationSettings()) for name, build in THREATS.items()}
rules = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
# values of these games for the row side, and its optimal mixtures, by hand
PENNIES = np.array([[1.0, -1.0], [-1.0, 1.0]])
LOPSIDED = np.array([[2.0, -1.0], [-1.0, 1.0]])  # (2/5, 3/5) for both, value 1/5
DOMINATED = np.array([[1.0, 0.0], [0.0, -1.0]])  # top right, value 0


def fight(rule: ThreatRule, matrix: Vector, ticks: int) -> tuple[Vector, Vector]:
    """Play a zero-sum game in shares of its stakes; return final threats and their averages."""
    height, width = matrix.shape
    segments = Segments(np.array([height, width]))
    threats = segments.uniform()
    threats[:2] = 0.9, 0.1
    memory = np.zeros((rule.memories, height + width))
    averages = threats.copy()
    scaled = matrix / np.ptp(matrix)
    for tick in range(ticks):
        gains = np.concatenate([scaled @ threats[height:], -(threats[:height] @ scaled)])
        sanding = max(1e-5, 0.05 / (1.0 + tick / 50.0) ** 2)
        threats = rule.respond(Situation(threats, memory, gains, segments, sanding, tick))
        assert segments.sums(threats) == pytest.approx(np.ones(2))
        assert threats.min() >= 0.0
        averages += recency(tick) * (threats - averages)
    return threats, averages


@rules
def test_averages_find_the_value_of_a_mixed_conflict(rule: ThreatRule) -> None:
    _, averages = fight(rule, LOPSIDED, 4000)
    tolerance = 0.2 if type(rule) is BestResponse else 0.02
    assert averages == pytest.approx([0.4, 0.6, 0.4, 0.6], abs=tolerance)


@rules
def test_dominated_threats_are_given_up(rule: ThreatRule) -> None:
    threats, _ = fight(rule, DOMINATED, 2000)
    assert threats == pytest.approx([1.0, 0.0, 0.0, 1.0], abs=1e-3)


def test_the_default_rule_itself_settles_where_conflict_is_sharpest() -> None:
    threats, _ = fight(RULES["optimistic"], PENNIES, 2000)
    assert threats == pytest.approx([0.5, 0.5, 0.5, 0.5], abs=1e-4)


def test_extragradient_threats_settle_where_regret_matching_circles() -> None:
    """Both averages find the equilibrium; the last threats of only one do (Cai et al. 2023)."""
    far = {
        name: np.abs(fight(RULES[name], LOPSIDED, 4000)[0] - [0.4, 0.6, 0.4, 0.6]).max()
        for name in ("regret-matching", "extragradient")
    }
    assert far["extragradient"] < 1e-9
    assert far["regret-matching"] > 1e-4


def test_projection_is_the_nearest_point() -> None:
    rng = np.random.default_rng(5)
    segments = Segments(np.array([1, 4, 3]))
    for _ in range(20):
        values = rng.normal(0.1, 0.5, 8)
        found = segments.project(values)
        assert found.min() >= 0.0
        assert segments.sums(found).min() >= 1.0 - 1e-12
        # no other point makes an acute angle with what is left (Kolmogorov's criterion)
        for _ in range(20):
            other = segments.normalise(rng.random(8) ** 3) * rng.uniform(1.0, 3.0)
            assert segments.sums((values - found) * (other - found)).max() <= 1e-12


def test_anticipating_settles_where_threats_spiral_outwards() -> None:
    """Rock, paper, scissors, a fifth of the way to Shapley's game (1964); stakes are small."""
    zero_sum = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / 2.0
    first = 0.3 * (0.8 * zero_sum + 0.2 * (zero_sum > 0.0))
    second = 0.3 * (-0.8 * zero_sum + 0.2 * (zero_sum < 0.0))
    segments = Segments(np.array([3, 3]))
    far = {}
    for name in ("optimistic", "anticipating"):
        rule = RULES[name]
        threats, memory = np.array([0.4, 0.35, 0.25, 0.3, 0.4, 0.3]), np.zeros((2, 6))
        for tick in range(2000):
            gains = np.concatenate([first @ threats[3:], threats[:3] @ second])
            sanding = max(1e-5, 0.05 / (1.0 + tick / 50.0) ** 2)
            threats = rule.respond(Situation(threats, memory, gains, segments, sanding, tick))
        far[name] = np.abs(threats - 1 / 3).max()
    assert far["optimistic"] > 0.1
    assert far["anticipating"] < 1e-3


def test_with_a_horizon_of_one_tick_anticipating_is_optimistic() -> None:
    rng = np.random.default_rng(8)
    segments = Segments(np.array([3, 2]))
    threats, memory = segments.normalise(rng.random(5)), rng.random((2, 5))
    now = Situation(threats, memory, rng.normal(size=5), segments, 0.01, 7)
    expected = Optimistic(1.1).respond(now._replace(memory=memory.copy()))
    assert Anticipating(1.1, horizon=1.0).respond(now) == pytest.approx(expected)


def test_the_best_reply_cycles_and_divides_ties_evenly() -> None:
    rule = RULES["best-response"]
    seen = {tuple(fight(rule, PENNIES, ticks)[0]) for ticks in range(2, 10)}
    assert len(seen) == 4
    segments = Segments(np.array([3]))
    now = Situation(
        segments.uniform(), np.zeros((0, 3)), np.array([1.0, 0.0, 1.0]), segments, 1e-3, 0
    )
    assert rule.respond(now).tolist() == [0.5, 0.0, 0.5]


@rules
def test_moving_side_by_side_is_moving_alone(rule: ThreatRule) -> None:
    rng = np.random.default_rng(3)
    both = Segments(np.array([3, 2]))
    threats = both.normalise(rng.random(5) + 0.1)
    memory = rng.random((rule.memories, 5))
    gains = rng.normal(size=5)
    apart = [
        rule.respond(
            Situation(
                threats[piece],
                memory[:, piece].copy(),
                gains[piece],
                Segments(np.array([piece.stop - piece.start])),
                0.01,
                7,
            )
        )
        for piece in (slice(0, 3), slice(3, 5))
    ]
    together = rule.respond(Situation(threats, memory, gains, both, 0.01, 7))
    assert together == pytest.approx(np.concatenate(apart))
