from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from curnits.sim.negotiation.agents import ACTIVATIONS
from curnits.sim.negotiation.rules.splitting import SPLITS
from curnits.sim.negotiation.rules.threats import THREATS
from curnits.sim.negotiation.rules.trading import TRADES
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings

both = pytest.mark.parametrize("settings", [NegotiationSettings, RunSettings])


@both
def test_everything_has_a_default_and_a_description(settings: type[BaseModel]) -> None:
    settings()
    assert all(field.description for field in settings.model_fields.values())


@pytest.mark.parametrize(
    ("field", "registry"),
    [
        ("threats", THREATS),
        ("splitting", SPLITS),
        ("trading", TRADES),
        ("activation", ACTIVATIONS),
    ],
)
def test_every_name_that_may_be_set_is_a_rule(field: str, registry: dict[str, Any]) -> None:
    names = get_args(NegotiationSettings.model_fields[field].annotation)
    assert set(names) == set(registry)


@both
def test_unknown_keys_are_refused(settings: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        settings.model_validate({"speed": 1})


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        (NegotiationSettings, {"threats": "bluff"}),
        (NegotiationSettings, {"threat_step": 0}),
        (NegotiationSettings, {"threat_step": float("inf")}),
        (NegotiationSettings, {"redeemed": 1.5}),
        (NegotiationSettings, {"trust": -0.1}),
        (NegotiationSettings, {"sanding_floor": 0.0}),
        (NegotiationSettings, {"sanding_start": 0.01, "sanding_floor": 0.1}),
        (RunSettings, {"ticks": 0}),
        (RunSettings, {"tolerance": -1.0}),
        (RunSettings, {"tolerance": float("nan")}),
        (RunSettings, {"seed": -1}),
        (RunSettings, {"record_every": 0}),
    ],
)
def test_bad_values_are_refused(settings: type[BaseModel], values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings.model_validate(values)
