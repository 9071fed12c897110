"""The server behind ``curnits view``: it serves browsers on this machine, and asks nobody else."""

import socket
import warnings
from collections.abc import Callable, Collection
from importlib.metadata import PackageNotFoundError, version
from os import environ
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from curnits.sim.errors import InputError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Receive, Scope, Send

SCENARIO = "CURNITS_SCENARIO"
"""Environment variable that names the scenario to start with: a file, or one of the catalogue."""

FIRST = "hot-dog-stands"
HOST = "127.0.0.1"

MOST_BYTES = 64_000_000
"""Largest file that can be uploaded: larger ones would take minutes to read."""

NEEDED = ("ipyvuetify", "solara", "solara-assets")
"""What the extra ``view`` installs."""

_LARGEST_MESSAGE = 2 * MOST_BYTES
"""Bytes of a message to the server: a file takes a third more than its size."""

_SOLARA = {
    "SOLARA_APP": "curnits.analysis.view.page",
    "SOLARA_MODE": "production",
    "SOLARA_ASSETS_CDN": "offline:",  # the package solara-assets has all that is asked for
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_TITLE": "Curnits",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
}


class ViewError(InputError):
    """A page that cannot be served; the message says why."""


class SameOrigin:
    """ASGI application that answers nothing that pages from elsewhere ask for.

    Browsers say where the page is from that opens a websocket, and where it sends anything.
    """

    def __init__(self, app: "ASGIApp", origins: Collection[str]) -> None:
        self._app, self._origins = app, origins

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer, or refuse with status 403."""
        from starlette.datastructures import Headers
        from starlette.responses import PlainTextResponse

        app = self._app
        if scope["type"] != "lifespan":
            origin = Headers(scope=scope).get("origin")
            from_elsewhere = origin is not None and origin not in self._origins
            if from_elsewhere or (origin is None and scope["type"] == "websocket"):
                app = PlainTextResponse("This page is for its own origin only\n", 403)
        await app(scope, receive, send)


def guarded(app: "Starlette", port: int, token: str) -> "Starlette":
    """Return an application that answers below a secret path, on this machine, to its own pages.

    Parameters
    ----------
    app : Starlette
    port : int
        Where it is served.
    token : str
        First part of the path; whoever does not know it finds nothing.
    """
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.routing import Mount

    names = (HOST, "localhost")
    return Starlette(
        routes=[Mount(f"/{token}", app=app)],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False),
            Middleware(SameOrigin, origins=[f"http://{name}:{port}" for name in names]),
        ],
        lifespan=app.router.lifespan_context,
    )


def serve(port: int, scenario: str, announce: Callable[[str], None]) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    port : int
        0 takes any that is free.
    scenario : str
        What to start with: a file, or a name in the catalogue.
    announce : callable
        Called with the address as soon as it can be visited; the address is a secret.

    Raises
    ------
    ViewError
        If the extra ``view`` is not installed, or the port cannot be listened to.
    """
    missing = [name for name in NEEDED if not _installed(name)]
    if missing:
        raise ViewError(
            f"the page needs {', '.join(missing)}, which the extra view brings "
            "(in Curnits's own folder: pip install '.[view]')"
        )
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise ViewError(f"--port {port}: {error.strerror} (0 takes any that is free)") from error
    listens, token = listening.getsockname()[1], token_urlsafe()
    address = f"http://{HOST}:{listens}/{token}/"
    # read when these are imported
    environ.update({**_SOLARA, "SOLARA_BASE_URL": address, SCENARIO: scenario})
    import uvicorn
    from solara.server.starlette import app

    warnings.filterwarnings("ignore", "Cookies with samesite=none")  # the page is no one's frame
    own = uvicorn.Config(
        guarded(app, listens, token), log_level="error", ws_max_size=_LARGEST_MESSAGE
    )
    announce(address)
    uvicorn.Server(own).run(sockets=[listening])


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
