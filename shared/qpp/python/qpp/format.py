"""Formats figures: three significant digits and the unit that fits.

The terminal, the report, the READMEs and the history use the same functions. A value that is
missing or not a number reads :data:`MISSING`.
"""

import math
from collections.abc import Callable

from qpp.results import ClaimResult, Interval

MISSING = "–"
_TIME = ((1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))
_COUNT = ((1e9, " billion"), (1e6, " million"))
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def number(x: float | None, digits: int = 3) -> str:
    """``digits`` significant digits, thousands separated, scientific where that is shorter.

    >>> [number(x) for x in (0, 0.98765, 5.349, 614.6, 12345, 1e-5, 2.5e12, None)]
    ['0', '0.988', '5.35', '615', '12,300', '1.00e-05', '2.50e+12', '–']
    """
    if x is None or not math.isfinite(x):
        return MISSING
    if x == 0:
        return "0"
    size = abs(x)
    if size < 10**-digits or size >= 1e9:
        return f"{x:.{digits - 1}e}"
    rounded = float(f"{x:.{digits - 1}e}")
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{decimals}f}"


def in_part(parts: int) -> str:
    """The note beside a time that was multiplied.

    >>> in_part(1000)
    '1 part in 1,000 run'
    """
    return f"1 part in {parts:,} run"


def seconds(x: float | None) -> str:
    """A time.

    >>> [seconds(x) for x in (0.00123, 0.9996e-3, 7.3091, 2.5e-10, 4200.0, 0.0, None)]
    ['1.23 ms', '1.00 ms', '7.31 s', '0.250 ns', '4,200 s', '0 s', '–']
    """
    if x is None or not math.isfinite(x):
        return MISSING
    if x == 0:
        return "0 s"
    # Round first: 0.9996 ms is shown as 1.00 ms, never as 1,000 µs.
    size = abs(float(f"{x:.2e}"))
    scale, unit = next(((s, u) for s, u in reversed(_TIME) if size >= s), _TIME[0])
    return f"{number(x / scale)} {unit}"


def ratio(x: float | None, times: str = "x") -> str:
    """A speed-up or any other ratio.

    >>> [ratio(x) for x in (615.2, 1.0, 0.00123, 1.5e6, None)]
    ['615x', '1.00x', '0.00123x', '1,500,000x', '–']
    """
    text = number(x)
    return text if text == MISSING else text + times


def rate(x: float | None) -> str:
    """How much work is done in a second.

    >>> [rate(x) for x in (432.9e6, 4.1e9, 950.0, 0.5, None)]
    ['433 million/s', '4.10 billion/s', '950/s', '0.500/s', '–']
    """
    if x is None or not math.isfinite(x):
        return MISSING
    scale, word = next(((s, w) for s, w in _COUNT if float(f"{x:.2e}") >= s), (1.0, ""))
    return f"{number(x / scale)}{word}/s"


def bytes_(n: float | None) -> str:
    """An amount of memory, in binary units.

    >>> [bytes_(n) for n in (0, 512, 380_928, 1_048_575, 3 * 2**30, -2048, None)]
    ['0 B', '512 B', '372 KiB', '1.00 MiB', '3.00 GiB', '-2.00 KiB', '–']
    """
    if n is None or not math.isfinite(n):
        return MISSING
    if abs(n) < 1024:
        return f"{n:.0f} B"
    power = min(int(math.log2(abs(n)) // 10), len(_BYTES) - 1)
    # As with times: 1,023.9 KiB would read 1,020 KiB or 1,024 KiB.
    if power < len(_BYTES) - 1 and abs(n) / 1024**power >= 1023.5:
        power += 1
    scaled = n / 1024**power
    return f"{number(scaled) if abs(scaled) < 1000 else f'{scaled:,.0f}'} {_BYTES[power]}"


def percent(x: float | None) -> str:
    """A share, such as the spread (interquartile range over median).

    >>> [percent(x) for x in (0.0, 0.0123, 0.124, 2.5, None)]
    ['0 %', '1.2 %', '12 %', '250 %', '–']
    """
    if x is None or not math.isfinite(x):
        return MISSING
    points = x * 100
    return f"{points:.1f} %" if 0 < abs(points) < 9.95 else f"{points:,.0f} %"


def error(x: float | None) -> str:
    """The size of a difference: ``0`` is exactly zero.

    >>> [error(x) for x in (0.0, 5.96e-8, 0.25, None)]
    ['0', '6.0e-08', '2.5e-01', '–']
    """
    if x is None or not math.isfinite(x):
        return MISSING
    return "0" if x == 0 else f"{x:.1e}"


def bounds(i: Interval | None, of: Callable[[float], str] = number) -> str:
    """The two ends of an interval; empty where it has no width to show.

    >>> bounds(Interval(615.2, 598.4, 634.1))
    '[598, 634]'
    >>> bounds(Interval(2.0, 2.0, 2.0))
    ''
    """
    if i is None or i.low == i.high:
        return ""
    return f"[{of(i.low)}, {of(i.high)}]"


def interval(i: Interval | None, of: Callable[[float], str] = ratio) -> str:
    """A figure with its interval.

    >>> interval(Interval(615.2, 598.4, 634.1, pairs=12))
    '615x [598, 634]'
    >>> interval(Interval(2e-9, 1e-9, 3e-9), seconds)
    '2.00 ns [1.00 ns, 3.00 ns]'
    >>> interval(None)
    '–'
    """
    if i is None:
        return MISSING
    return f"{of(i.value)} {bounds(i, number if of is ratio else of)}".rstrip()


def claimed(claim: ClaimResult) -> str:
    """The measured figure of a claim, with its interval.

    >>> held = ClaimResult("x", "n=1", "time", 2, True, Interval(3.0, 2.5, 3.5), "reproduced")
    >>> claimed(held)
    '3.00x [2.50, 3.50]'
    """
    return interval(claim.measured, unit_of(claim.metric))


def unit_of(metric: str) -> Callable[[float], str]:
    """How a figure of a claim is written: bytes, seconds or a ratio."""
    return {"resident_bytes": bytes_, "added_time": seconds}.get(metric, ratio)
