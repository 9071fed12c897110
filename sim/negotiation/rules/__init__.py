"""Rules of threats, splits, trades and decisions, and how they are found by name."""
