"""From a matplotlib figure to an SVG that follows the page's light or dark theme.

Figures are drawn in the light palette. On the way out each colour of the palette turns
into a CSS variable, so one drawing serves both themes; ids get a prefix, so many drawings
live on one page; marks get a class and a tooltip, so tests and readers can find them.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qpp.report.markup import clean

# name: (light, dark). References are grey (baseline, limit, target); the others have a hue:
# blue and orange stay apart for every common colour blindness. Red is only for what is wrong.
TOKENS: dict[str, tuple[str, str]] = {
    "paper": ("#fbfbf9", "#101215"),
    "surface": ("#fffffe", "#16191d"),
    "sunken": ("#f4f4f0", "#1b1f24"),
    "ink": ("#16191d", "#eceef1"),
    "soft": ("#3d434a", "#c5cad1"),
    "muted": ("#626971", "#979fa9"),
    "rule": ("#dcdcd6", "#31363d"),
    "grid": ("#e9e9e4", "#23272d"),
    "baseline": ("#696f77", "#a3aab3"),
    "optimised": ("#0b5cc7", "#6aaeff"),
    "peer": ("#b4540a", "#eda04f"),
    "component": ("#7a4f94", "#c6a3dc"),
    "limit": ("#4b5159", "#bcc2ca"),
    "target": ("#4c525a", "#bbc1c9"),
    "good": ("#0a7455", "#63d6b2"),
    "noisy": ("#5a55ad", "#aaa6f4"),
    "missed": ("#875600", "#dfae4a"),
    "bad": ("#b9301a", "#ff7d62"),
}
LIGHT = {name: pair[0] for name, pair in TOKENS.items()}
FONT = (
    'Inter, -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, '
    '"Helvetica Neue", "Liberation Sans", Arial, system-ui, sans-serif'
)
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_MARK = "mark|"
_COLOUR = {colour: f"var(--{name})" for name, colour in LIGHT.items()}
STYLE: Any = {  # matplotlib's own type of these keys changes with its version
    "svg.fonttype": "none",
    "svg.hashsalt": "qpp",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 11.5,
    "text.color": LIGHT["ink"],
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.edgecolor": LIGHT["rule"],
    "axes.labelcolor": LIGHT["muted"],
    "axes.labelsize": 11.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": LIGHT["grid"],
    "grid.linewidth": 1.0,
    "lines.solid_capstyle": "round",
}
TICKS = {
    "color": LIGHT["rule"],
    "labelcolor": LIGHT["muted"],
    "labelsize": 11,
    "major.size": 0,
    "minor.size": 0,
}
STYLE |= {f"{axis}tick.{key}": value for axis in "xy" for key, value in TICKS.items()}


@contextmanager
def style() -> Iterator[None]:
    """The style of all drawings, as a context or a decorator (``@style()``)."""
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # The browser draws the glyphs, not matplotlib.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        yield


def new_figure(width: float, height: float) -> Figure:
    """A figure of ``width`` x ``height`` CSS pixels (72 to matplotlib's inch)."""
    return Figure(figsize=(width / 72, height / 72), dpi=72)


def pixel_axes(
    figure: Figure, left: float, top: float, right: float, bottom: float
) -> tuple[Axes, float, float]:
    """Axes with margins in CSS pixels; also their width and height."""
    width, height = (72 * inches for inches in figure.get_size_inches())
    w, h = width - left - right, height - top - bottom
    axes = figure.add_axes((left / width, bottom / height, w / width, h / height))
    return axes, w, h


def mark(artist: Artist, kind: str, tip: str) -> None:
    """Declare an artist to be a mark: it gets a class, a unique id and a tooltip."""
    artist.set_gid(f"{_MARK}{kind}|{clean(tip)}")


def themed(figure: Figure, *, title: str, description: str = "", name: str = "chart") -> str:
    """The figure as inline SVG with an accessible title and description.

    ``name`` prefixes every id: unique on the page, letters, digits and dashes. The same
    figure gives the same bytes.
    """
    buffer = io.StringIO()
    with style():
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    root = ET.fromstring(buffer.getvalue())
    _strip(root)
    _identify(root, name)
    for element in root.iter():
        _paint(element)
    _share(root)
    labels = f"{name}-title {name}-desc"
    root.attrib |= {"class": "chart", "role": "img", "aria-labelledby": labels}
    root.set("stroke-linejoin", "round")
    for key in ("width", "height", "version"):
        del root.attrib[key]
    for position, (tag, text) in enumerate((("title", title), ("desc", description or title))):
        child = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"})
        child.text = clean(text)
        root.insert(position, child)
    ET.register_namespace("", _SVG)
    return re.sub(r">\s+<", "><", ET.tostring(root, encoding="unicode"))


def standalone(svg: str) -> str:
    """The same drawing as a separate file, with both palettes."""
    font = FONT.replace('"', "'")
    rules = f"{tokens_css('svg')} text {{ font-family: {font}; }}"
    head, _, rest = svg.partition(">")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{head}><style>{rules}</style>{rest}\n'


def tokens_css(selector: str = ":root") -> str:
    """The palettes as CSS variables: the reader's theme, or ``data-theme`` where set."""
    light, dark = (
        " ".join(f"--{name}: {pair[which]};" for name, pair in TOKENS.items()) for which in (0, 1)
    )
    return (
        f"{selector} {{ color-scheme: light dark; {light} }} "
        f"@media screen and (prefers-color-scheme: dark) {{ "
        f"{selector}:not([data-theme=light]) {{ {dark} }} }} "
        f"@media screen {{ {selector}[data-theme=dark] {{ color-scheme: dark; {dark} }} }} "
        f"{selector}[data-theme=light] {{ color-scheme: light; }}"
    )


def _strip(root: ET.Element) -> None:
    """Drop matplotlib's metadata (it holds web addresses) and its page-wide style."""
    for parent in list(root.iter()):
        for child in list(parent):
            inner = [grandchild.tag for grandchild in child]
            style = child.tag == f"{{{_SVG}}}defs" and inner in ([], [f"{{{_SVG}}}style"])
            if style or child.tag == f"{{{_SVG}}}metadata":
                parent.remove(child)


def _identify(root: ET.Element, name: str) -> None:
    """Ids that are unique on the page and short, a class and a tooltip for each mark."""
    count = 0
    short: dict[str, str] = {}  # matplotlib's id -> ours

    def ours(theirs: str) -> str:
        return short.setdefault(theirs, f"{name}-{len(short)}")

    for element in root.iter():
        if (target := element.attrib.pop(_XLINK, None)) is not None:
            element.set("href", f"#{ours(target[1:])}")
        if match := re.fullmatch(r"url\(#(.+)\)", element.get("clip-path", "")):
            element.set("clip-path", f"url(#{ours(match[1])})")
    for element in list(root.iter()):
        identity = element.attrib.pop("id", "")
        if identity.startswith(_MARK):
            _, kind, tip = identity.split("|", 2)
            element.set("id", f"{name}-mark-{count}")
            element.set("class", f"mark mark-{kind}")
            label = ET.Element(f"{{{_SVG}}}title")
            label.text = tip
            element.insert(0, label)
            count += 1
        elif identity in short:
            element.set("id", short[identity])


def _share(root: ET.Element) -> None:
    """Move a style that all points of a group share to the group: files get smaller."""
    for group in root.iter(f"{{{_SVG}}}g"):
        points = list(group)
        styles = {p.get("style") for p in points}
        uses = all(p.tag == f"{{{_SVG}}}use" for p in points)
        if uses and len(points) > 1 and len(styles) == 1 and (common := styles.pop()):
            group.set("style", common)
            for point in points:
                del point.attrib["style"]


def _paint(element: ET.Element) -> None:
    """Colours to variables, fonts to the page's, coordinates to a hundredth of a pixel."""
    if text := element.get("style"):
        text = re.sub(r"font-family:[^;]*;?\s*", "", text)
        text = re.sub(r"#[0-9a-f]{6}", lambda m: _COLOUR.get(m[0], m[0]), text)
        element.set("style", text)
    for key in ("d", "x", "y", "transform"):
        if value := element.get(key):
            value = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", value)
            element.set(key, " ".join(value.split()))
    if element.get("transform", "").startswith("rotate(-0"):
        del element.attrib["transform"]
