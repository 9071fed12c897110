from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curnits.sim.games.nfg import NfgError, read_nfg, write_nfg
from curnits.sim.games.normal import NormalGame, from_payoffs

HEADER = 'NFG 1 R "small" { "A" "B" } { 2 3 }\n'
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


def test_first_players_strategy_varies_fastest():
    game = read_nfg(HEADER + "11 21 12 22 13 23 14 24 15 25 16 26")
    assert game.payoffs[0].tolist() == [[11, 13, 15], [12, 14, 16]]
    assert game.payoffs[1].tolist() == [[21, 23, 25], [22, 24, 26]]
    assert game.players == ("A", "B")
    assert game.actions == (("1", "2"), ("1", "2", "3"))
    assert game.title == "small"


OUTCOME_FORM = r"""NFG 1 D "Say \"when\"" { "A" "B" "C" }

{ { "u" "d" }
{ "l" "r" }
{ "w" "e" }
}
"a comment
over two lines, with a { brace and a \" quote"

{
{ "win" 1/4, -.5, +2.5e-1 }
{ "" 1. 2E1 3 }
}
1 2 0 0
0 0 2 1
"""


def test_outcome_form_with_names_comments_and_all_kinds_of_numbers():
    game = read_nfg(OUTCOME_FORM)
    assert game.title == 'Say "when"'
    assert game.actions == (("u", "d"), ("l", "r"), ("w", "e"))
    assert game.payoffs[:, 0, 0, 0].tolist() == [0.25, -0.5, 0.25]
    assert game.payoffs[:, 1, 0, 0].tolist() == [1, 20, 3]
    assert game.payoffs[:, 0, 1, 1].tolist() == [1, 20, 3]
    assert game.payoffs[:, 1, 1, 1].tolist() == [0.25, -0.5, 0.25]
    assert np.count_nonzero(game.payoffs) == 12


def test_outcome_form_without_outcomes_and_without_comment():
    game = read_nfg('NFG 1 R "" { "A" "B" } { { "x" } { "y" "z" } } { } 0 0')
    assert game.payoffs.tolist() == [[[0, 0]], [[0, 0]]]


@pytest.mark.parametrize("text", [HEADER + "1," * 11 + "1", "\ufeff" + HEADER + "1 " * 12])
def test_commas_and_byte_order_mark(text):
    assert (read_nfg(text).payoffs == 1).all()


def test_line_ends_do_not_matter():
    windows = OUTCOME_FORM.replace("\n", "\r\n")
    assert read_nfg(windows).payoffs.tobytes() == read_nfg(OUTCOME_FORM).payoffs.tobytes()
    flat = OUTCOME_FORM.replace("\n", " ")
    assert read_nfg(flat).payoffs.tobytes() == read_nfg(OUTCOME_FORM).payoffs.tobytes()


def test_empty_and_repeated_names_are_numbered():
    game = read_nfg(
        'NFG 1 R "" { "" "x" "" } { { "a" "a" } { "" "a_3" "1" } { "a" "a" "a_1" } }' + " 0" * 54
    )
    assert game.players == ("1", "x", "3")
    assert game.actions == (("a_1", "a_2"), ("1_", "a_3", "1"), ("a_1_", "a_2", "a_1"))


def test_fractions_are_rounded_once():
    game = read_nfg('NFG 1 R "" { "A" } { 3 } 1/3 10000000000000001/10000000000000000 -2/3')
    assert game.payoffs.tolist() == [[1 / 3, 1.0, -2 / 3]]


@given(
    st.data(),
    st.lists(st.integers(1, 3), min_size=1, max_size=4),
    st.text(st.characters(codec="utf-8"), max_size=20),
)
def test_round_trip_is_exact(data, shape, title):
    payoffs = data.draw(
        arrays(
            float,
            (len(shape), *shape),
            elements=st.floats(-1e99, 1e99).filter(lambda x: not 0 < abs(x) < 1e-80)
            | st.integers(-9, 9),
        )
    )
    names = [
        data.draw(st.lists(NAMES, min_size=count, max_size=count, unique=True))
        for count in [len(shape), *shape]
    ]
    game = NormalGame(tuple(names[0]), tuple(map(tuple, names[1:])), payoffs, title=title)
    back = read_nfg(write_nfg(game))
    assert back.payoffs.tobytes() == game.payoffs.tobytes()
    assert (back.players, back.actions, back.title) == (game.players, game.actions, title)


def test_written_numbers_are_short():
    text = write_nfg(from_payoffs([[[1, -2], [0.1, 1e22]], [[0, 3], [1e15, 0.5]]]))
    assert text.splitlines()[-4:] == ["1 0", "0.1 1000000000000000.0", "-2 3", "1e+22 0.5"]


PROLOGUE = 'NFG 1 R "t" { "A" "B" }\n'


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "expected NFG .* the end of the file"),
        ("\n\nEFG 2 R", 3, "expected NFG .* found 'EFG'"),
        ("NFG 2 R", 1, "expected 1 .* found '2'"),
        ("NFG 1 Q", 1, "expected R or D .* found 'Q'"),
        ("NFG 1 R\n\ntitle", 3, "the title in double quotes, found 'title'"),
        ('NFG 1 R "t', 1, "never closed"),
        ('NFG 1 R "t" { }', 1, "at least one of the players"),
        ('NFG 1 R "t" { "A"', 1, "the players in double quotes, found the end"),
        (PROLOGUE + "{ 2 }", 2, "strategies of player 'B' .* found '}'"),
        (PROLOGUE + "{ 2 2 2 }", 2, "the end of the strategies of 2 players"),
        (PROLOGUE + "{ 2 0 }", 2, "an integer from 1 to .* found '0'"),
        (PROLOGUE + "{ 2 1.5 }", 2, "an integer"),
        (PROLOGUE + '{ { "a" } }', 2, "strategies of player 'B'"),
        (PROLOGUE + '{ { "a" }\n{ } }', 3, "at least one of the strategies of player 'B'"),
        (PROLOGUE + "{ 2 1 }\n\n1 2\n3", 5, "payoff 4 of 4, found the end"),
        (PROLOGUE + "{ 2 1 }\n1 2\n3 4\n5", 5, "the end of the file, found '5'"),
        (PROLOGUE + "{ 2 1 }\n1 2\n3/0 4", 4, "payoff 3 of 4 without a division by 0"),
        (PROLOGUE + "{ 2 1 }\n1 2\nnan 4", 4, "payoff 3 of 4, found 'nan'"),
        (PROLOGUE + "{ 2 1 }\n1 2\n1e999 4", 4, "fits in floating point, found '1e999'"),
        (PROLOGUE + "{ 2 1 }\n1 2\n" + "9" * 5000 + "/2 4", 4, r"floating point, found '9+\.\.\.'"),
        (PROLOGUE + "{ 2 1 }\n1 2\n" + "9" * 400 + "/2 4", 4, "fits in floating point"),
        (PROLOGUE + '{ 2 1 } {\n{ "o" 1 } } 1 1', 3, "a payoff of outcome 1, found '}'"),
        (PROLOGUE + '{ 2 1 } {\n{ "o" 1 2 3 } } 1 1', 3, "the end of outcome 1 after 2 payoffs"),
        (PROLOGUE + "{ 2 1 } {\n{ 1 2 } } 1 1", 3, "the name of outcome 1"),
        (
            PROLOGUE + '{ 2 1 } {\n{ "o" 1 2 } } 1\n2',
            4,
            "outcome, 2 of 2 .*from 0 to 1.* found '2'",
        ),
        (PROLOGUE + '{ 2 1 } {\n{ "o" 1 2 } } 1\n-1', 4, "found '-1'"),
        (PROLOGUE + "{ 2 1 } \x00", 2, r"payoff 1 of 4, found '\\x00'"),
        (PROLOGUE + "{ 9999 9999 }", 2, "too large: 199,960,002 payoffs"),
        (PROLOGUE + "{ 99999999999999999999 2 }", 2, "an integer from 1 to"),
    ],
)
def test_errors_name_the_line_and_what_was_expected(text, line, problem):
    with pytest.raises(NfgError, match=problem) as caught:
        read_nfg(text)
    assert caught.value.line == line
    assert str(caught.value) == f"line {line}: {caught.value.problem}"


def test_many_named_strategies_are_refused_before_payoffs_are_looked_for():
    names = " ".join(f'"{k}"' for k in range(5000))
    with pytest.raises(NfgError, match="too large"):
        read_nfg(PROLOGUE + "{ { " + names + " } { " + names + " } } 1")


@given(st.text(st.sampled_from('NFG1RD"{}\\,/.-+e 2\n'), max_size=60))
def test_any_text_is_read_or_refused_cleanly(text):
    with suppress(NfgError):
        assert read_nfg('NFG 1 R "t" { "A" } ' + text).n == 1
