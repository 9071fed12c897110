"""What a user may set about a negotiation and a run; every field has a default."""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from curnits.sim.files.section import Section
from curnits.sim.negotiation.policies import Policy, read_policy, stated_policy
from curnits.sim.negotiation.rules.plugins import RuleError, offered

type Positive = Annotated[float, Field(gt=0.0, le=1e15)]
type Finite = Annotated[float, Field(allow_inf_nan=False)]
type Probability = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
type NonNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
type Share = Annotated[float, Field(gt=0.0, le=1.0, allow_inf_nan=False)]


def _or_plugin(kind: str) -> WrapValidator:
    """Accept the names of the package's own rules, and those of rules that others offer."""

    def check(name: Any, usual: ValidatorFunctionWrapHandler) -> Any:
        try:
            return usual(name)
        except ValidationError:
            if isinstance(name, str) and name in offered(kind):
                return name
            raise

    return WrapValidator(check)


_AS_TEXT = PlainSerializer(str, return_type=str)

type PolicyField = Annotated[Policy, BeforeValidator(read_policy), PlainSerializer(stated_policy)]


class OfferSettings(Section):
    """How players talk who make each other offers."""

    breakdown: Annotated[float, Field(ge=1e-3, le=1.0)] = Field(
        default=0.01,
        description="probability that a rejection ends the talks (alternating-offers), or makes "
        "the proposer drop out (proposer-commitment)",
    )
    discount: Share = Field(
        default=1.0,
        description="share of what agreement adds to disagreement that is left a round later "
        "(alternating-offers)",
    )
    disagreement: Literal["threats", "maximin"] | dict[str, Finite] = Field(
        default="threats",
        description="what players get if alternating offers end without agreement: from their "
        "threats, once sides have formed by chance; what each can secure alone; or these payoffs",
    )
    misjudgement: Annotated[float, Field(ge=0.0, le=1e6)] = Field(
        default=0.0,
        description="standard deviation of proposers' errors about what others accept, a share of "
        "payoff range",
    )


class BreakdownSettings(Section):
    """The risk that talks fail; then a side forms by chance, and threats are carried out."""

    base: Probability = Field(
        default=0.0, description="probability of failing when everything is settled"
    )
    slope: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = Field(
        default=0.0,
        description="by how much it rises with what claims would have to fall to be met together, "
        "for a whole payoff range of each player",
    )
    every: Annotated[int, Field(ge=1)] = Field(
        default=100, description="ticks between two occasions to fail"
    )
    renegotiate: Literal["pareto-meet"] | None = Field(
        default=None,
        description="what becomes of a fight; pareto-meet: nobody gets less than the least that it "
        "would get where nothing is wasted (safe renegotiation, DiGiovanni, Clifton & Macé 2024); "
        "left out: it stands",
    )


class ImpasseSettings(Section):
    """What happens while players claim more than there is."""

    every: Annotated[int, Field(ge=1)] = Field(
        default=10, description="ticks between two meetings, at which players make claims and act"
    )
    patience: Annotated[int, Field(ge=1)] = Field(
        default=200, description="meetings of one talk that may be stalled before it fails"
    )
    discount: Share | dict[str, Share] = Field(
        default=1.0,
        description="share of what agreement adds to failure that is left after a stalled "
        "meeting, or that of some players",
    )
    audience: NonNegative | dict[str, NonNegative] = Field(
        default=0.0,
        description="what backing down costs, for each meeting that was stalled so far, utilons, "
        "or that of some players (Fearon 1994)",
    )
    strike: Share = Field(
        default=0.05,
        description="part of its threat that a player carries out who strikes to be believed",
    )
    mediator: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="stalled meetings after which a mediator proposes that all claims fall alike, "
        "until they can be met; left out: there is none",
    )


class CredibilitySettings(Section):
    """Whether players carry out threats if talks fail, and how far they are believed to."""

    start: Probability = Field(
        default=1.0, description="probability with which everybody is believed at first"
    )
    resolve: Probability | dict[str, Probability] = Field(
        default=1.0,
        description="probability with which players do carry out threats, or that of some of them",
    )
    loss: Probability = Field(
        default=0.5, description="share of its credibility that a player loses by backing down"
    )
    gain: Probability = Field(
        default=0.5, description="share of the credibility it lacks that a player gains otherwise"
    )


class NegotiationSettings(Section):
    """What the agents do. Utilities are in shares of payoff range, prices have mean 1."""

    protocol: Literal["ticks", "first-mover", "alternating-offers", "proposer-commitment"] = Field(
        default="ticks",
        description="ticks: everybody trades curnits at once; first-mover: the same, but who "
        "threatens must leave others what they get by their best reply (a reconstruction of what "
        "Diffractor 2022 says of ROSE); or a random player makes an offer that all others have to "
        "accept",
    )
    offers: OfferSettings = Field(
        default=OfferSettings.model_construct(), description="for protocols with offers"
    )
    policies: dict[str, PolicyField] = Field(
        default={},
        description="how players negotiate, by player: the name of a policy, or the name with its "
        "parameters; the others are truthful (protocol ticks only)",
    )
    deciding: Annotated[
        Literal["alike", "most-affected", "appointed", "rotating"],
        _or_plugin("deciding"),
        _AS_TEXT,
    ] = Field(
        default="alike",
        description="whose policy decides what a coalition threatens with: that of all members "
        "alike, of the one for whom most is at stake, of the first in the list, or of each in turn",
    )
    threats: Annotated[
        Literal[
            "optimistic",
            "anticipating",
            "regret-matching",
            "extragradient",
            "fictitious-play",
            "best-response",
            "logit",
        ],
        _or_plugin("threats"),
        _AS_TEXT,
    ] = Field(
        default="optimistic",
        description="how a coalition adapts its threat; with delivered splits anticipating, unless "
        "said otherwise",
    )
    threat_step: Positive = Field(
        default=1.1,
        description="step of the optimistic, the anticipating and the extragradient rule, per "
        "share of all that is at stake",
    )
    splitting: Annotated[
        Literal["direct", "concession", "delivered"], _or_plugin("splitting"), _AS_TEXT
    ] = Field(
        default="direct",
        description="how members divide what their coalition adds; delivered: without payments "
        "inside fighting coalitions, as in the harsanyi equilibrium",
    )
    trading: Annotated[Literal["auctioneer", "pairs"], _or_plugin("trading"), _AS_TEXT] = Field(
        default="auctioneer", description="who trades curnits with whom"
    )
    activation: Literal["simultaneous", "random", "staged"] = Field(
        default="simultaneous", description="in which order coalitions adapt their threats"
    )
    sanding_start: Positive = Field(
        default=0.05, description="roughness of the frontier at the first tick, in curnits"
    )
    sanding_floor: Positive = Field(default=5e-5, description="roughness at which sanding stops")
    sanding_pace: Annotated[float, Field(ge=1e-6, le=1e15)] = Field(
        default=40.0,
        description="ticks T in the schedule start / (1 + t/T)²; t runs at a quarter of the speed "
        "while some threat is regretted by more than five times the roughness",
    )
    redeemed: Share = Field(
        default=0.05, description="share of the curnits in the purses that is redeemed each tick"
    )
    trust: Share = Field(
        default=0.1, description="most a redemption may move a payoff or the logarithm of a price"
    )
    price_floor: Annotated[float, Field(ge=1e-100, le=1.0)] = Field(
        default=5e-4,
        description="lowest price, as a share of the highest; a price there is as good as 0",
    )

    tremble: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        default=1e-4,
        description="most by which logarithms of prices and of probabilities in threats are shaken "
        "at random before the first tick, so that the seed decides between equals, and not "
        "rounding; 0: not at all",
    )
    starting_prices: dict[str, Annotated[float, Field(gt=0.0, le=1e150)]] = Field(
        default={},
        description="curnits per utilon at the first tick, by player, up to scale; by default "
        "prices at which all payoff ranges are worth the same",
    )

    rounds: Annotated[int, Field(ge=1)] = Field(
        default=1,
        description="negotiations one after the other, each of which ends when it has converged "
        "or failed; players keep prices, threats and what they know of each other",
    )
    forgetting: Probability = Field(
        default=0.0, description="share of prices and threats that is forgotten in between"
    )
    breakdown: BreakdownSettings = Field(
        default=BreakdownSettings.model_construct(), description="the risk that talks fail"
    )
    impasse: ImpasseSettings = Field(
        default=ImpasseSettings.model_construct(),
        description="what happens while players claim more than there is",
    )
    credibility: CredibilitySettings = Field(
        default=CredibilitySettings.model_construct(),
        description="whether threats are carried out then, and how far they are believed",
    )

    inventing_every: Annotated[int, Field(ge=1)] = Field(
        default=100, description="ticks between two occasions to invent the next rung of a ladder"
    )
    inventing_noise: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = Field(
        default=0.0,
        description="standard deviation of inventors' errors about what they will gain, a share "
        "of payoff range",
    )

    @model_validator(mode="before")
    @classmethod
    def _anticipate_pleas(cls, given: Any) -> Any:
        """Let coalitions anticipate where members plead; otherwise threats would circle."""
        if isinstance(given, dict) and given.get("splitting") == "delivered":
            return {"threats": "anticipating", **given}
        return given

    @model_validator(mode="after")
    def _history_is_made_in_ticks(self) -> "NegotiationSettings":
        history = ("policies", "deciding", "impasse")
        for name in ("rounds", "forgetting", "breakdown", "credibility", *history):
            value, default = getattr(self, name), type(self).model_fields[name].default
            if self.protocol != "ticks" and value != default:
                raise RuleError(
                    f"{name} is for the protocol ticks, found the protocol {self.protocol}",
                    (name,),
                )
        return self

    @model_validator(mode="after")
    def _sanding_falls(self) -> "NegotiationSettings":
        if self.sanding_floor > self.sanding_start:
            raise ValueError(
                f"sanding_floor must not exceed sanding_start ({self.sanding_start:g}), "
                f"found {self.sanding_floor:g}"
            )
        return self


class RunSettings(Section):
    """How long a run lasts and how much of it is kept."""

    ticks: Annotated[int, Field(ge=1)] = Field(default=20_000, description="ticks before giving up")
    tolerance: Positive = Field(
        default=1e-3,
        description="a run has converged when nothing moves, is owed or is regretted by more "
        "than this share of payoff range",
    )
    window: Annotated[int, Field(ge=1)] = Field(
        default=200, description="ticks over which nothing may move"
    )
    seed: Annotated[int, Field(ge=0)] = Field(default=1, description="seed of every random choice")
    record_every: Annotated[int, Field(ge=1)] = Field(
        default=10,
        description="ticks between two rows of a series; trades in between are summed, never lost",
    )
