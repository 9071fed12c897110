"""Parametrised families of games; each is a frozen dataclass whose fields are its parameters."""

from curnits.sim.games.families.base import Family, FamilyError
from curnits.sim.registry import Registry

FAMILIES = Registry[type[Family]](
    __name__,
    {
        "arms-race": "contests:ArmsRace",
        "battle-of-the-sexes": "coordination:BattleOfTheSexes",
        "chicken": "dilemmas:Chicken",
        "climate-club": "climate:ClimateClub",
        "coordination": "coordination:Coordination",
        "geoengineering": "geoengineering:Geoengineering",
        "majority": "contests:Majority",
        "matching-pennies": "coordination:MatchingPennies",
        "prisoners-dilemma": "dilemmas:PrisonersDilemma",
        "producers-and-saboteur": "contests:Saboteur",
        "public-goods": "dilemmas:PublicGoods",
        "random-covariant": "random_games:Covariant",
        "random-integer": "random_games:Integer",
        "random-log-normal": "random_games:LogNormal",
        "random-normal": "random_games:Normal",
        "random-uniform": "random_games:Uniform",
        "trade-war": "trade:TradeWar",
    },
)
"""Every family by the name that scenario files use."""

__all__ = ["FAMILIES", "Family", "FamilyError"]
