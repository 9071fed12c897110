"""The forms in which a scenario file can state its game, a module for each."""

from curnits.sim.registry import Registry
from curnits.sim.scenario.forms.form import Form

FORMS = Registry[type[Form]](
    __name__,
    {
        "normal": "normal:NormalForm",
        "nfg": "nfg:NfgForm",
        "family": "family:FamilyForm",
        "bargaining": "bargaining:BargainingForm",
        "coalitional": "coalitional:CoalitionalForm",
    },
)
"""Every form of game by the name that scenario files use."""

__all__ = ["FORMS", "Form"]
