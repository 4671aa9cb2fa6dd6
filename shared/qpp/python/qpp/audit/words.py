"""What the HTML page, the Markdown and the terminal say about an audit, in the same words."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from qpp import format as fmt
from qpp.audit import findings
from qpp.audit.document import Audit, Finding
from qpp.audit.remedies import REMEDIES
from qpp.summary import plural

TOP = findings.FIRST  # on the first screen, and in the bound for all together
SMALL = 0.05  # of the work: no rewrite of a smaller place pays
MUCH_SLOWER = 1.5  # under a profiler: its shares may be off
OWN = 5.0  # seconds that a profiler takes for itself, before and after the program
MUCH_START_UP = 0.02  # of the whole time: what a rewrite brings to the whole is told apart
BUSY = 1.5  # load for a core, above which times are not certain
LEAST = 0.005  # of the work: a smaller share is 0 %
COUNTS = "cProfile"  # counts calls, which is sure, and gives no shares
NUMBERS = ("no", "one", "two", "three")


def pattern(name: str) -> str:
    """A pattern in words; a name that is not known, with spaces."""
    return REMEDIES[name].title if name in REMEDIES else name.replace("_", " ")


def times(bound: float) -> str:
    """A bound, with as many digits as it deserves.

    >>> times(1.0), times(1.348), times(5.24), times(41.7)
    ('1.00×', '1.35×', '5.2×', '42×')
    """
    return f"{bound:,.{2 if bound < 1.995 else 1 if bound < 9.95 else 0}f}×"


def percent(part: float) -> str:
    """A share in whole points, which is as far as it is known."""
    return f"{100 * part:.0f} %"


def share(finding: Finding) -> str:
    """A share with its interval: ``43 % (40 to 46)``; without one where it has no width."""
    low, high = (f"{100 * end:.0f}" for end in (finding.share_low, finding.share_high))
    interval = f" ({low} to {high})" if low != high else ""
    return f"{percent(finding.share)}{interval}"


def files(found: Sequence[Finding]) -> dict[str, str]:
    """Each file as a reader knows it: without the folders that all have in common."""
    paths = sorted({finding.file for finding in found})
    if not paths:
        return {}
    folder = os.path.commonpath([os.path.dirname(path) for path in paths])
    return {path: os.path.relpath(path, folder) if folder else path for path in paths}


def lines(finding: Finding) -> str:
    """``line 7``, ``lines 40–52``, ``cell 3, line 7``."""
    first, last = finding.first_line, finding.last_line
    text = f"line {first}" if first == last else f"lines {first}–{last}"
    return text if finding.cell is None else f"cell {finding.cell}, {text}"


def where(finding: Finding, names: dict[str, str]) -> str:
    """The file and its lines."""
    return f"{names.get(finding.file, Path(finding.file).name)}, {lines(finding)}"


def named(finding: Finding, names: dict[str, str]) -> str:
    """The function, where there is one, with its file and lines."""
    place = where(finding, names)
    return f"{finding.function} ({place})" if finding.function else place


def named_pattern(finding: Finding) -> str:
    """The pattern of a finding in words that fit its code."""
    return finding.title or pattern(finding.pattern)


def title(finding: Finding) -> str:
    """The pattern of a finding as a heading."""
    words = named_pattern(finding)
    return words[0].upper() + words[1:]


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence.

    >>> first_sentence("Use `a.b(c)`, e.g. 2.5 of them. Then rest.")
    'Use `a.b(c)`, e.g. 2.5 of them.'
    """
    for i, letter in enumerate(text):
        if letter == "." and text[i + 1 : i + 2] in ("", " ", "\n") and text[i - 2 : i] != ".g":
            return text[: i + 1]
    return text


def worthwhile(audit: Audit) -> list[Finding]:
    """The findings whose remedy pays, largest first."""
    return [finding for finding in audit.findings if finding.worth]


def large(audit: Audit) -> tuple[Finding, ...]:
    """The findings that are shown in full: the first ones, and all that are not small."""
    return tuple(f for n, f in enumerate(audit.findings) if n < TOP or f.share >= SMALL)


def roadmap(audit: Audit) -> list[tuple[Finding, float]]:
    """What to do first: by time saved for the effort; each with the bound of all so far."""
    order = findings.roadmap(audit.findings)
    return [(found, findings.bound_together(order[:n])) for n, found in enumerate(order, 1)]


def headline(audit: Audit) -> tuple[str, str, str]:
    """The first sentence of a report: its tone (a class of the style sheet), beginning and rest."""
    top = worthwhile(audit)[:TOP]
    if not audit.findings and (audit.exit_status or audit.time_limit_reached):
        return "bad", "Not measured", ": the program ended too early to say where its time goes."
    if not audit.findings:
        said = f": the whole program takes {fmt.seconds(audit.bare_seconds)}."
        return "good", "Nothing here is worth your money", said
    if audit.nothing_worth or not top:
        return "good", "Nothing here is worth your money", ": no rewrite of a single place pays."
    count, total = len(top), sum(finding.share for finding in top)
    spots = f"{NUMBERS[count].capitalize()} hot spot{'s' if count > 1 else ''}"
    take = f"{'take' if count > 1 else 'takes'} {percent(total)} of the work"
    work = findings.expected_together(top), audit.bound_together
    aside = audit.imports_share
    whole = (1.0 / (aside + (1.0 - aside) / gain) for gain in work)
    about, most = map(times, whole if aside >= MUCH_START_UP else work)
    together = (
        f". Rewriting {'these' if count > 1 else 'it'} could make the program about {about} "
        f"faster, at most {most}"
    )
    if aside >= MUCH_START_UP:
        about, most = map(times, work)
        together += (
            f" (the work alone about {about}, at most {most}: start-up and imports take "
            f"{percent(aside)})"
        )
    return "missed", f"{spots} {take}", f"{together}."


def facts(audit: Audit) -> list[str]:
    """The program in figures; what is unknown or nothing is left out."""
    work = audit.bare_seconds * (1.0 - audit.imports_share)
    parts = [f"{fmt.seconds(audit.bare_seconds)} without a profiler"]
    if audit.imports_share >= 0.01:
        parts.append(f"{percent(audit.imports_share)} of it start-up and imports")
        parts.append(f"{fmt.seconds(work)} work")
    if audit.waiting_share >= 0.01:
        parts.append(f"{percent(audit.waiting_share)} of the work waiting")
    runs = sum(run.runs for run in audit.profilers if not run.reason)
    parts.append(plural(runs, "profiled run") if runs else "")
    parts.append(f"audited in {fmt.seconds(audit.total_seconds)}" if audit.total_seconds else "")
    return [part for part in parts if part]


def problems(audit: Audit) -> list[str]:
    """What went wrong with the program itself."""
    part = ": what follows is about the part that ran" if audit.findings else ""
    if audit.time_limit_reached:
        return [f"The time limit interrupted the program{part} (--time-limit gives it longer)."]
    if not audit.exit_status:
        return []
    said = [f"The program ended with status {audit.exit_status}{part}."]
    if audit.traceback.rpartition("\n")[2].startswith("EOFError"):
        said.append("It asked for input and found none: give it some by `< FILE`.")
    return said


def uncertain(audit: Audit) -> list[str]:
    """What a reader should not take for certain."""
    notes = list(audit.notes)
    load, cores = (audit.provenance.get(key) for key in ("load", "usable_cores"))
    if load and cores and load[0] > BUSY * cores:
        notes.append(
            f"The machine was busy: about {load[0]:.0f} programs at once wanted its "
            f"{plural(cores, 'core')}. Times are longer than alone, and shares less certain."
        )
    for run in audit.profilers:
        if run.reason and run.name != COUNTS:
            notes.append(f"No result from {run.name} ({run.reason}).")
        elif run.name != COUNTS and (run.slowdown or 0.0) >= MUCH_SLOWER + OWN / audit.bare_seconds:
            notes.append(
                f"The program ran {run.slowdown:.1f} times as long under {run.name}, so what it "
                "found may be off."
            )
    return list(dict.fromkeys(notes))


def figures(finding: Finding) -> list[tuple[str, str]]:
    """The figures of a finding by their names."""
    parts = finding.python_share, finding.native_share, finding.system_share
    names = "Python and its built-ins", "compiled", "system"
    bands = [f"{percent(p)} {name}" for p, name in zip(parts, names, strict=True) if p >= LEAST]
    pairs = [
        ("Share of the work", share(finding)),
        ("Of the processor time", percent(finding.share_cpu)),
        ("Its processor time", ", ".join(bands)),
        ("What a rewrite brings", brings(finding)),
        ("Effort, risk", f"{finding.effort}, {finding.risk}" if finding.worth else ""),
        ("Memory allocated", fmt.bytes_(finding.allocated) if finding.allocated else ""),
    ]
    return [(name, value) for name, value in pairs if value]


def evidence(text: str) -> str:
    """A rule's evidence; a secondary pattern in words."""
    return re.sub(r"^also (\w+):", lambda match: f"also {pattern(match[1])}:", text)


def brings(finding: Finding) -> str:
    """What is expected of the rewrite of one place, and at most, for the work."""
    if finding.bound <= 1.0:
        return "no gain"
    about, said = times(finding.expected), f"at most {times(finding.bound)}"
    said = said if said.endswith(f" {about}") else f"about {about}, {said}"
    return said if finding.worth else f"{said}: too little, or too unsure, to pay"


def gain(finding: Finding) -> str:
    """What the rewrite brings, and where that figure comes from."""
    if not finding.worth:
        return ""
    known, r = REMEDIES.get(finding.pattern), f"{finding.gain:.3g} times"
    counted = "" if "counted as" in finding.gain_source else f"; counted as {r}"
    if known is not None and finding.gain < 0.99 * known.gain:
        counted = f"; {r} for this place, as waiting stays"
    text = (
        f"Known gain of such rewrites: {finding.gain_source}{counted}. At most, with all of the "
        f"place {r} as fast and the upper end of its share: "
        f"{_amdahl(finding.share_high, finding.bound)} for the work."
    )
    if finding.explained < 1.0 - LEAST:
        text += f" Only {percent(finding.explained)} of the time here goes to this pattern."
    about = _amdahl(finding.share, finding.expected)
    return f"{text} About, with that part and the share itself: {about}."


def _amdahl(share: float, result: float) -> str:
    """``1 / (0.5 + 0.5 / 20) = 1.90×``, from the share and the result."""
    gain = share / max(1.0 / result - 1.0 + share, 1e-9)
    return f"1 / ({1.0 - share:.3f} + {share:.3f} / {gain:.3g}) = {times(result)}"


def study(finding: Finding) -> str:
    """The study that shows the remedy, with the ratio that it measured."""
    if finding.study is None or not finding.worth:
        return ""
    measured = f": it measured {fmt.ratio(finding.study_ratio, '×')}" if finding.study_ratio else ""
    return (
        f"The study `{finding.study}` of the Quant Performance Portfolio, which `qpp` belongs to, "
        f"replaces such code{measured}. That is the ratio of the replaced part alone, on its own "
        f"inputs; `qpp reproduce {finding.study}` measures it again."
    )


def measurement(audit: Audit) -> list[tuple[str, str]]:
    """What was run, and how long it took."""
    pairs = [
        ("Without a profiler", fmt.seconds(audit.bare_seconds)),
        ("Under py-spy, which gives the shares", fmt.seconds(audit.profiled_seconds)),
        ("Start-up and imports", f"{percent(audit.imports_share)} of the whole time"),
        ("Waiting", f"{percent(audit.waiting_share)} of the work" if audit.waiting_share else ""),
        ("Exit status of the program", str(audit.exit_status)),
        ("Order of the hot spots", "the same in all runs" if audit.stable else "changed"),
    ]
    for run in audit.profilers:
        slow = f", the program {run.slowdown:.2f} times as long" if run.slowdown else ""
        slow = ", the program no slower than alone" if 0.0 < (run.slowdown or 0.0) < 1.0 else slow
        said = run.reason or f"{plural(run.runs, 'run')}{slow}"
        pairs.append((f"{run.name} {run.version}", said))
    elsewhere = {f.study_machine for f in worthwhile(audit)} - {"", audit.provenance.get("cpu")}
    if elsewhere:
        said = f"measured on another processor, {' and '.join(sorted(elsewhere))}"
        pairs.append(("Ratios of studies", said))
    return [(name, value) for name, value in pairs if value]


def verification(audit: Audit) -> list[str]:
    """How the client will know that the new code gives the same answers; empty without any."""
    if not worthwhile(audit):
        return []
    scaffold = audit.command.replace("qpp audit", "qpp audit --scaffold DIR", 1)
    return [
        "Keep the old code as the baseline: it defines the right answer.",
        f"`{scaffold}` records the arguments of the slowest function in one run and writes a "
        "study: the old function and a copy to rewrite, run on these arguments.",
        "`qpp reproduce` on that study compares the outputs first, then times both in turns in one "
        "run. It reports no speed-up where an answer is wrong.",
        "Decide before rewriting how close is close enough: equal, or within a rounding error that "
        "you state. Sums in another order differ in the last digits.",
        "Add inputs that are rare in production: an empty day, a missing price, one asset, equal "
        "prices.",
        "Audit the new program again and compare its time with this report's bound.",
    ]
