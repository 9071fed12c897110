"""Questions asked of a game or of many games."""
