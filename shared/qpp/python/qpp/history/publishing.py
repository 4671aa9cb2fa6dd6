"""Writes the page and asv's own site from the stored points, and serves both."""

import contextlib
import functools
import http.server
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qpp.files import write_atomically
from qpp.history import HistoryError, page, store
from qpp.history.checkout import CONFIGURATION, SCRATCH, Checkout
from qpp.history.series import collect

ASV = "asv"  # the folder of asv's site inside ours


def publish(checkout: Checkout, *, echo: Callable[[str], None] = print) -> Path:
    """Write ``.asv/html``: the page ``index.html``, and asv's site in a folder; returns it.

    asv's pages load their scripts from the network, ours does not. Where asv fails, ``echo`` says
    so and the page is written without it.

    Raises
    ------
    HistoryError
        Nothing is stored, or a stored file is damaged.
    qpp.results.ResultError
        The page cannot be written.
    """
    site = checkout.root / SCRATCH / "html"
    series = collect(checkout.results)
    store.describe(checkout.results)
    failure = _asv(checkout, site / ASV)
    if failure:
        echo(f"without asv's site: {failure}")
    other = "" if failure else f"{ASV}/index.html"
    write_atomically(site / "index.html", page.render(series, other=other))
    return site


def _asv(checkout: Checkout, html: Path) -> str:
    """Run `asv publish`; returns why it failed, or nothing."""
    if importlib.util.find_spec("asv") is None:
        return "asv is not installed: run `make develop`"
    try:
        conf = json.loads((checkout.root / CONFIGURATION).read_text(encoding="utf-8"))
        conf |= {"repo": str(checkout.root), "html_dir": str(html)}
        conf["results_dir"] = str(checkout.results)
    except (OSError, ValueError, TypeError) as error:
        return f"{CONFIGURATION} is damaged: {error}"
    with tempfile.TemporaryDirectory(prefix="qpp-asv-") as scratch:
        file = Path(scratch) / CONFIGURATION
        file.write_text(json.dumps(conf), encoding="utf-8")
        command = [sys.executable, "-m", "asv", "publish", "--no-pull", "--config", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0 and (html / "index.html").is_file():
        return ""
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return f"asv publish ended with exit code {done.returncode} ({lines[-1] if lines else ''})"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


def serve(
    site: Path,
    port: int = 0,
    *,
    open_browser: bool = True,
    echo: Callable[[str], None] = print,
) -> None:
    """Serve a published site on the loopback address until Ctrl-C.

    ``port``: 0 takes a free one. The page opens in the browser where there is a display.
    """
    handler = functools.partial(_Quiet, directory=str(site))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise HistoryError(f"cannot serve on port {port}: {error.strerror}") from error
    with server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        echo(f"the history: {address}")
        if (site / ASV).is_dir():
            echo(f"asv's site:  {address}{ASV}/ (its pages need a network)")
        echo("Ctrl-C ends it.")
        display = os.name == "nt" or sys.platform == "darwin"
        if open_browser and (display or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()):
            webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
