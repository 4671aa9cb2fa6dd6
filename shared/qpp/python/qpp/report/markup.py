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
Value = str | float | bool | None


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
        if isinstance(child, Html):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(escape(clean(child), quote=False))
        elif child is not None:
            parts.append(join(*child))
    return Html("".join(parts))


def el(tag: str, *children: Child, **attributes: Value) -> Html:
    """One element. ``cls`` is ``class``; ``_`` in a name is ``-``; ``None`` leaves it out."""
    pairs = []
    for key, value in attributes.items():
        name = "class" if key == "cls" else key.replace("_", "-")
        if value is not None and value is not False:
            pairs.append(f" {name}" if value is True else f' {name}="{escape(clean(str(value)))}"')
    head = f"<{tag}{''.join(pairs)}>"
    return Html(head if tag in VOID else f"{head}{join(*children)}</{tag}>")


def some(tag: str, *children: Child, **attributes: Value) -> Html | None:
    """An element, or nothing where it would be empty."""
    inner = join(*children)
    return el(tag, inner, **attributes) if inner else None


def badge(text: str, tone: str, mark: str, href: str | None = None) -> Html:
    """A word with its colour (a class) and its mark, so that it can be read without colour."""
    tag = "span" if href is None else "a"
    return el(tag, text, href=href, cls=f"badge {tone}", data_mark=mark)


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


def paragraphs(text: str) -> Html:
    """Blank lines separate paragraphs; backquotes set code apart."""
    return join(some("p", inline(" ".join(block.split()))) for block in text.split("\n\n"))


def inline(text: str) -> Html:
    """Text in which backquotes set code apart."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # an unpaired quote is only a character
        return join(text)
    return join(el("code", p) if i % 2 else p for i, p in enumerate(pieces))


def scroll(*children: Child, label: str) -> Html:
    """A box that scrolls by itself, so that the page never does."""
    return el("div", *children, cls="scroll", tabindex=0, role="region", aria_label=label)


def figure(
    title: str, text: str, drawing: str, narrow: str = "", extra: Child = None
) -> Html | None:
    """A drawing with its caption; ``None`` without a drawing.

    Where there is a ``narrow`` drawing of the same, the style sheet shows one of the two.
    """
    if not drawing:
        return None
    caption = el("figcaption", el("strong", title), el("span", text))
    shown = raw(drawing)
    if narrow:
        shown = join(el("div", shown, cls="wide"), el("div", raw(narrow), cls="narrow"))
    return el("figure", caption, scroll(shown, label=title), extra)


def table(heads: Sequence[tuple[str, str | None]], *bodies: Child, cls: str, label: str) -> Html:
    """A table. ``heads``: text and class of each column."""
    head = el("tr", (el("th", text, scope="col", cls=side) for text, side in heads))
    return scroll(el("table", el("thead", head), *bodies, cls=cls), label=label)
