"""HTML as values: every text is escaped on its way in, once, here.

>>> str(el("p", "1 < 2 & ", el("b", "so on"), cls="note"))
'<p class="note">1 &lt; 2 &amp; <b>so on</b></p>'
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources

LONGEST = 30  # letters of a name that fits into a column of a table
VOID = frozenset({"br", "hr", "meta", "input", "img", "link"})


class Html(str):
    """Markup that is already safe. Only :func:`el`, :func:`raw` and :func:`join` make it."""

    __slots__ = ()


Child = str | Html | None | Iterable["Child"]


def clean(text: str) -> str:
    """Replace what neither HTML nor XML can hold (control characters, lone surrogates)."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def raw(markup: str) -> Html:
    """Trust this markup: for our own style sheet, script and drawings only."""
    return Html(markup)


def join(*children: Child) -> Html:
    """Flatten and escape: plain strings are text, ``None`` is nothing."""
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(escape(clean(child), quote=False))
        else:
            parts.append(join(*child))
    return Html("".join(parts))


def el(tag: str, *children: Child, **attributes: str | float | bool | None) -> Html:
    """One element. ``cls`` is ``class``; ``_`` in a name is ``-``; ``None`` leaves it out."""
    pairs = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        name = {"cls": "class", "for_": "for"}.get(key, key.replace("_", "-"))
        pairs.append(f" {name}" if value is True else f' {name}="{escape(clean(str(value)))}"')
    head = f"<{tag}{''.join(pairs)}>"
    return Html(head if tag in VOID else f"{head}{join(*children)}</{tag}>")


def resource(name: str, package: str = "qpp.report") -> str:
    """The text of a file beside the modules of a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def name(text: str) -> Html:
    """A name that stays whole; only one too long for a column may be broken."""
    return el("span", text, cls="whole" if len(text) <= LONGEST else "break")


def figures(text: str) -> Html:
    """Text in which a number with an exponent stays whole.

    >>> str(figures("at most 6e-08"))
    'at most <span class="whole">6e-08</span>'
    """
    pieces = re.split(r"(\d[\d.]*e-\d+)", text)
    return join(el("span", p, cls="whole") if i % 2 else p for i, p in enumerate(pieces))


def paragraphs(text: str, cls: str | None = None) -> Html:
    """Blank lines separate paragraphs; backquotes set code apart."""
    blocks = [block for block in text.split("\n\n") if block.strip()]
    return join(el("p", inline(" ".join(b.split())), cls=cls) for b in blocks)


def inline(text: str) -> Html:
    """Text in which backquotes set code apart."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # an unpaired quote is only a character
        return join(text)
    return join(el("code", p) if i % 2 else p for i, p in enumerate(pieces))


def figure(
    title: str, text: str, drawing: str, narrow: str = "", extra: Html | None = None
) -> Html | None:
    """A drawing with its caption, in a box that scrolls by itself; ``None`` without a drawing.

    Where there is a ``narrow`` drawing of the same, the style sheet shows one of the two.
    """
    if not drawing:
        return None
    caption = el("figcaption", el("strong", title), el("span", text))
    shown = raw(drawing)
    if narrow:
        shown = join(el("div", shown, cls="wide"), el("div", raw(narrow), cls="narrow"))
    area = el("div", shown, cls="scroll", tabindex=0, role="region", aria_label=title)
    return el("figure", caption, area, extra)


def table(heads: Sequence[tuple[str, str | None]], *bodies: Child, cls: str, label: str) -> Html:
    """A table in a box that scrolls by itself. ``heads``: text and class of each column."""
    head = el("tr", (el("th", text, scope="col", cls=side) for text, side in heads))
    inner = el("table", el("thead", head), *bodies, cls=cls)
    return el("div", inner, cls="scroll", tabindex=0, role="region", aria_label=label)
