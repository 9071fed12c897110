"""What all models of files' sections share: unknown keys are errors, and nothing is changed later.

The base class of scenarios, studies, tournaments, populations and their parts. How a section is
checked is worked out when one is first read, not when its module is imported.
"""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of a file, or an entry in one."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
