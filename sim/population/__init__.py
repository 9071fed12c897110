"""Populations: people who meet in pairs, round after round, from Python or from a file."""

from curnits.sim.population.encounters import Encounter, Person, Population

__all__ = ["Encounter", "Person", "Population"]
