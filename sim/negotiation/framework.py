"""Mesa, the framework of the agents, imported in a thread of its own; modules here take it from it.

While it is loaded Mesa lists the whole stack with its sources, which took longer than all the rest
where many modules import one another; a new thread's stack is short.
"""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mesa
else:
    with ThreadPoolExecutor(1) as _thread:
        mesa = _thread.submit(import_module, "mesa").result()

__all__ = ["mesa"]
