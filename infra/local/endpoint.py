"""The loopback AWS endpoint: moto's own server over the same objects, for other processes on this machine.

    AWS_ENDPOINT_URL=http://127.0.0.1:8789 AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing …

The same lock, persistence and functions apply as in this process. Only signed requests of a program are answered:
none for another host, none from a web page, and none to moto's own control paths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from cheroot.wsgi import Server as WsgiServer

from infra.local import server

_THREADS: Final = 16
_SIGNED: Final = re.compile(r"AWS4-HMAC-SHA256 Credential=")
_CONTROL_PATHS: Final = ("/moto-api", "/latest/")


class Endpoint:
    """The AWS endpoint, listening from its construction to `stop`."""

    def __init__(self, port: int) -> None:
        """Listens on the loopback address; 0 takes a free port. Raises `server.PortInUse`."""
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        application = _guarded(DomainDispatcherApplication(create_backend_app))
        self._server = WsgiServer(("127.0.0.1", port), application, numthreads=_THREADS, max=_THREADS)
        server.configure(self._server)
        self._thread = server.listen(self._server, port)

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        """What other processes set as AWS_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Closes the port and ends the threads."""
        server.stop(self._server, self._thread)


def _guarded(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _is_from_a_program(environ):
            start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        return application(environ, start_response)

    return answer


def _is_from_a_program(environ: dict[str, Any]) -> bool:
    """False for what a browser could be made to send, and for moto's own paths."""
    return (
        server.is_this_host(environ.get("HTTP_HOST", ""))
        and "HTTP_ORIGIN" not in environ
        and "HTTP_SEC_FETCH_SITE" not in environ
        and _SIGNED.match(environ.get("HTTP_AUTHORIZATION", "")) is not None
        and not environ.get("PATH_INFO", "").startswith(_CONTROL_PATHS)
    )
