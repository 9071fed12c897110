"""Games that the theory reaches as limits: vertices, thin feasible sets, and prices of zero."""
