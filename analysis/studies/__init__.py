"""Questions asked of many games or runs; a study file states one, ``curnits sweep`` answers it."""
