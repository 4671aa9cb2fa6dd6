"""The result of a run in words, and how each verdict looks: mark, colour and word.

Red is only for what is wrong: an output that disagrees, a row that failed, a study that broke.
A bar that is missed, or that lies within the noise, says something about speed.
"""

from __future__ import annotations

import re

from qpp import format as fmt
from qpp.report.markup import Html, el
from qpp.results import ClaimResult, Run
from qpp.summary import VERDICTS, agreement, held, noise_floor, tally, unavailable

MARKS = {"reproduced": "✓", "within noise": "≈", "not reproduced": "✗", "not tested": "○"}
TONES = {
    "reproduced": "good",
    "within noise": "noisy",
    "not reproduced": "missed",
    "not tested": "untested",
}
WRONG = "!"  # the mark of an output that disagrees and of a row that failed


def plural(count: int, noun: str, nouns: str = "") -> str:
    """``1 bar``, ``2 bars``, ``1,200 bars``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def listed(parts: list[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def headline(run: Run) -> tuple[str, str, str]:
    """The first sentence of the report: its tone (a class), its first words, the rest.

    >>> headline(Run("", "quick", "", {}, ()))
    ('untested', 'Nothing was measured', '.')
    """
    if not any(s.workloads or s.error for s in run.studies):
        return "untested", "Nothing was measured", "."
    tone, first, rest = _bars(run)
    wrong = _wrong(run)
    if wrong:
        text = listed(wrong)
        return "bad", text[:1].upper() + text[1:], f". {first}{rest}."
    if run.interrupted or any(s.interrupted for s in run.studies):
        return "missed", "Interrupted", f". {first}{rest}, as far as the run came."
    return tone, first, f"{rest}."


def _bars(run: Run) -> tuple[str, str, str]:
    """``("plain", "40 of 46 bars held", "; 4 within noise, 2 missed on this machine")``."""
    claims = [c for s in run.studies for c in s.claims]
    count = tally(claims, "bar")
    reproduced, tested = held(claims, "bar")
    if not tested:
        return "untested", "No bar was tested" if count["not tested"] else "No bar was set", ""
    if reproduced == tested:
        return "good", "The one bar held" if tested == 1 else f"All {tested:,} bars held", ""
    rest = [
        f"{count[verdict]:,} {word}"
        for verdict, word in (
            ("within noise", "within noise"),
            ("not reproduced", "missed on this machine"),
        )
        if count[verdict]
    ]
    return "plain", f"{reproduced:,} of {tested:,} bars held", f"; {', '.join(rest)}"


def _wrong(run: Run) -> list[str]:
    disagree = sum(len(s.disagreements) for s in run.studies)
    failed = sum(r.status == "failed" for s in run.studies for w in s.workloads for r in w.rows)
    errors = sum(bool(s.error) for s in run.studies)
    parts = []
    if disagree:
        words = plural(disagree, "output disagrees", "outputs disagree")
        parts.append(f"{words} with the baseline")
    if failed:
        parts.append(f"{plural(failed, 'measurement')} failed")
    if errors:
        parts.append(f"{plural(errors, 'study', 'studies')} could not be run")
    return parts


def remarks(run: Run) -> str:
    """What stands under the headline: agreement, what was not tested, published figures."""
    compared = [agreement(s) for s in run.studies]
    agree, all_ = (sum(c[i] for c in compared) for i in (0, 1))
    claims = [c for s in run.studies for c in s.claims]
    open_ = tally(claims, "bar")["not tested"]
    published, tested = held(claims, "published")
    parts = []
    if all_ and agree == all_:
        parts.append(f"All {all_:,} compared outputs agree with the baseline.")
    elif all_:
        parts.append(f"{agree:,} of {all_:,} compared outputs agree with the baseline.")
    if open_:
        verb = "was" if open_ == 1 else "were"
        parts.append(f"{plural(open_, 'more bar')} {verb} not tested in this run.")
    if tested:
        parts.append(f"Figures published by others that were found here: {published} of {tested}.")
    return " ".join(parts)


def not_measured(run: Run) -> str:
    """What was not measured and how to get it, in one line; empty where all was."""
    by_remedy: dict[str, int] = {}
    for reason, names in unavailable(run).items():
        if names:
            remedy = _remedy(reason)
            by_remedy[remedy] = by_remedy.get(remedy, 0) + len(names)
    if not by_remedy:
        return ""
    total = sum(by_remedy.values())
    verb = "was" if total == 1 else "were"
    # What a command installs comes first, the most of it at the front.
    ranked = sorted(by_remedy.items(), key=lambda item: (not item[0].startswith("`"), -item[1]))
    text = [remedy.format(n=f"{n:,}", s="" if n != 1 else "s") for remedy, n in ranked]
    return f"{plural(total, 'implementation')} {verb} not measured: {'; '.join(text)}."


def _remedy(reason: str) -> str:
    """How to get what a reason says is missing, with room for a count."""
    match = re.fullmatch(r"needs .+? \((.+)\)", reason, re.S)
    if "GPU" in reason:
        return "{n} need{s} an NVIDIA GPU"
    if match and "\n" not in match[1]:
        return f"`{match[1].replace('{', '{{').replace('}', '}}')}` installs {{n}}"
    return "{n} for other reasons"


def noise_sentence(run: Run) -> str:
    """What the A/A controls of the run say about all its ratios; empty where there are none."""
    floor = noise_floor(run)
    if floor is None:
        return ""
    return (
        f"The same code timed against itself differed by up to {fmt.percent(floor)} in this run: "
        "read no smaller difference as one."
    )


def tone(claim: ClaimResult) -> str:
    """The class of a verdict; a published figure that is not found here is no failure of ours."""
    if claim.kind == "published" and claim.verdict == "not reproduced":
        return "untested"
    return TONES[claim.verdict]


def badge(claim: ClaimResult) -> Html:
    """The verdict as mark, colour and word."""
    return el("span", claim.verdict, cls=f"badge {tone(claim)}", data_mark=MARKS[claim.verdict])


def tallies(claims: list[ClaimResult]) -> Html:
    """How many bars met which verdict, each with its mark; and the published figures."""
    count = tally(claims, "bar")
    found, tested = held(claims, "published")
    published = el("span", f"published: {found} of {tested} found") if tested else None
    return el(
        "span",
        (
            el("span", f"{count[v]} {v}", cls=f"badge {TONES[v]}", data_mark=MARKS[v])
            for v in VERDICTS
            if count[v]
        ),
        published,
        cls="tallies",
    )


def pretty(text: str) -> str:
    """A claim's line with the signs of print.

    >>> pretty("rust >= 5,000 x faster than numpy")
    'rust ≥ 5,000× faster than numpy'
    """
    text = text.replace(" >= ", " ≥ ").replace(" <= ", " ≤ ")
    return re.sub(r"([≥≤] [\d.,e+]+) x ", r"\1× ", text)
