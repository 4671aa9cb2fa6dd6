"""The result of a run in words; mark, colour and word of each verdict.

Red is only for what is wrong: an output that disagrees, a row that failed, a study that could
not be run. A missed bar is not red.
"""

import re
from collections import Counter

from qpp import format as fmt
from qpp.report.markup import Html, badge, el
from qpp.results import ClaimResult, Run, StudyResult
from qpp.statistics import noise_floors
from qpp.summary import VERDICTS, agreement, held, others, plural, tally, unavailable

MARKS = {"reproduced": "✓", "within noise": "≈", "not reproduced": "✗", "not tested": "○"}
TONES = {
    "reproduced": "good",
    "within noise": "noisy",
    "not reproduced": "missed",
    "not tested": "untested",
}
WRONG = "!"  # the mark of an output that disagrees and of a row that failed


def headline(run: Run) -> tuple[str, str, str]:
    """The first sentence of the report: its tone (a class), its first words, the rest.

    >>> headline(Run("", "quick", "", {}, ()))
    ('untested', 'Nothing was measured', '.')
    """
    if not any(s.workloads or s.error for s in run.studies):
        return "untested", "Nothing was measured", "."
    tone, first, rest = _bars(run)
    if wrong := _wrong(run):
        text = " and ".join(filter(None, (", ".join(wrong[:-1]), wrong[-1])))
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
    rest = others({**count, "not tested": 0}, not_reproduced="missed on this machine")
    return "plain", f"{reproduced:,} of {tested:,} bars held", f"; {', '.join(rest)}"


def _wrong(run: Run) -> list[str]:
    rows = Counter(r.status for s in run.studies for w in s.workloads for r in w.rows)
    errors = sum(bool(s.error) for s in run.studies)
    disagree = plural(rows["disagrees"], "output disagrees", "outputs disagree")
    counted = (
        (rows["disagrees"], f"{disagree} with the baseline"),
        (rows["failed"], f"{plural(rows['failed'], 'measurement')} failed"),
        (errors, f"{plural(errors, 'study', 'studies')} could not be run"),
    )
    return [text for count, text in counted if count]


def remarks(run: Run) -> str:
    """The lines under the headline: agreement, untested bars, published figures."""
    compared = [agreement(s) for s in run.studies]
    agree, every = (sum(c[i] for c in compared) for i in (0, 1))
    claims = [c for s in run.studies for c in s.claims]
    untested = tally(claims, "bar")["not tested"]
    published, tested = held(claims, "published")
    parts = []
    if every:
        count = f"All {every:,}" if agree == every else f"{agree:,} of {every:,}"
        parts.append(f"{count} compared outputs agree with the baseline.")
    if untested:
        more = plural(untested, "more bar was", "more bars were")
        parts.append(f"{more} not tested in this run.")
    if tested:
        others_said = f"Others published {plural(tested, 'figure')}, measured on their machines"
        parts.append(f"{others_said}; this machine reached {published}.")
    return " ".join(parts)


def not_measured(run: Run) -> str:
    """What was not measured and how to get it, in one line; empty where all was."""
    count = Counter[str]()
    for reason, names in unavailable(run).items():
        count[_remedy(reason)] += len(names)
    if not count:
        return ""
    # What a command installs comes first, the most of it at the front.
    ranked = sorted(count.items(), key=lambda item: (not item[0].startswith("`"), -item[1]))
    text = [remedy.format(n=f"{n:,}", s="" if n != 1 else "s") for remedy, n in ranked]
    who = plural(count.total(), "implementation was", "implementations were")
    return f"{who} not measured: {'; '.join(text)}."


def _remedy(reason: str) -> str:
    if "GPU" in reason:
        return "{n} need{s} an NVIDIA GPU"
    if match := re.fullmatch(r"needs .+? \((.+)\)", reason):
        return f"`{match[1].replace('{', '{{').replace('}', '}}')}` installs {{n}}"
    return "{n} for other reasons"


def noise_sentence(study: StudyResult) -> str:
    """What the noise floors of a study are worth; empty without A/A controls."""
    floors = noise_floors(study.workloads)
    if not any(floors.values()):
        return ""
    least, (where, most) = min(floors.values()), max(floors.items(), key=lambda item: item[1])
    text = f"Noise floor: {fmt.percent(least)}"
    if most > least:
        text += f" on half of the workloads, more on the others, {fmt.percent(most)} on {where}"
    return f"{text}. Two timings of the same code differed by as much: what is smaller is noise."


def tone(claim: ClaimResult) -> str:
    """The CSS class of a verdict; a missed published figure is no failure."""
    if claim.kind == "published" and claim.verdict == "not reproduced":
        return "untested"
    return TONES[claim.verdict]


def verdict_badge(claim: ClaimResult) -> Html:
    """The verdict as mark, colour and word."""
    return badge(claim.verdict, tone(claim), MARKS[claim.verdict])


def tallies(claims: list[ClaimResult]) -> Html:
    """The number of bars with each verdict, and the published figures."""
    count = tally(claims, "bar")
    found, tested = held(claims, "published")
    bars = [badge(f"{count[v]} {v}", TONES[v], MARKS[v]) for v in VERDICTS if count[v]]
    published = el("span", f"published: {found} of {tested} reached") if tested else None
    return el("span", bars, published, cls="tallies")


def pretty(text: str) -> str:
    """A claim's text with typographic signs.

    >>> pretty("rust >= 5,000 x faster than numpy")
    'rust ≥ 5,000× faster than numpy'
    """
    text = text.replace(" >= ", " ≥ ").replace(" <= ", " ≤ ")
    return re.sub(r"([≥≤] [\d.,e+]+) x ", r"\1× ", text)
