"""A finished run as one HTML page that needs nothing else."""

from base64 import b64encode
from html import escape
from shlex import join

from curnits.analysis.figures.drawing import Drawn, draw, pages
from curnits.analysis.storage.rundata import RunData
from curnits.analysis.storage.solutions import FIGURES, Share, transfers_said
from curnits.sim.games.html import Cell, number, table

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: .6rem 0; } caption { text-align: left; color: #555; }
th, td { padding: .15rem .7rem; border-bottom: 1px solid #ddd; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0; } img { max-width: 100%; } figcaption { color: #555; font-size: .9em; }
.verdict { padding: .6rem .9rem; border-left: 4px solid #D55E00; background: #f6f6f6; }
.verdict.reached { border-color: #009E73; }
pre { background: #f6f6f6; padding: .6rem; overflow-x: auto; }
"""

_MOST_ROWS = 64


def page(run: RunData) -> str:
    """Return an HTML page about a run; figures are embedded as SVG, and nothing is loaded."""
    summary, manifest = run.summary, run.manifest
    title = f"{run.game.title} – seed {summary.seed}"
    reached = " reached" if summary.converged else ""
    versions = ", ".join(f"{name} {version}" for name, version in manifest.dependencies.items())
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="verdict{reached}">{escape(summary.verdict)}</p>',
        "<h2>Outcome</h2>",
        player_table(run),
        agreement_table(summary.state.agreement),
        "<h2>Conditions</h2>",
        residual_table(run),
        "<h2>Coalitions</h2>",
        coalition_table(run),
        "<h2>Figures</h2>",
        *(_figure(draw(name, panels, [run], "svg")) for name, panels in pages([run]).items()),
        "<h2>How to run this again</h2>",
        "<p>Save the scenario below as <code>scenario.yaml</code> (it is in the run folder, too), "
        "then:</p>",
        "<pre>curnits run scenario.yaml --out again</pre>",
        f"<p>It was made by <code>{escape(join(manifest.command))}</code> with curnits "
        f"{escape(manifest.curnits)}, Python {escape(manifest.python)}, {escape(versions)}.</p>",
        f"<details><summary>scenario.yaml</summary><pre>{escape(run.scenario)}</pre></details>",
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def player_table(run: RunData) -> str:
    """Return payoffs and prices, simulated and analytic, as an HTML table."""
    final, found = run.summary.final, run.summary.analytic
    heads = ["player", "simulated payoff", "simulated price"]
    columns = [final.payoffs, final.prices]
    if found is not None:
        heads += [f"{found.concept} payoff", f"{found.concept} price"]
        columns += [found.payoffs, found.prices]
    for name, paid in (("simulated", final), ("analytic", found)):
        if paid is not None and paid.before_payments and paid.payments:
            heads += [f"{name} payoff before payments", f"{name} payment"]
            columns += [paid.before_payments, paid.payments]
    rows: list[list[Cell]] = [[p, *(column[p] for column in columns)] for p in run.players]
    transfers = final.transfers
    return table(heads, rows) + (
        "" if transfers is None else f"<p>{escape(transfers_said(transfers))}</p>"
    )


def agreement_table(shares: list[Share]) -> str:
    """Return what is agreed on as an HTML table, the likeliest outcomes first."""
    played = sorted(shares, key=lambda share: -share.probability)[:_MOST_ROWS]
    rows: list[list[Cell]] = [[_outcome(share), share.probability] for share in played]
    return table(["agreement", "probability"], rows)


def residual_table(run: RunData) -> str:
    """Return the residuals of the last state as an HTML table."""
    rows = [
        [name, "–" if figure is None else number(figure)]
        for name in FIGURES
        for figure in [run.summary.residuals[name]]
    ]
    return table(["residual of the last state, share of payoff range", ""], rows)


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


def _figure(drawn: Drawn) -> str:
    source = b64encode(drawn.image).decode()
    about = escape(drawn.caption.split("\nPlayers:")[0].replace("\n", " "))
    return (
        f'<figure><img alt="{escape(drawn.name)}" src="data:image/svg+xml;base64,{source}">'
        f"<figcaption><b>{escape(drawn.name)}.</b> {about}</figcaption></figure>"
    )


def _outcome(share: Share) -> str:
    return ", ".join(f"{player}: {action}" for player, action in share.outcome.items())
