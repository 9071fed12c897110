"""Gambit's strategic game files (``.nfg``, version 1), payoff and outcome form.

Format: Gambit documentation, "Game representation formats". Payoffs are listed with the strategy
of the *first* player varying fastest.
"""

import re
from collections import Counter
from math import isfinite, prod

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.game import GameError
from curnits.sim.games.normal import MAX_CELLS, NormalGame, check_names, check_size

_TOKEN = re.compile(
    r"""[\s,]*+(?:
        (?P<text>"(?:[^"\\]|\\.)*+")
      | (?P<number>[+-]?+(?:\d++/\d++|(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][+-]?+\d++)?+)
        (?=[\s,{}"]|\Z))
      | (?P<brace>[{}])
      | (?P<word>[^\s,{}"]++)
      | (?P<unterminated>")
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class NfgError(GameError):
    """A text that is not a Gambit strategic game.

    Attributes
    ----------
    line : int
        Line of the text, from 1, where reading stopped.
    problem : str
        What was expected there and what was found.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


def read_nfg(text: str) -> NormalGame:
    """Read a game in Gambit's ``.nfg`` format.

    Strategies may be named or only counted; payoffs may be listed profile by profile, or by named
    outcomes and their numbers (0 is the outcome that gives everybody 0). Numbers are integers,
    decimals or fractions; commas are optional. Names that are empty or repeated, which Gambit
    allows, are replaced by numbers. The comment is dropped.

    Parameters
    ----------
    text : str
        Content of the file.

    Raises
    ------
    NfgError
        If the text does not have the format, or the game is too large; sizes are checked before
        anything is allocated.

    Examples
    --------
    >>> read_nfg('NFG 1 R "Dilemma" { "A" "B" } { 2 2 } 3 3 5 0 0 5 1 1').payoffs[0].tolist()
    [[3.0, 0.0], [5.0, 1.0]]
    """
    return _Reader(text).game()


def write_nfg(game: NormalGame) -> str:
    """Write a game in Gambit's ``.nfg`` format, payoff form, one line for each outcome.

    Every payoff reads back as the same floating-point number. Whether the game has money is not
    part of the format and is lost.
    """
    names = "\n".join("{ " + " ".join(map(_quoted, own)) + " }" for own in game.actions)
    players = " ".join(map(_quoted, game.players))
    header = f"NFG 1 R {_quoted(game.title)} {{ {players} }}\n\n{{ {names}\n}}\n\n"
    profiles = game.payoffs.reshape(game.n, -1, order="F").T.tolist()
    return header + "".join(" ".join(map(_number, profile)) + "\n" for profile in profiles)


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _number(payoff: float) -> str:
    return f"{payoff:.0f}" if payoff.is_integer() and abs(payoff) < 1e15 else repr(payoff)


class _Reader:
    """A cursor over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 1 if text.startswith("\ufeff") else 0
        self._advance()

    def game(self) -> NormalGame:
        self._prologue()
        title = self._text_token("the title")
        players = self._names("players")
        line = self._line()
        actions = self._strategies(players)
        try:
            check_names(players, actions)
        except GameError as error:
            raise NfgError(line, str(error)) from error
        if self._kind == "text":
            self._advance()
        shape = tuple(len(own) for own in actions)
        payoffs = (
            self._outcome_form(shape) if self._token == "{" else self._payoff_form(shape)
        ).T.reshape(len(shape), *shape, order="F")
        if self._kind != "end":
            raise self._error("the end of the file")
        return NormalGame(players, actions, payoffs, title=title)

    def _prologue(self) -> None:
        for choices in (("NFG",), ("1",), ("R", "D")):
            if self._token not in choices:
                raise self._error(f"{' or '.join(choices)} (a file starts with NFG 1 R or NFG 1 D)")
            self._advance()

    def _strategies(self, players: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        self._symbol("{", "the strategies of each player")
        if self._kind == "number":
            actions = self._counted_strategies(players)
        else:
            actions = tuple(self._names(f"strategies of player {name!r}") for name in players)
        self._symbol("}", f"the end of the strategies of {len(players)} players")
        return actions

    def _counted_strategies(self, players: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        line = self._line()
        counts = [
            self._integer(1, MAX_CELLS, f"the number of strategies of player {name!r}")
            for name in players
        ]
        try:
            check_size(counts)
        except GameError as error:
            raise NfgError(line, str(error)) from error
        return tuple(_distinct([""] * count) for count in counts)

    def _names(self, what: str) -> tuple[str, ...]:
        self._symbol("{", f"the {what}")
        names = []
        while self._token != "}":
            names.append(self._text_token(f"'}}' or the {what}"))
        if not names:
            raise self._error(f"at least one of the {what}")
        self._advance()
        return _distinct(names)

    def _payoff_form(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return payoffs by profile, shape ``(∏ m_i, n)``."""
        total = len(shape) * prod(shape)
        payoffs = np.empty(total)
        for k in range(total):
            payoffs[k] = self._payoff(f"payoff {k + 1} of {total}")
        return payoffs.reshape(-1, len(shape))

    def _outcome_form(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return payoffs by profile, shape ``(∏ m_i, n)``."""
        outcomes = [[0.0] * len(shape)]
        self._symbol("{", "a list of outcomes")
        while self._token != "}":
            what = f"outcome {len(outcomes)}"
            self._symbol("{", f"{what} in braces")
            self._text_token(f"the name of {what}")
            outcomes.append([self._payoff(f"a payoff of {what}") for _ in shape])
            self._symbol("}", f"the end of {what} after {len(shape)} payoffs")
        self._advance()
        total = prod(shape)
        profiles = [
            self._integer(0, len(outcomes) - 1, f"the number of an outcome, {k + 1} of {total}")
            for k in range(total)
        ]
        return np.array(outcomes)[profiles]

    def _payoff(self, expected: str) -> float:
        if self._kind != "number":
            raise self._error(expected)
        top, slash, bottom = self._token.partition("/")
        try:
            payoff = int(top) / int(bottom) if slash else float(top)
        except ZeroDivisionError as error:
            raise self._error(f"{expected} without a division by 0") from error
        except (OverflowError, ValueError) as error:  # fractions of too many digits
            raise self._error(f"{expected} that fits in floating point") from error
        if not isfinite(payoff):
            raise self._error(f"{expected} that fits in floating point")
        self._advance()
        return payoff

    def _integer(self, low: int, high: int, expected: str) -> int:
        token = self._token
        if not re.fullmatch(r"\d{1,18}", token, re.ASCII) or not low <= int(token) <= high:
            raise self._error(f"{expected} (an integer from {low} to {high})")
        self._advance()
        return int(token)

    def _symbol(self, symbol: str, expected: str) -> None:
        if self._token != symbol:
            raise self._error(f"{symbol!r} ({expected})")
        self._advance()

    def _text_token(self, expected: str) -> str:
        if self._kind != "text":
            raise self._error(f"{expected} in double quotes")
        token = self._token
        self._advance()
        return re.sub(r'\\(["\\])', r"\1", token[1:-1])

    def _advance(self) -> None:
        match = _TOKEN.match(self._text, self._position)
        assert match is not None  # the alternatives are exhaustive
        self._kind = str(match.lastgroup)
        self._token = match[self._kind]
        self._position = match.end()

    def _line(self) -> int:
        return self._text.count("\n", 0, self._position - len(self._token)) + 1

    def _error(self, expected: str) -> NfgError:
        found = {
            "end": "the end of the file",
            "unterminated": "a double quote that is never closed",
        }.get(self._kind, _shortened(self._token))
        return NfgError(self._line(), f"expected {expected}, found {found}")


def _shortened(token: str) -> str:
    return repr(token if len(token) <= 40 else f"{token[:37]}...")


def _distinct(names: list[str]) -> tuple[str, ...]:
    """Return the names, but numbered where they are empty or repeated."""
    counts = Counter(names)
    used = {name for name in names if name and counts[name] == 1}
    result = []
    for k, name in enumerate(names, start=1):
        distinct = name
        if not name or counts[name] > 1:
            distinct = f"{name}_{k}" if name else str(k)
            while distinct in used:
                distinct += "_"
            used.add(distinct)
        result.append(distinct)
    return tuple(result)
