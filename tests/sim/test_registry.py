"""Registries: rows are imported when they are asked for, each stands where its registry says."""

import subprocess
import sys

import pytest

from curnits.analysis.concepts.concept import Concept
from curnits.analysis.concepts.registry import CONCEPTS
from curnits.analysis.solvers.rules import RULES, ConflictRule
from curnits.sim.games.families import FAMILIES, Family
from curnits.sim.games.utilities import UTILITIES, Utility
from curnits.sim.negotiation.policies import POLICIES, Policy
from curnits.sim.registry import Registry
from curnits.sim.scenario.forms import FORMS, Form
from curnits.sim.scenario.sets import BODIES


def test_every_row_stands_where_its_registry_says() -> None:
    for rows, kind in ((FAMILIES, Family), (UTILITIES, Utility), (POLICIES, Policy), (FORMS, Form)):
        assert all(issubclass(row, kind) for row in rows.values())
    assert all(isinstance(rule, ConflictRule) for rule in RULES.values())
    assert all(callable(read) for read in BODIES.values())
    assert all(isinstance(row, Concept) and row.name == name for name, row in CONCEPTS.items())
    assert all(form.model_fields["form"].default == name for name, form in FORMS.items())


def test_nothing_is_imported_for_names() -> None:
    code = (
        "import sys; from curnits.sim.games.families import FAMILIES\n"
        "assert 'chicken' in FAMILIES and 'nobody' not in FAMILIES and [*FAMILIES]\n"
        "print([m for m in sys.modules if m.startswith('curnits.sim.games.families.')])\n"
        "FAMILIES['chicken']\n"
        "print([m for m in sys.modules if m.startswith('curnits.sim.games.families.')])\n"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    base = "'curnits.sim.games.families.base'"
    assert printed.stdout.decode() == f"[{base}]\n[{base}, 'curnits.sim.games.families.dilemmas']\n"


def test_rows_are_added_replaced_and_taken_away() -> None:
    rows = Registry[object]("curnits.sim", {"input": "errors:InputError", "none": "nowhere:X"})
    rows["mine"] = 3
    rows["none"] = 4
    assert list(rows) == ["input", "none", "mine"]
    assert list(rows.values())[1:] == [4, 3]
    del rows["none"]
    assert "none" not in rows
    with pytest.raises(KeyError):
        rows["none"]
