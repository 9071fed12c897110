"""Games, frontiers and coalitions: no agents and no solving here."""
