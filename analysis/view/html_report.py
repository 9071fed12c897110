"""A finished run as one HTML page that needs nothing else."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from shlex import join

from curnits.analysis.figures.base import Panel
from curnits.analysis.figures.drawing import draw, pages
from curnits.analysis.storage.rundata import RunData
from curnits.analysis.storage.solutions import EXACT, Share, transfers_said
from curnits.analysis.view.story import amount, story
from curnits.sim.games.html import Cell, table

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2129; --soft: #5a6270; --line: #d9dde3;
  --sheet: #ffffff; --back: #f4f5f7; --good: #00795a; --bad: #b34700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --soft: #a3abb8; --line: #3a404b;
  --sheet: #1b1e24; --back: #121419; --good: #4cc9a0; --bad: #f0904d; } }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0; background: var(--back);
  color: var(--ink); overflow-wrap: anywhere; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 3rem;
  background: var(--sheet); }
h1 { font-size: 1.7rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; padding-top: .8rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.2rem 0 .2rem; }
p, ul { margin: .4rem 0; } ul { padding-left: 1.2rem; }
.about, caption, figcaption, .note { color: var(--soft); }
.wide { overflow-x: auto; margin: .6rem 0; overflow-wrap: normal; }
table { border-collapse: collapse; min-width: 50%; } caption { text-align: left; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
th { font-weight: 600; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1.8rem 0; }
figure img { display: block; width: 100%; height: auto; background: #fff; padding: .6rem;
  border-radius: .4rem; border: 1px solid var(--line); }
figcaption { font-size: .9em; margin-top: .5rem; }
.verdict { padding: .7rem 1rem; border-left: 4px solid var(--bad); background: var(--back); }
.verdict.reached { border-color: var(--good); }
pre { background: var(--back); padding: .7rem; overflow-x: auto; overflow-wrap: normal;
  font-size: .85em; }
code { font-size: .9em; }
"""

_MOST_ROWS = 64
"""Rows of a table in a report; longer ones are cut."""

_GAME_ROWS = 64
"""Outcomes of a game that is shown as a table; of larger games the table would be the page."""

_NARROW = 640
"""Screens of fewer pixels show figures as wide as a column, so that their text can be read."""

_CONDITIONS: Mapping[str, tuple[str, str]] = {
    "pareto": ("Nothing is wasted", "what all could gain together without a loss to anybody"),
    "support": ("The agreement is worth most", "how much more an outcome is worth at these prices"),
    "regret": ("Threats are the best", "what a coalition could gain by another threat"),
    "split": ("Shares are equal", "how unequal the members' dividends of a coalition are"),
    "delivery": (
        "Claims are met in conflict",
        "what members lack; asked for by strict answers only",
    ),
    "clearing": ("Everybody gets its due", "what a player is owed, or has been given too much"),
}
"""What the residuals are about: the condition, and what the figure measures."""


def page(run: RunData) -> str:
    """Return an HTML page about a run; figures are embedded as SVG, and nothing is loaded."""
    summary, manifest = run.summary, run.manifest
    title = f"{run.game.title} – seed {summary.seed}"
    reached = " reached" if summary.converged else ""
    versions = ", ".join(f"{name} {version}" for name, version in manifest.dependencies.items())
    body = [
        f"<h1>{escape(title)}</h1>",
        *(f'<p class="about">{escape(text)}</p>' for text in (run.file.summary,) if text),
        *_told(run),
        "<h3>Did the agents get there?</h3>",
        f'<p class="verdict{reached}">{escape(summary.verdict)}</p>',
        "<h2>Payoffs</h2>",
        _wide(player_table(run)),
        *_game(run),
        "<h2>What was agreed on</h2>",
        _wide(agreement_table(summary.state.agreement)),
        "<h2>What was threatened</h2>",
        _wide(coalition_table(run)),
        "<h2>Is it an equilibrium?</h2>",
        "<p>An equilibrium meets these conditions. Figures say by how much the last state of the "
        "run misses each, as a share of payoff range; 0 is exact.</p>",
        _wide(residual_table(run)),
        "<h2>Figures</h2>",
        *(_figure(run, name, panels) for name, panels in pages([run]).items()),
        "<h2>How to run this again</h2>",
        "<p>Save the scenario below as <code>scenario.yaml</code> (it is in the run folder, too), "
        "then:</p>",
        f"<pre>curnits run scenario.yaml --seed {summary.seed} --out again\n"
        "curnits check again\ncurnits report again</pre>",
        f"<p>It was made by <code>{escape(join(manifest.command))}</code> with curnits "
        f"{escape(manifest.curnits)}, Python {escape(manifest.python)}, {escape(versions)}.</p>",
        f"<details><summary>scenario.yaml</summary><pre>{escape(run.scenario)}</pre></details>",
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _told(run: RunData) -> Iterator[str]:
    for heading, sentences in story(run).items():
        yield f"<h3>{escape(heading)}</h3>"
        yield f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in sentences)}</ul>"


def _game(run: RunData) -> Iterator[str]:
    """Show the game, or say how large it is."""
    if len(run.game.outcomes) <= _GAME_ROWS:
        yield "<h3>The game</h3>"
        yield _wide(run.game._repr_html_())
    else:
        yield f'<p class="note">The game has {len(run.game.outcomes):,} outcomes.</p>'


def _wide(content: str) -> str:
    """Let what is wider than the page be scrolled by itself."""
    return f'<div class="wide">{content}</div>'


def player_table(run: RunData) -> str:
    """Return what players get, could get and would get alone, and prices, as an HTML table."""
    final, found = run.summary.final, run.summary.analytic
    state = run.summary.state
    alone = {
        c.members[0]: c.delivered[c.members[0]] for c in state.coalitions if len(c.members) == 1
    }
    extremes = [dict(zip(run.players, map(float, ends), strict=True)) for ends in run.game.extremes]
    rows_of = {"simulated payoff": final.payoffs}
    if found is not None:
        rows_of[f"{found.concept} payoff"] = found.payoffs
    for name, paid in (("simulated", final), ("analytic", found)):
        if paid is not None and paid.before_payments and paid.payments:
            rows_of[f"{name} payoff before payments"] = paid.before_payments
            rows_of[f"{name} payment"] = paid.payments
    lowest, highest = extremes
    rows_of |= {"alone in conflict": alone, "lowest possible": lowest, "highest possible": highest}
    rows_of["simulated price"] = final.prices
    if found is not None:
        rows_of[f"{found.concept} price"] = found.prices
    rows: list[list[Cell]] = [
        [name, *(amounts.get(player, "–") for player in run.players)]
        for name, amounts in rows_of.items()
    ]
    transfers = final.transfers
    paid_by = "" if transfers is None else f"<p>{escape(transfers_said(transfers))}</p>"
    heads = ["", *run.players]
    return table(heads, rows, "Utilons; prices are curnits per utilon") + paid_by


def agreement_table(shares: list[Share]) -> str:
    """Return what is agreed on as an HTML table, the likeliest outcomes first."""
    played = sorted(shares, key=lambda share: -share.probability)[:_MOST_ROWS]
    rows: list[list[Cell]] = [[_outcome(share), share.probability] for share in played]
    return table(["agreement", "probability"], rows)


def residual_table(run: RunData) -> str:
    """Return the residuals of the last state as an HTML table, with what they are about."""
    rows: list[list[Cell]] = [
        [f"{condition} ({name})", "–" if figure is None else _share(figure), measure]
        for name, (condition, measure) in _CONDITIONS.items()
        for figure in [run.summary.residuals[name]]
    ]
    return table(["condition", "missed by", "which is"], rows)


def _share(figure: float) -> str:
    return f"{amount(100.0 * figure, 2) if figure > EXACT else 0} %"


def coalition_table(run: RunData) -> str:
    """Return values, dividends and threats of coalitions as an HTML table."""
    ordered = sorted(run.summary.state.coalitions, key=lambda record: len(record.members))
    rows: list[list[Cell]] = [
        [
            " + ".join(record.members),
            record.value,
            record.dividend,
            _outcome(max(record.threat, key=lambda share: share.probability)),
        ]
        for record in ordered[:_MOST_ROWS]
    ]
    heads = ["coalition", "worth of its fight", "dividend", "plays most often"]
    cut = len(ordered) - len(rows)
    return table(heads, rows) + (f"<p>… and {cut} more coalitions.</p>" if cut else "")


def _figure(run: RunData, name: str, panels: Sequence[Panel]) -> str:
    """Return a figure as wide as the page, and for small screens as wide as a column."""
    page, column = (draw(name, panels, [run], "svg", width) for width in ("page", "column"))
    about = escape(page.caption.split("\nPlayers:")[0].replace("\n", " "))
    wide, narrow = (
        f"data:image/svg+xml;base64,{b64encode(drawn.image).decode()}" for drawn in (page, column)
    )
    return (
        f'<figure><picture><source media="(max-width: {_NARROW}px)" srcset="{narrow}">'
        f'<img alt="{escape(name)}" src="{wide}"></picture>'
        f"<figcaption><b>{escape(name)}.</b> {about}</figcaption></figure>"
    )


def _outcome(share: Share) -> str:
    return ", ".join(f"{player}: {action}" for player, action in share.outcome.items())
