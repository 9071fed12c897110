"""A fuzzer: files and command lines, changed at random, that must never crash the command.

``python -m tests.fuzz --inputs 20000 --seed 1`` by hand; a short run is part of the tests.
"""
