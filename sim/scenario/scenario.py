"""Scenario files: what is negotiated, how, and for how long."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from importlib.resources import files
from os.path import exists, isfile
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from curnits.sim.errors import InputError
from curnits.sim.files.reading import ReadingError, printable, read_text
from curnits.sim.files.yaml import (
    MAX_CHARACTERS,
    Document,
    Place,
    YamlError,
    parse,
    render,
    type_name,
)
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.ladders import Ladder, climb
from curnits.sim.games.newcomers import Newcomer
from curnits.sim.games.nfg import NfgError, read_nfg
from curnits.sim.games.normal import NormalGame, normal_form
from curnits.sim.negotiation.rules.plugins import RuleError
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.scenario.forms import FamilyForm, Form, NfgForm, NormalForm
from curnits.sim.scenario.ladders import LadderEntry, RungEntry, TreatyEntry
from curnits.sim.scenario.newcomers import NewcomerEntry
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.setforms import BargainingForm, CoalitionalForm

FORMS: Mapping[str, type[Form]] = {
    "normal": NormalForm,
    "nfg": NfgForm,
    "family": FamilyForm,
    "bargaining": BargainingForm,
    "coalitional": CoalitionalForm,
}
"""Every form of game by the name that scenario files use."""


_ALTERNATIVES = ("literal[", "dict[", "constrained-")
"""How pydantic calls the alternatives of a value in places."""


_MOST_ERRORS = 5
"""Lines of a message about a file; a first error often brings others along."""


class ScenarioError(InputError):
    """A scenario that cannot be read; messages name the file, the line and the key."""


class Scenario(BaseModel):
    """A checked scenario file. What the file leaves out has its default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(description="What results are headed by.")
    source: str = Field(default="", description="Where the game comes from.")
    summary: str = Field(default="", description="What happens in it.")
    look_for: str = Field(default="", description="What a run shows.")
    game: Annotated[
        NormalForm | NfgForm | FamilyForm | BargainingForm | CoalitionalForm,
        Field(discriminator="form", description="What is negotiated; see the forms below."),
    ]
    ladders: dict[str, LadderEntry] = Field(
        default={}, description="Threats by player, on top of the actions of the game."
    )
    treaties: list[TreatyEntry] = Field(default=[], description="Bans on rungs of the ladders.")
    newcomers: dict[str, NewcomerEntry] = Field(
        default={}, description="Players who arrive in the course of the talks."
    )
    negotiation: NegotiationSettings = Field(
        default=NegotiationSettings.model_validate({}), description="What the agents do."
    )
    run: RunSettings = Field(
        default=RunSettings.model_validate({}), description="How long, and what is kept."
    )

    @classmethod
    def of(
        cls,
        game: NormalGame,
        negotiation: NegotiationSettings | None = None,
        run: RunSettings | None = None,
    ) -> "Scenario":
        """State a game by its payoffs, with these settings or the usual ones.

        Raises
        ------
        ScenarioError
            If the game has names that a scenario file cannot hold.
        """
        try:
            return cls(
                title=game.title or "a game",
                game=NormalForm.of(game),
                negotiation=negotiation or NegotiationSettings(),
                run=run or RunSettings(),
            )
        except ValidationError as error:
            raise ScenarioError(_described(error.errors()[0])[1]) from error

    def build(self) -> Game:
        """Return the game with all rungs of all ladders, under the scenario's title."""
        ladders = self.climbed
        return climb(self.ground, ladders, [len(ladder.rungs) for ladder in ladders])

    @property
    def ground(self) -> Game:
        """The game without ladders, under the scenario's title."""
        return replace(self.game.game, title=self.title)

    @property
    def climbed(self) -> tuple[Ladder, ...]:
        """The ladders, for the players of :attr:`ground`."""
        game, treaties = self.ground, self.treaties
        return tuple(e.ladder(game, player, treaties) for player, e in self.ladders.items())

    @property
    def arrivals(self) -> tuple[Newcomer, ...]:
        """The newcomers, among the players of :attr:`ground`."""
        return tuple(e.newcomer(self.ground, player) for player, e in self.newcomers.items())

    @model_validator(mode="after")
    def _check_newcomers(self) -> "Scenario":
        for player, entry in self.newcomers.items():
            place = ("newcomers", player)
            try:
                entry.newcomer(self.ground, player)
            except FieldError as error:
                raise FieldError((*place, *error.path), str(error)) from error
            except GameError as error:
                raise FieldError(place, str(error)) from error
            if player in self.ladders:
                raise FieldError(place, "a newcomer cannot have a ladder, and this one has")
        return self

    @model_validator(mode="after")
    def _check_ladders(self) -> "Scenario":
        for player, entry in self.ladders.items():
            try:
                ladder = entry.ladder(self.ground, player, self.treaties)
                climb(self.ground, [ladder], [len(entry.rungs)])
            except FieldError as error:
                raise FieldError(("ladders", player, *error.path), str(error)) from error
            except GameError as error:
                raise FieldError(("ladders", player), str(error)) from error
        rungs = sorted({rung.action for entry in self.ladders.values() for rung in entry.rungs})
        for k, treaty in enumerate(self.treaties):
            try:
                treaty.check(self.ground.players, rungs)
            except FieldError as error:
                raise FieldError(("treaties", k, *error.path), str(error)) from error
        return self

    @model_validator(mode="after")
    def _check_starting_prices(self) -> "Scenario":
        place, given = ("negotiation", "starting_prices"), self.negotiation.starting_prices
        if not given:
            return self
        if self.game.game.money:
            raise FieldError(place, "with money all prices are equal (expected none)")
        if set(given) != set(self.ground.players):
            expected = ", ".join(self.ground.players)
            raise FieldError(place, f"expected a price for each of {expected} (found {[*given]})")
        return self

    @model_validator(mode="after")
    def _check_policies(self) -> "Scenario":
        players = self.ground.players
        for player, policy in self.negotiation.policies.items():
            place = ("negotiation", "policies", player)
            if player not in players:
                expected = ", ".join(players)
                raise FieldError(place, f"unknown player (expected some of {expected})")
            try:
                policy.check(self.ground)
            except GameError as error:
                raise FieldError(place, str(error)) from error
        return self

    def with_run(self, **settings: Any) -> "Scenario":
        """Return the scenario with other settings in its section ``run``.

        Raises
        ------
        ScenarioError
            If a setting does not fit.
        """
        return self.model_copy(update={"run": _changed(self.run, settings)})

    def with_negotiation(self, **settings: Any) -> "Scenario":
        """Return the scenario with other settings in its section ``negotiation``.

        Raises
        ------
        ScenarioError
            If a setting does not fit.
        """
        return self.model_copy(update={"negotiation": _changed(self.negotiation, settings)})

    def as_normal_form(self) -> "Scenario":
        """Return the scenario with its game stated by payoffs.

        Raises
        ------
        ScenarioError
            If the game has names that a scenario file cannot hold.
        """
        return self.playing(normal_form(self.build(), "a table of payoffs"))

    def playing(self, game: NormalGame) -> "Scenario":
        """Return the scenario with another game, without ladders of threats.

        Raises
        ------
        ScenarioError
            As above.
        """
        try:
            form = NormalForm.of(game)
            return self.model_copy(update={"game": form, "ladders": {}, "treaties": []})
        except ValidationError as error:
            raise ScenarioError(f"{self.title}: {_described(error.errors()[0])[1]}") from error

    def to_yaml(self) -> str:
        """Return the complete file, defaults included; it reads back to an equal scenario."""
        return render(self.model_dump(mode="json", exclude_none=True))


def catalogue() -> dict[str, Path]:
    """Return the scenario files that come with the package, by name."""
    root = Path(str(files("curnits.scenarios")))
    return {
        path.stem: path
        for path in sorted(root.rglob("*.yaml"))
        if path.parent.name not in ("studies", "tournaments")
    }


def find(name: str) -> Path:
    """Return the file for a path or a name in the catalogue.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    known = catalogue()
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "see: curnits scenarios"
    return find_among(known, name, f"no such file, and no scenario of that name ({hint})")


def find_among(known: Mapping[str, Path], name: str, otherwise: str) -> Path:
    """Return the file of a known name that no file of the user has, or the file at a path.

    Raises
    ------
    ScenarioError
        If there is neither; ``otherwise`` says what was expected.
    """
    if name in known and not isfile(name):
        return known[name]
    if exists(name):
        return Path(name)
    raise ScenarioError(f"{printable(name)}: {otherwise}")


def load(source: str | Path, *, alone: bool = False) -> Scenario:
    """Read a scenario file, or a Gambit ``.nfg`` file as a scenario with default settings.

    Parameters
    ----------
    source : str or Path
        A file, or, as text, also a name in the catalogue.
    alone : bool
        Whether no other file may be read, though the scenario names a Gambit file.

    Raises
    ------
    ScenarioError
        If the file cannot be read, or does not describe a scenario.

    Examples
    --------
    >>> from curnits.sim import load
    >>> load("hot-dog-stands").ground.players
    ('small stand', 'big stand')
    """
    path = find(source) if isinstance(source, str) else source
    if path.suffix.lower() == ".efg":
        raise ScenarioError(
            f"{path}: extensive games cannot be read (expected a scenario file, or a Gambit .nfg "
            "file: Gambit saves the strategic form of a game as one)"
        )
    text = _read(path)
    if path.suffix.lower() == ".nfg":
        return _from_nfg(path, text)
    try:
        document = parse(text)
    except YamlError as error:
        raise ScenarioError(f"{path}:{error.line}: {error}") from error
    try:
        wrong = [(error.path, str(error)) for error in _wrong_keys(document.data)]
        if wrong:
            raise ScenarioError(*_located(path, document, wrong))
        return Scenario.model_validate(with_nfg_text(document.data, None if alone else path.parent))
    except FieldError as error:
        raise ScenarioError(located_message(path, document, error.path, str(error))) from error
    except ValidationError as error:
        found = [_described(details) for details in error.errors()]
        raise ScenarioError(*_located(path, document, found)) from error


def from_data(
    data: dict[str, Any], folder: Path | None, line: Callable[[Place], int] = lambda place: 0
) -> Scenario:
    """Check what a scenario file states.

    Parameters
    ----------
    data : dict
        The sections of the file.
    folder : Path or None
        Where a Gambit file that the scenario names is looked for; None: nowhere.
    line : callable, optional
        Where a value stands; of several things that are wrong the first is told.

    Raises
    ------
    FieldError
        If it is no scenario; its path leads to what is wrong.
    """
    for error in _wrong_keys(data):
        raise error
    try:
        return Scenario.model_validate(with_nfg_text(data, folder))
    except ValidationError as error:
        raise first_error(error, line) from error


def first_error(error: ValidationError, line: Callable[[Place], int]) -> FieldError:
    """Return what stands first of all that pydantic found wrong, in this package's words."""
    found = [_described(details) for details in error.errors()]
    return FieldError(*min(found, key=lambda item: line(item[0])))


def _changed[S: BaseModel](section: S, settings: Mapping[str, Any]) -> S:
    try:
        return type(section).model_validate({**section.model_dump(), **settings})
    except ValidationError as error:
        path, message = _described(error.errors()[0])
        raise ScenarioError(": ".join(filter(None, (_key(path), message)))) from error


def _from_nfg(path: Path, text: str) -> Scenario:
    try:
        game = read_nfg(text)
    except NfgError as error:
        raise ScenarioError(f"{path}:{error.line}: {error.problem}") from error
    except GameError as error:
        raise ScenarioError(f"{path}: {error}") from error
    return Scenario(title=game.title or path.stem, game=NfgForm(file=path.name, text=text))


def _read(path: Path) -> str:
    try:
        return read_text(path, MAX_CHARACTERS)
    except ReadingError as error:
        raise ScenarioError(str(error)) from error


def with_nfg_text(data: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """Put the contents of the Gambit file that a scenario names into the scenario."""
    game = data["game"]
    if game["form"] != "nfg" or "text" in game:
        return data
    if not isinstance(game.get("file"), str):
        raise FieldError(("game", "file"), "expected the path of a Gambit file")
    if folder is None:
        raise FieldError(("game", "file"), "other files are not read (expected the game itself)")
    try:
        text = _read(folder / game["file"])
    except ScenarioError as error:
        raise FieldError(("game", "file"), str(error)) from error
    return {**data, "game": {**game, "text": text}}


def _wrong_keys(data: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield what is wrong with the keys of every section.

    They come before values, which may only be wrong because of them: unknown keys, a section game
    that is none, an unknown form of game.
    """
    yield from _unknown(Scenario, data, ())
    game = data.get("game")
    if not isinstance(game, Mapping):
        yield FieldError(("game",), f"expected the section game (found {type_name(game)})")
    else:
        form = game.get("form")
        if not isinstance(form, str) or form not in FORMS:
            expected = f"expected one of {', '.join(FORMS)}"
            yield FieldError(("game", "form"), f"{expected} (found {type_name(form)})")
        else:
            yield from _unknown(FORMS[form], game, ("game",))
    for section, model in (("negotiation", NegotiationSettings), ("run", RunSettings)):
        if isinstance(data.get(section), Mapping):
            yield from _unknown(model, data[section], (section,))
    for path, entry in _named("negotiation", data.get("negotiation")):
        field = NegotiationSettings.model_fields.get(str(path[-1]))
        if field is not None and isinstance(field.default, BaseModel):
            yield from _unknown(type(field.default), entry, path)
    for path, entry in _entries("treaties", data.get("treaties")):
        yield from _unknown(TreatyEntry, entry, path)
    for path, entry in _named("newcomers", data.get("newcomers")):
        yield from _unknown(NewcomerEntry, entry, path)
    for path, entry in _ladder_entries(data.get("ladders")):
        yield from _unknown(RungEntry if "rungs" in path[2:] else LadderEntry, entry, path)


def _named(key: str, entries: Any) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield the entries of a mapping that have keys, with their places."""
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        if isinstance(entry, Mapping):
            yield (key, name), entry


def _ladder_entries(ladders: Any) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield every ladder and every rung that looks like one, with its place."""
    for path, ladder in _named("ladders", ladders):
        yield path, ladder
        for place, rung in _entries("rungs", ladder.get("rungs")):
            yield (*path, *place), rung


def _entries(key: str, entries: Any) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield the entries of a list that have keys, with their places."""
    for k, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            yield (key, k), entry


def check_known(model: type[BaseModel], data: Mapping[str, Any], path: Place) -> None:
    """Check that a section has no keys but those of a model.

    Raises
    ------
    FieldError
        At the first other one.
    """
    for error in _unknown(model, data, path):
        raise error


def _unknown(model: type[BaseModel], data: Mapping[str, Any], path: Place) -> Iterator[FieldError]:
    known = [field.alias or name for name, field in model.model_fields.items()]
    for key in data:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            expected = f"did you mean {near[0]}?" if near else f"expected {', '.join(known)}"
            yield FieldError((*path, key), f"unknown key ({expected})")


def _described(details: ErrorDetails) -> tuple[Place, str]:
    """Return where pydantic found an error and what it says, in this package's words."""
    path = details["loc"]
    if path[:1] == ("game",):
        path = (path[0], *path[2:])  # without the name of the form
    path = tuple(key for key in path if not str(key).startswith(_ALTERNATIVES))
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, FieldError | RuleError):
        return (*path, *cause.path), str(cause)
    if details["type"] == "missing":
        return path, "missing"
    if cause is not None:
        return path, str(cause)
    message = details["msg"].replace("Input should be", "expected")
    if details["type"] == "model_type":
        message = "expected keys with values"
    return path, f"{message} (found {type_name(details['input'])})"


def located_message(path: Path, document: Document, place: Place, message: str) -> str:
    """Return a message that says where in a file something is wrong, and under which key."""
    where = f"{path}:{document.line(place)}"
    return ": ".join(filter(None, (where, _key(place), message)))


def _located(path: Path, document: Document, wrong: Sequence[tuple[Place, str]]) -> list[str]:
    """Return a line for each thing that is wrong, in the order of the file, if they are few."""
    ordered = sorted(wrong, key=lambda item: document.line(item[0]))
    lines = [located_message(path, document, *item) for item in ordered]
    rest = len(lines) - _MOST_ERRORS
    if rest > 0:
        lines[_MOST_ERRORS - 1 :] = [f"{path}: and {rest + 1} more errors"]
    return lines


def _key(place: Place) -> str:
    """Write where something stands, entries of lists counted from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
