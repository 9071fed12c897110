"""How talks proceed: one class for each protocol."""

from collections.abc import Mapping

from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.protocols.alternating import AlternatingOffers
from curnits.sim.negotiation.protocols.commitment import ProposerCommitment
from curnits.sim.negotiation.protocols.first_mover import FirstMovers

PROTOCOLS: Mapping[str, type[Negotiation]] = {
    "ticks": Negotiation,
    "first-mover": FirstMovers,
    "alternating-offers": AlternatingOffers,
    "proposer-commitment": ProposerCommitment,
}
"""The protocols by the names settings use."""
