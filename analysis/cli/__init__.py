"""The command ``curnits``."""
