"""The REST API and the streams on a port, in a thread of their own."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

from hft_py.results import optional
from hft_py.venue.rest import application
from hft_py.venue.served import Served
from hft_py.venue.streams import Streams

uvicorn = optional("uvicorn", "venue", "the REST API of a venue")

__all__ = ["RestServer"]

_START = 10.0  # seconds that a server may take until it listens


class RestServer:
    """Listens from the call on; ``url`` is its base address."""

    def __init__(self, venue: Served) -> None:
        host = "127.0.0.1" if venue.config.host == "localhost" else venue.config.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.bind((host, venue.config.rest_port or 0))
        except BaseException:
            self._socket.close()
            raise
        port = self._socket.getsockname()[1]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        app = application(venue)
        self._streams = Streams(venue)
        self._streams.add_to(app)
        settings = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1,
            ws_max_size=64 * 1024,
        )  # fmt: skip
        self._server: Any = uvicorn.Server(settings)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hft_py venue rest", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START):
            raise RuntimeError("the REST server of the venue did not start")

    def _run(self) -> None:
        async def serve() -> None:
            self._streams.start(asyncio.get_running_loop())
            serving = asyncio.ensure_future(self._server.serve(sockets=[self._socket]))
            while not self._server.started and not serving.done():
                await asyncio.sleep(0.001)
            self._ready.set()
            await serving

        asyncio.run(serve())

    def stop(self) -> None:
        """Close all connections, and end the threads."""
        self._server.should_exit = True
        self._thread.join()
        self._streams.stop()
        self._socket.close()
