"""Gambit files as scenario files name them."""

from typing import Literal, override

from pydantic import Field

from curnits.sim.games.game import Game
from curnits.sim.games.nfg import NfgError, read_nfg
from curnits.sim.scenario.forms.form import Form
from curnits.sim.scenario.payoffs import FieldError


class NfgForm(Form):
    """A Gambit file, whose contents become part of the scenario."""

    form: Literal["nfg"] = Field(default="nfg", description="How the game is stated.")
    file: str = Field(default="", description="Gambit file, relative to the scenario file.")
    text: str = Field(default="", description="Contents; left out: read from the file.")

    @override
    def _build(self) -> Game:
        try:
            return read_nfg(self.text)
        except NfgError as error:
            place = "file" if self.file else "text"
            where = f"{self.file}:{error.line}" if self.file else f"line {error.line}"
            raise FieldError((place,), f"{where}: {error.problem}") from error
