"""A page in headless Chromium: its document, console messages and network requests.

No driver is needed: the browser's command line prints all three. A script in a copy of the page
reports what depends on the layout (overflow, colours, visible marks).
"""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
REMEDY = "install Chromium (Debian: apt-get install chromium) or set QPP_CHROMIUM to its path"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--hide-scrollbars",
    # No request leaves the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    # The document is printed after a second of virtual time.
    "--virtual-time-budget=1000",
    "--enable-logging=stderr",
    "--v=0",
)
CONSOLE = re.compile(r':CONSOLE[:(]\d+\)?\] "(.*?)", source: ', re.S)
PROBE = """<script>addEventListener("load", () => {
  const root = document.documentElement, seen = {};
  const shown = (e) => { const b = e.getBoundingClientRect(); return b.width + b.height > 0; };
  seen.width = innerWidth;
  seen.overflow = root.scrollWidth - root.clientWidth;
  seen.background = getComputedStyle(document.body).backgroundColor;
  seen.marks = [...document.querySelectorAll(".mark")].filter(shown).length;
  seen.charts = [...document.querySelectorAll("svg.chart")].filter(shown).length;
  const button = document.getElementById("theme");
  if (button) { button.click(); seen.toggled = getComputedStyle(document.body).backgroundColor; }
  if (parent === window) root.dataset.probe = JSON.stringify(seen);
  else parent.postMessage([JSON.stringify(seen), root.outerHTML], "*");
});</script>"""
HEIGHT = 900
NARROWEST = 500  # a headless window is no narrower: a phone's page is shown in a frame
FRAME = """<!doctype html><style>:root {{ color-scheme: light dark; }} body {{ margin: 0; }}</style>
<script>addEventListener("message", (event) => {{
  document.documentElement.dataset.probe = event.data[0];
  document.documentElement.dataset.dom = event.data[1];
}});</script><iframe src="page.html" width="{width}" height="{height}" frameborder="0"></iframe>"""


@dataclass(frozen=True)
class Visit:
    """What one visit to a page showed.

    ``console`` holds every message (a good page has none), ``requests`` every address the
    page asked for other than itself and ``data:``; ``probe`` what the laid-out page knows.
    """

    dom: str
    console: list[str]
    requests: list[str]
    probe: dict[str, Any]


def require_chromium() -> str:
    """The browser's path: ``QPP_CHROMIUM``, or on the search path; or the test is skipped."""
    chosen = os.environ.get("QPP_CHROMIUM")
    found = next(filter(None, map(shutil.which, [chosen] if chosen else NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium found: {REMEDY}")
    return found


def visit(page: Path, *, width: int = 1280, dark: bool = False, timeout: float = 60.0) -> Visit:
    """Open a local file and report what happened.

    ``TimeoutError`` after ``timeout`` seconds: the browser and its children are ended.
    """
    browser = require_chromium()
    with tempfile.TemporaryDirectory(prefix="qpp-chromium-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        copy = home / "page.html"
        text = page.read_text(encoding="utf-8")
        copy.write_text(text.replace("</body>", f"{PROBE}</body>"), encoding="utf-8")
        opened = copy
        if width < NARROWEST:
            opened = home / "frame.html"
            opened.write_text(FRAME.format(width=width, height=HEIGHT), encoding="utf-8")
        log = home / "net.json"
        scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
        options = (*FLAGS, f"--window-size={width},{HEIGHT}", scheme, f"--log-net-log={log}")
        errors, dom = run([browser, *options, "--dump-dom", opened.as_uri()], home, timeout)
        requests = _requests(log, {copy.as_uri(), opened.as_uri()})
        probe = json.loads(_attribute(dom, "probe") or "{}")
        return Visit(_attribute(dom, "dom") or dom, CONSOLE.findall(errors), requests, probe)


def run(command: list[str], home: Path, timeout: float) -> tuple[str, str]:
    """What the browser wrote, errors first; ``home`` keeps its profile."""
    profile = tempfile.mkdtemp(dir=home, prefix="profile-")
    with subprocess.Popen(
        [*command[:-1], f"--user-data-dir={profile}", command[-1]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise TimeoutError(f"Chromium gave no answer within {timeout} s") from None
    if process.returncode:
        raise RuntimeError(f"Chromium ended with {process.returncode}: {err[-2000:]}")
    return err, out


def _requests(log: Path, own: set[str]) -> list[str]:
    """Addresses requested by the page. Requests of the browser itself have no origin."""
    text = log.read_text(encoding="utf-8").rstrip().rstrip(",")
    try:
        raw = json.loads(text)
    except json.JSONDecodeError:  # the browser may exit before the log is complete
        raw = json.loads(text + "]}")
    start = raw["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [e.get("params", {}) for e in raw["events"] if e["type"] == start]
    urls = [p["url"] for p in asked if "url" in p and p.get("initiator") != "not an origin"]
    return [u for u in urls if u not in own and not u.startswith(("data:", "chrome:", "blob:"))]


def _attribute(dom: str, name: str) -> str:
    found = re.search(rf'<html[^>]* data-{name}="([^"]*)"', dom)
    return unescape(found[1]) if found else ""
