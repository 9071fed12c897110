"""The world: what is negotiated, who negotiates, and how a run is recorded."""
