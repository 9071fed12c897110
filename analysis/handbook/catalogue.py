"""The catalogue as a page: every game's story, source, payoffs, answer, and what to look for."""

from itertools import groupby
from pathlib import Path

from curnits.analysis.concepts import concept_named, default_concept, solve
from curnits.analysis.handbook.games import Rows, amounts, described, payoffs
from curnits.sim.games.game import Game
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.scenario import Scenario


def catalogue_page() -> str:
    """Return the entries in Markdown, group by group, under a table of contents."""
    paths = sorted(catalogue().values(), key=lambda path: (path.parent.name, path.stem))
    groups = [(name, list(inside)) for name, inside in groupby(paths, lambda p: p.parent.name)]
    contents = [
        f"- **{name}**: " + ", ".join(f"[{path.stem}](#{path.stem})" for path in inside)
        for name, inside in groups
    ]
    parts = ["\n".join(contents) + "\n"]
    for name, inside in groups:
        parts.append(f"## {name}\n")
        parts += [_entry(path, load(path)) for path in inside]
    return "\n".join(parts)


def _entry(path: Path, scenario: Scenario) -> str:
    game = scenario.build()
    rows = payoffs(game)
    link = f"{path.parent.name}/{path.name}"
    parts = [
        f"### {path.stem}",
        f"**{scenario.title}.** {scenario.summary}",
        f"*Source:* {scenario.source}. *File:* [{link}]({link}).",
        described(game) if rows is None else f"{described(game)}\n\n{_markdown(rows)}",
        f"*Answer:* {_answer(game)}",
        f"![What players can get in {path.stem}, and the answer](pictures/{path.stem}.png)",
    ]
    if scenario.look_for:
        parts.append(f"*What to look for:* {scenario.look_for}")
    return "\n\n".join(parts) + "\n"


def _answer(game: Game) -> str:
    """Say what the default concept gives, as it is solved now."""
    concept = default_concept(game)
    solution = solve(game, concept)
    answer = concept_named(concept).answer
    if not solution.equilibria:
        return f"no {answer} is known."
    found = solution.equilibria[0]
    given = zip(game.players, found.payoffs / game.scales, game.scales, strict=True)
    # what is rounding beside a player's payoff range is 0
    shown = (f"{amounts([round(float(u), 9) * s])} to {p}" for p, u, s in given)
    return f"the {answer} gives {', '.join(shown)}."


def _markdown(rows: Rows) -> str:
    head, *body = ([cell.replace("|", "\\|").replace("\\ ", "\\\\ ") for cell in r] for r in rows)
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
