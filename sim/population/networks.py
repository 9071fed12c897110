"""Networks that say who can talk to whom, by the names that population files use.

Each is a few parameters, and gives a graph of the persons 0, 1, … from a generator.
"""

from typing import Annotated, Literal, Self

import networkx as nx
import numpy as np
from pydantic import Field, model_validator

from curnits.sim.files.section import Section

type Share = Annotated[float, Field(ge=0.0, le=1.0)]
type Number = Annotated[int, Field(ge=0)]


class Network(Section):
    """What all networks share."""

    @property
    def fewest(self) -> int:
        """People that it takes."""
        return 2

    def graph(self, people: int, rng: np.random.Generator) -> nx.Graph:
        """Return a network of so many people."""
        raise NotImplementedError


class Everybody(Network):
    """Everybody can talk to everybody."""

    kind: Literal["everybody"] = "everybody"

    def graph(self, people: int, rng: np.random.Generator) -> nx.Graph:
        """Return the complete graph."""
        return nx.complete_graph(people)


class SmallWorld(Network):
    """A ring of neighbours, some of whose links lead elsewhere (Watts & Strogatz 1998)."""

    kind: Literal["small-world"]
    neighbours: Annotated[int, Field(ge=2, multiple_of=2)] = Field(
        default=2, description="Of each person in the ring, half of them on each side."
    )
    rewired: Share = Field(default=0.1, description="Share of links that lead elsewhere.")

    @property
    def fewest(self) -> int:
        """People that it takes."""
        return self.neighbours + 1

    def graph(self, people: int, rng: np.random.Generator) -> nx.Graph:
        """Return such a network."""
        return nx.watts_strogatz_graph(people, self.neighbours, self.rewired, rng)


class RandomLinks(Network):
    """Each pair is linked with the same probability (Erdős & Rényi 1959)."""

    kind: Literal["random"]
    probability: Share = Field(default=0.5, description="Of each link.")

    def graph(self, people: int, rng: np.random.Generator) -> nx.Graph:
        """Return such a network."""
        return nx.gnp_random_graph(people, self.probability, rng)


class ScaleFree(Network):
    """A few are linked to very many (Barabási & Albert 1999)."""

    kind: Literal["scale-free"]
    links: Annotated[int, Field(ge=1)] = Field(default=1, description="Of each who joins.")

    @property
    def fewest(self) -> int:
        """People that it takes."""
        return self.links + 1

    def graph(self, people: int, rng: np.random.Generator) -> nx.Graph:
        """Return such a network."""
        return nx.barabasi_albert_graph(people, self.links, rng)


class Pairs(Network):
    """The links are listed, people by their numbers from 0."""

    kind: Literal["pairs"]
    pairs: list[tuple[Number, Number]] = Field(description="Who can talk to each other.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if any(one == other for one, other in self.pairs):
            raise ValueError("expected pairs of different people")
        return self

    @property
    def fewest(self) -> int:
        """People that it takes."""
        return max((person + 1 for pair in self.pairs for person in pair), default=2)

    def graph(self, people: int, rng: np.random.Generator) -> nx.Graph:
        """Return these links."""
        network = nx.empty_graph(people)
        network.add_edges_from(self.pairs)
        return network


type NetworkField = Annotated[
    Everybody | SmallWorld | RandomLinks | ScaleFree | Pairs, Field(discriminator="kind")
]
"""The networks that files can name."""
