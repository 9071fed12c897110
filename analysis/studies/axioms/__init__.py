"""Axioms that the answers of a concept may or may not satisfy, each tried on a game.

To add one, write a class beside those in :mod:`.transforming` or :mod:`.standing` and list it in
:mod:`.registry`; what is known of it in general is a row in :mod:`.theory`.
"""
