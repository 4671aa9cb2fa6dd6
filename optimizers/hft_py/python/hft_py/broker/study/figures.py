"""The README's pictures: ``python -m hft_py.broker.study.figures FOLDER``.

The latencies of FIX and of REST at the same rate, and a session's life drawn from its log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py.broker.study.latency import compared
from hft_py.broker.study.loads import Load
from hft_py.broker.study.session_life import Step, recorded
from hft_py.fix import Message
from hft_py.results import pyplot
from qpp.format import seconds
from qpp.pictures import draw_into_folder

RATE, SECONDS = 100.0, 20.0
_COLOURS = ("tab:blue", "tab:orange", "tab:red")
_STATUS = {"0": "new", "1": "partly filled", "2": "filled", "4": "cancelled", "8": "rejected"}


def latencies(found: Mapping[str, Load], rate: float) -> Any:
    """A histogram over a logarithmic axis, with the median and the 99th percentile of each."""
    plt = pyplot()
    figure, ax = plt.subplots(figsize=(9, 4.5), layout="constrained")
    every = np.concatenate([load.latencies for load in found.values()])
    bins = np.geomspace(every.min() * 0.9, every.max() * 1.1, 80)
    for (name, load), colour in zip(found.items(), _COLOURS, strict=False):
        at = load.quantiles()
        label = ", ".join(f"{key} {seconds(value)}" for key, value in at.items() if key != "p90")
        ax.hist(load.latencies, bins, alpha=0.6, color=colour, label=f"{name}: {label}")
        ax.axvline(at["p50"], color=colour, linewidth=1)
        ax.axvline(at["p99"], color=colour, linewidth=1, linestyle=":")
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(plt.LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(lambda value, _: seconds(value))
    ax.minorticks_off()
    ax.set_xlabel("order to acknowledgement, from when the order was due (p50 solid, p99 dotted)")
    ax.set_ylabel("orders")
    ax.set_ylim(top=ax.get_ylim()[1] * 1.35)
    ax.legend(loc="upper right", fontsize=8)
    count = next(iter(found.values())).count
    ax.set_title(f"FIX and REST from Python, {rate:g} orders a second, {count:,} orders each")
    return figure


def sequence(steps: list[Step]) -> Any:
    """Messages as arrows between the two sides, from top to bottom."""
    plt = pyplot()
    figure, ax = plt.subplots(figsize=(9, 0.42 * len(steps) + 1.2), layout="constrained")
    began = steps[0].time
    for side, name in ((0.0, "client (whose log this is)"), (1.0, "venue")):
        ax.plot([side, side], [-0.6, len(steps) - 0.4], color="0.6", linewidth=1)
        ax.text(side, -0.8, name, ha="center", va="bottom", weight="bold")
    for row, step in enumerate(steps):
        elapsed = (step.time - began).total_seconds() * 1e3
        ax.text(-0.32, row, f"{elapsed:.0f} ms", ha="right", va="center", fontsize=8, color="0.4")
        if step.message is None:
            box = {"boxstyle": "round", "facecolor": "0.93", "edgecolor": "none"}
            ax.text(0.0, row, step.text, ha="center", va="center", fontsize=8, bbox=box)
            continue
        ends = (0.0, 1.0) if step.direction == "out" else (1.0, 0.0)
        colour = _colour(step.message)
        arrow = {"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (ends[1], row), (ends[0], row), arrowprops=arrow)
        ax.text(0.5, row - 0.08, _title(step.message), ha="center", va="bottom", fontsize=8,
            color=colour)  # fmt: skip
    ax.set_xlim(-0.45, 1.2)
    ax.set_ylim(len(steps) - 0.3, -1.6)
    ax.axis("off")
    ax.set_title("A session's life: the report that is lost is asked for and sent again")
    return figure


def _title(message: Message) -> str:
    """What an operator looks for in a message."""
    kind, number = message.msg_type, message.get(34)
    parts = [f"{message.name} ({number})"]
    if name := message.get(11):
        parts.append(name)
    if kind == "8":
        parts.append(_STATUS.get(message.get(39) or "", ""))
    if kind == "2":
        parts.append(f"from {message.get(7)}, to {message.get(16)}")
    if kind == "4":
        parts.append(f"next is {message.get(36)}")
    if message.get(43) == "Y":
        parts.append("PossDup")
    if text := message.get(58):
        parts.append(f"“{text}”")
    return ", ".join(parts)


def _colour(message: Message) -> str:
    if message.msg_type == "2" or message.get(43) == "Y":
        return "tab:red"
    return "tab:blue" if message.msg_type in ("D", "8") else "0.3"


def draw() -> dict[str, Any]:
    """Both pictures."""
    return {
        "broker_latency": latencies(compared(RATE, SECONDS), RATE),
        "broker_session": sequence(recorded()),
    }


if __name__ == "__main__":
    draw_into_folder("hft_py.broker.study.figures", draw)
