"""What stands for amounts in printed tables."""

import pytest

from curnits.analysis.cli.amounts import outcome


@pytest.mark.parametrize(
    ("action", "printed"),
    [
        ("-0.333333333333", "-0.333333"),
        ("1.23456789e-05", "1.23457e-05"),
        ("0.25", "0.25"),
        ("0.{{{{{{{{{{", "0.{{{{{{{{{{"),
    ],
)
def test_actions_that_are_payoffs_are_shortened(action: str, printed: str) -> None:
    assert outcome({"Ada": action}) == f"Ada: {printed}"
