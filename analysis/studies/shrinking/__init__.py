"""Smaller games that still show something: for papers, and for reports of mistakes.

To add something to be kept, write a function beside those in :mod:`.properties` and list it there.
"""
