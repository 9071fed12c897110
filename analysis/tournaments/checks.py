"""Whether every policy of a tournament can be had in every seat of every game.

Takes a tournament, raises an error that leads to what is wrong in its file. Called only by
:mod:`curnits.analysis.tournaments.tournamentfile`.
"""

from collections.abc import Mapping

from curnits.analysis.tournaments.tournament import MAX_RUNS, SECTION, Tournament
from curnits.sim.games.game import GameError
from curnits.sim.negotiation.policies import Policy
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.scenario import Scenario


def check_games(tournament: Tournament) -> None:
    """Check seats, numbers of runs, and every policy in every seat of every game.

    Raises
    ------
    FieldError
        At the first that does not fit; its path leads there in the file.
    """
    section, runs = tournament.section, 0
    for name, entry in section.games.items():
        place = (SECTION, "games", name)
        players = _checked(tournament, name, {}, place).game_without_ladders.players
        for k, player in enumerate(entry.seats or ()):
            if player not in players:
                expected = f"expected some of {', '.join(players)}"
                raise FieldError((*place, "seats", k), f"unknown player ({expected})")
        seats = tournament.seats[name]
        if len(set(seats)) < len(seats) or len(seats) < 2:
            raise FieldError((*place, "seats"), "expected at least two different players")
        lineups = len(section.policies) ** len(seats)
        runs += entry.draws * min(section.sample or lineups, lineups) * section.replications
        if max(lineups, runs) > MAX_RUNS:
            raise FieldError(place, f"too many line-ups (expected at most {MAX_RUNS:,})")
        for label, policy in section.policies.items():
            _checked(tournament, name, dict.fromkeys(seats, policy), place, label)


def _checked(
    tournament: Tournament,
    game: str,
    policies: Mapping[str, Policy],
    place: tuple[str, ...],
    label: str = "",
) -> Scenario:
    try:
        scenario = tournament.game_scenario(game, 1, policies)
        Rules.of(scenario.game_without_ladders, scenario.negotiation)
        return scenario
    except GameError as error:
        raise FieldError(place, str(error)) from error
    except FieldError as error:
        shared = {"negotiation": tournament.file.negotiation, "run": tournament.file.run}
        head, *rest = error.path or ("",)
        if rest and rest[0] in shared.get(str(head), ()):
            raise
        within = f" [with the policy {label}]" if label else ""
        if head == "game" and tournament.section.games[game].family is not None:
            raise FieldError((*place, *rest), f"{error}{within}") from error
        said = ": ".join(filter(None, (".".join(map(str, error.path)), str(error))))
        raise FieldError(place, f"{said}{within}") from error
