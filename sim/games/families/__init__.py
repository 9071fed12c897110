"""Parametrised families of games; each is a frozen dataclass whose fields are its parameters."""

from collections.abc import Mapping

from curnits.sim.games.families.base import Family, FamilyError
from curnits.sim.games.families.climate import ClimateClub
from curnits.sim.games.families.contests import ArmsRace, Majority, Saboteur
from curnits.sim.games.families.coordination import BattleOfTheSexes, Coordination, MatchingPennies
from curnits.sim.games.families.dilemmas import Chicken, PrisonersDilemma, PublicGoods
from curnits.sim.games.families.geoengineering import Geoengineering
from curnits.sim.games.families.random_games import Covariant, Integer, LogNormal, Normal, Uniform
from curnits.sim.games.families.trade import TradeWar

FAMILIES: Mapping[str, type[Family]] = {
    "arms-race": ArmsRace,
    "battle-of-the-sexes": BattleOfTheSexes,
    "chicken": Chicken,
    "climate-club": ClimateClub,
    "coordination": Coordination,
    "geoengineering": Geoengineering,
    "majority": Majority,
    "matching-pennies": MatchingPennies,
    "prisoners-dilemma": PrisonersDilemma,
    "producers-and-saboteur": Saboteur,
    "public-goods": PublicGoods,
    "random-covariant": Covariant,
    "random-integer": Integer,
    "random-log-normal": LogNormal,
    "random-normal": Normal,
    "random-uniform": Uniform,
    "trade-war": TradeWar,
}
"""Every family by the name that scenario files use."""

__all__ = ["FAMILIES", "Family", "FamilyError"]
