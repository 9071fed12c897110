"""What all models of files' sections share: unknown keys are errors, and nothing is changed later.

The base class of scenarios, studies, tournaments, populations and their parts. How a section is
checked is worked out when one is first read, not when its module is imported.
"""

from pydantic import BaseModel, ConfigDict

from curnits.sim.files.yaml import Place

_ALTERNATIVES = ("literal[", "dict[", "constrained-")
_TYPES = ("float", "int", "str", "bool")
"""How pydantic calls the alternatives of a value in places; types stand at their end."""


class Section(BaseModel):
    """A section of a file, or an entry in one."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, allow_inf_nan=False)


def keys_of(location: Place) -> Place:
    """Return the keys that lead to what pydantic found wrong, without its names of alternatives."""
    keys = tuple(key for key in location if not str(key).startswith(_ALTERNATIVES))
    return keys[:-1] if keys[-1:] and keys[-1] in _TYPES else keys
