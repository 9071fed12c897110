"""Ways of negotiating: one small class for each, by the names that scenario files use."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from curnits.sim.files.section import keys_of
from curnits.sim.negotiation.policies.policy import Policy
from curnits.sim.negotiation.policies.truthful import Truthful
from curnits.sim.negotiation.rules.plugins import RuleError, offered, plugin
from curnits.sim.registry import Registry

__all__ = ["POLICIES", "Policy", "Truthful", "policy_name", "read_policy", "stated_policy"]

POLICIES = Registry[type[Policy]](
    __name__,
    {
        "truthful": "truthful:Truthful",
        "misreport": "misreport:Misreport",
        "unyielding": "unyielding:Unyielding",
        "proportionate": "proportionate:Proportionate",
        "pacifist": "threatening:Pacifist",
        "bully": "threatening:Bully",
        "selfish": "threatening:Selfish",
        "committed": "threatening:Committed",
        "hesitant": "conceding:Hesitant",
        "eager": "conceding:Eager",
        "forgetful": "forgetful:Forgetful",
        "uninformed": "attrition:Uninformed",
        "bluffer": "attrition:Bluffer",
        "signaller": "signalling:Signaller",
        "learner": "learning:Learner",
        "imitator": "learning:Imitator",
        "foresighted": "arming:Foresighted",
        "retaliating": "arming:Retaliating",
    },
)
"""The policies by name; others come from :mod:`curnits.sim.negotiation.rules.plugins`."""


def read_policy(stated: Any) -> Policy:
    """Return the policy that is stated as its name, or as its name with parameters.

    Raises
    ------
    RuleError
        If there is no such policy, or a parameter does not fit.
    """
    if isinstance(stated, Policy):
        return stated
    if isinstance(stated, str):
        return _made(stated, {})
    if isinstance(stated, Mapping) and len(stated) == 1:
        ((name, parameters),) = stated.items()
        return _made(str(name), {} if parameters is None else parameters)
    raise RuleError("expected the name of a policy, or a name with parameters")


def stated_policy(policy: Policy) -> str | dict[str, Any]:
    """Return a policy as :func:`read_policy` reads it.

    Raises
    ------
    RuleError
        If it has no name, being neither one of the package's own nor a plug-in.
    """
    kind = type(policy)
    names = [name for name, known in POLICIES.items() if known is kind]
    if not names:
        names = [name for name in offered("policies") if plugin("policies", name) is kind]
    if not names:
        raise RuleError(f"the policy {kind.__name__} has no name that a file could state")
    parameters = policy.model_dump(mode="json", exclude_none=True)
    return {names[0]: parameters} if parameters else names[0]


def policy_name(policy: Policy) -> str:
    """Return the name of a policy, without its parameters; errors as of :func:`stated_policy`."""
    stated = stated_policy(policy)
    return stated if isinstance(stated, str) else next(iter(stated))


def _made(name: str, parameters: Any) -> Policy:
    kind = POLICIES.get(name) or plugin("policies", name)
    if kind is None:
        known = ", ".join([*POLICIES, *offered("policies")])
        raise RuleError(f"unknown policy {name!r} (expected one of {known})")
    if isinstance(kind, Policy) and not parameters:
        return kind
    if not (isinstance(kind, type) and issubclass(kind, Policy)):
        raise RuleError(f"the plug-in {name!r} is no policy (expected a subclass of Policy)")
    try:
        return kind.model_validate(parameters)
    except ValidationError as error:
        details = error.errors()[0]
        cause = details.get("ctx", {}).get("error")
        message = str(cause) if cause else details["msg"].replace("Input should be", "expected")
        if details["type"] == "extra_forbidden":
            known = ", ".join(kind.model_fields) or "no parameters"
            message = f"unknown key (expected {known})"
        elif details["type"] == "missing":
            message = "missing"
        elif not cause:
            message = f"{message} (found {details['input']!r:.60})"
        raise RuleError(message, (name, *keys_of(details["loc"]))) from error
