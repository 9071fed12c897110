"""The simulator: what is negotiated, who negotiates, and how a run is recorded.

Its public names are listed in ``__init__.pyi`` and imported when they are first used, so that
nothing is imported in vain.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
