"""How talks proceed: one class for each protocol."""

from collections.abc import Mapping

from sim.negotiation.alternating import AlternatingOffers
from sim.negotiation.commitment import ProposerCommitment
from sim.negotiation.model import Negotiation

PROTOCOLS: Mapping[str, type[Negotiation]] = {
    "ticks": Negotiation,
    "alternating-offers": AlternatingOffers,
    "proposer-commitment": ProposerCommitment,
}
"""The protocols by the names settings use."""
