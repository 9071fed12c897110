"""The table behind the figure of threats."""

import pandas as pd

from curnits.analysis.figures.threats import threat_table

THREATS = pd.DataFrame(
    {"tick": [0], "coalition": ["Ada"], "joint_action": ["strike"], "probability": [1.0]}
)


def test_a_coalition_without_threats_has_an_empty_table() -> None:
    assert threat_table(THREATS, "Bo").empty
    assert threat_table(THREATS, "Ada")["probability"].tolist() == [1.0]
