"""The server behind ``curnits view``: it serves browsers on this machine, and asks nobody else."""

import socket
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from os import environ

from sim.errors import InputError

SCENARIO = "CURNITS_SCENARIO"
"""Environment variable that names the scenario to start with: a file, or one of the catalogue."""

FIRST = "hot-dog-stands"
HOST = "127.0.0.1"

NEEDED = ("altair", "ipyvuetify", "solara", "solara-assets")
"""What the extra ``view`` installs."""

_SOLARA = {
    "SOLARA_APP": "analysis.page",
    "SOLARA_MODE": "production",
    "SOLARA_ASSETS_CDN": "offline:",  # the package solara-assets has all that is asked for
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_TITLE": "Curnits",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
}


class ViewError(InputError):
    """A page that cannot be served; the message says why."""


def serve(port: int, scenario: str, announce: Callable[[str], None]) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    port : int
        0 takes any that is free.
    scenario : str
        What to start with: a file, or a name in the catalogue.
    announce : callable
        Called with the address as soon as it can be visited.

    Raises
    ------
    ViewError
        If the extra ``view`` is not installed, or the port cannot be listened to.
    """
    missing = [name for name in NEEDED if not _installed(name)]
    if missing:
        raise ViewError(
            f"the page needs {', '.join(missing)}, which the extra view brings: "
            "pip install 'curnits[view]'"
        )
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise ViewError(f"--port {port}: {error.strerror} (0 takes any that is free)") from error
    environ.update({**_SOLARA, SCENARIO: scenario})  # read when these are imported
    import uvicorn
    from solara.server.starlette import app
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    warnings.filterwarnings("ignore", "Cookies with samesite=none")  # the page is no one's frame
    own = TrustedHostMiddleware(app, allowed_hosts=[HOST, "localhost"])
    announce(f"http://{HOST}:{listening.getsockname()[1]}/")
    uvicorn.Server(uvicorn.Config(own, log_level="error")).run(sockets=[listening])


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
