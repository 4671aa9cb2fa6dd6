"""Builds asv's site from the stored results and serves it on this machine."""

import contextlib
import functools
import http.server
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qpp.history import HistoryError, asv_runner, page, store
from qpp.history.checkout import find
from qpp.results import ResultError, write_atomically

OFFLINE = "history.html"
PORTS = range(8080, 8100)


def publish(
    *, where: Path | None = None, results: Path | None = None, html: Path | None = None
) -> Path:
    """Make asv's site, and beside it the offline page; returns the site's folder.

    asv's pages load their scripts from the network and must be served; the page
    ``history.html`` in the same folder does neither.

    Raises
    ------
    HistoryError
        Nothing is stored, a stored file is damaged, or the site cannot be written.
    """
    checkout = find(where)
    results = (results or checkout.results).resolve()
    asv_runner.require_asv()
    # asv would skip a damaged file with a warning; here it is named.
    if not store.read_all(results):
        raise HistoryError(f"nothing is stored under {results}: run `qpp history record`")
    conf = asv_runner.configuration(checkout, results_dir=str(results))
    if html is not None:
        conf["html_dir"] = str(html.resolve())
    site = Path(conf["html_dir"])
    with tempfile.TemporaryDirectory(prefix="qpp-asv-") as folder:
        code = asv_runner.invoke(conf, Path(folder), ["publish", "--no-pull"])
    if code != 0 or not (site / "index.html").is_file():
        raise HistoryError(f"asv publish stopped with exit code {code}: {site} is not complete")
    try:
        write_atomically(site / OFFLINE, page.render(results))
    except ResultError as error:
        raise HistoryError(str(error)) from error
    return site


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


def serve(site: Path, port: int | None = None, *, echo: Callable[[str], None] = print) -> None:
    """Serve a published site on the loopback address until Ctrl-C.

    ``port``: default the first free one from 8080; 0 takes any. ``echo`` gets the URL.
    """
    if not (site / "index.html").is_file():
        raise HistoryError(f"{site} holds no site: run `qpp history publish`")
    handler = functools.partial(_Quiet, directory=str(site))
    with _server(handler, PORTS if port is None else (port,)) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        echo(f"asv's site (needs the network for its scripts): {address}")
        echo(f"the same history, offline:                      {address}{OFFLINE}")
        echo("Ctrl-C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def _server(handler: Any, ports: Any) -> http.server.ThreadingHTTPServer:
    reason = ""
    for port in ports:
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        except (OSError, OverflowError) as error:
            reason = f"port {port}: {error}"
    raise HistoryError(f"cannot serve: {reason}")
