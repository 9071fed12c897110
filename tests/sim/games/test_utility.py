import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curnits.sim.games.utilities import UTILITIES, UtilityError
from curnits.sim.games.utilities.bundles import CobbDouglas, Linear
from curnits.sim.games.utilities.risk import Exponential, Log, Power, Tabulated

AMOUNTS = np.array([[0.5, 1.0, 2.0], [4.0, 8.0, 16.0]])


def at(utility, *amounts):
    return utility.value({"income": np.array(amounts, dtype=float)})


def test_linear_weighs_quantities_and_ignores_others():
    utility = Linear({"income": 2.0, "work": -3.0}, constant=1.0)
    value = utility.value({"income": AMOUNTS, "work": AMOUNTS + 1, "weather": AMOUNTS * np.nan})
    np.testing.assert_array_equal(value, 1 + 2 * AMOUNTS - 3 * (AMOUNTS + 1))


def test_power_is_the_textbook_formula():
    np.testing.assert_allclose(at(Power("income", 2.0), 1, 2, 4), [0, 1 / 2, 3 / 4])
    np.testing.assert_allclose(at(Power("income", 0.5), 0, 1, 4), [-2, 0, 2])
    np.testing.assert_allclose(at(Power("income", 3.0, wealth=1.0, unit=2.0), 3), [3 / 8])


@pytest.mark.parametrize("risk_aversion", [-3.0, 0.0, 0.5, 1.0, 2.0, 7.5])
def test_power_has_its_relative_risk_aversion(risk_aversion):
    # The certainty equivalent scales with consumption, and −c u''/u' = γ by differences.
    step = 1e-3
    low, mid, high = at(Power("income", risk_aversion, wealth=1.0), 1 - step, 1, 1 + step)
    curvature = (high - 2 * mid + low) / step**2 / ((high - low) / (2 * step))
    assert -2 * curvature == pytest.approx(risk_aversion, abs=1e-4)


@pytest.mark.parametrize("risk_aversion", [-2.0, 0.0, 1e-12, 0.3, 5.0])
def test_exponential_has_its_absolute_risk_aversion(risk_aversion):
    step = 1e-3
    low, mid, high = at(Exponential("income", risk_aversion), 1 - step, 1, 1 + step)
    curvature = (high - 2 * mid + low) / step**2 / ((high - low) / (2 * step))
    assert -curvature == pytest.approx(risk_aversion, abs=1e-4)
    assert at(Exponential("income", risk_aversion), 0.0)[0] == 0.0


@given(st.floats(-1e-9, 1e-9), arrays(float, 5, elements=st.floats(0.1, 50)))
def test_curves_pass_smoothly_through_their_special_cases(tiny, amounts):
    bundle = {"income": amounts}
    near_log = Power("income", 1.0 + tiny).value(bundle)
    np.testing.assert_allclose(near_log, Log("income").value(bundle), atol=1e-7)
    np.testing.assert_allclose(Exponential("income", tiny).value(bundle), amounts, rtol=1e-6)
    np.testing.assert_allclose(Power("income", tiny).value(bundle), amounts - 1, atol=1e-6)


@given(
    st.sampled_from([Power("income", 3.0, 1.0), Log("income", 1.0), Exponential("income", 0.4)]),
    st.floats(0, 5),
    st.floats(1e-3, 5),
)
def test_risk_averse_curves_increase_and_are_concave(utility, low, step):
    first, second, third = at(utility, low, low + step, low + 2 * step)
    assert first < second < third
    assert second - first > third - second


def test_cobb_douglas():
    utility = CobbDouglas({"income": 0.5, "leisure": 0.5}, scale=2.0)
    value = utility.value({"income": np.array([4.0, 0.0]), "leisure": np.array([9.0, 1.0])})
    np.testing.assert_array_equal(value, [12.0, 0.0])


def test_tabulated_interpolates_and_refuses_to_extrapolate():
    utility = Tabulated("income", [0, 10, 30], [0, 5, 1])
    np.testing.assert_allclose(at(utility, 0, 5, 10, 20, 30), [0, 2.5, 5, 3, 1])
    with pytest.raises(UtilityError, match=r"'income' must be between 0 and 30, found 30.5"):
        at(utility, 30.5)


@pytest.mark.parametrize("risk_aversion", [1e300, 1e-320, 0.0])
def test_extreme_risk_aversion_stays_finite(risk_aversion):
    assert np.isfinite(at(Exponential("income", risk_aversion), 0, 1, 1e6)).all()


@pytest.mark.parametrize(
    ("utility", "amounts", "message"),
    [
        (Log("income", 5.0), [-5.0], "must be above -5, found -5"),
        (Power("income", 2.0), [1.0, 0.0], "must be above 0, found 0"),
        (Power("income", 0.5), [-0.1], "must be at least 0, found -0.1"),
        (CobbDouglas({"income": 1.0}), [-1.0], "must be at least 0, found -1"),
        (Linear({"income": 1.0}), [math.nan], "must be finite, found nan"),
        (Linear({"wealth": 1.0}), [1.0], "no amounts of 'wealth'; quantities found: 'income'"),
        (Exponential("income", -1e3), [1.0], "too large for floating point"),
        (Linear({"income": 1e308}), [100.0], "too large for floating point"),
        (Power("income", 50.0, 1000.0), [1.0, 2.0], "all get the same utility"),
    ],
)
def test_amounts_outside_the_domain_are_refused(utility, amounts, message):
    with pytest.raises(UtilityError, match=message):
        at(utility, *amounts)


def test_quantities_of_different_shapes_are_refused():
    with pytest.raises(UtilityError, match="shape"):
        Linear({"a": 1, "b": 1}).value({"a": np.zeros(2), "b": np.zeros(3)})


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("linear", {"weights": {}}, "at least one quantity"),
        ("linear", {"weights": {"a": math.inf}}, r"weights\['a'\] must be a finite number"),
        ("linear", {"weights": {"a": True}}, "finite number, found True"),
        ("linear", {"weights": {"a": 1}, "constant": "2"}, "constant must be a finite number"),
        ("power", {"quantity": "a", "risk_aversion": math.nan}, "risk_aversion"),
        ("power", {"quantity": "a", "risk_aversion": 1, "unit": 0}, "unit must be positive"),
        ("power", {"quantity": 3, "risk_aversion": 1}, "quantity must be a name"),
        ("exponential", {"quantity": "a", "risk_aversion": 10**400}, "finite number"),
        ("log", {"quantity": "a", "wealth": None}, "wealth must be a finite number"),
        ("cobb-douglas", {"exponents": {"a": -1}}, r"exponents\['a'\] must be positive"),
        ("cobb-douglas", {"exponents": {"a": 1}, "scale": 0}, "scale must be positive"),
        ("tabulated", {"quantity": "a", "amounts": [0, 1], "utilities": [0]}, "at least two"),
        ("tabulated", {"quantity": "a", "amounts": [1], "utilities": [0]}, "at least two"),
        ("tabulated", {"quantity": "a", "amounts": [0, 0], "utilities": [0, 1]}, "must increase"),
    ],
)
def test_bad_parameters_are_refused(name, parameters, message):
    with pytest.raises(UtilityError, match=message):
        UTILITIES[name](**parameters)


def test_parameters_are_copied():
    weights = {"income": 1.0}
    utility = Linear(weights)
    weights["income"] = 7.0
    assert at(utility, 3.0)[0] == 3.0
