"""Property tests here time nothing: the first linear program of a process is slow."""

from hypothesis import settings

settings.register_profile("games", deadline=None)
settings.load_profile("games")
