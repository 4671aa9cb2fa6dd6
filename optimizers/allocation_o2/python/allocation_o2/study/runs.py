"""Runs of this package: allocators as users call them, and strategies alone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

import allocation_o2
from allocation_o2 import Allocator, _rust
from allocation_o2.study.workloads import N_CALLS
from qpp.study import Implementation

Floats = npt.NDArray[np.float64]
Inputs = Mapping[str, Any]

if _rust.build_profile() != "release":
    raise RuntimeError("the extension is a debug build: run `make develop`")


def allocators(name: str, *, compiled: bool, threads: int = 1, **more: Any) -> Implementation:
    """The built-in allocators, compiled or in Python: checks, labels and all."""

    def prepare(inputs: Inputs) -> Inputs:
        made: Allocator = getattr(rules(compiled), inputs["rule"])(**inputs["parameters"])
        made.predict(inputs["prices"])  # what is imported and built when first used
        return {"allocator": made, **{key: inputs[key] for key in ("mode", "prices", "step")}}

    call = functools.partial(run, threads=threads)
    return Implementation(name, call, prepare=prepare, collect=outputs, threads=threads, **more)


def rules(compiled: bool) -> ModuleType:
    """The built-in allocators; only those in Python import SciPy."""
    return allocation_o2 if compiled else import_module("allocation_o2.python")


def outputs(weights: Floats) -> dict[str, Floats]:
    """Weights; those of one call also under the name by which solvers are compared."""
    return {"weights": weights} if weights.ndim > 1 else {"weights": weights, "nearly": weights}


def run(allocator: Allocator, mode: str, prices: Floats, step: int, threads: int) -> Any:
    """One call of ``predict``, a thousand, or ``predict_rolling``."""
    if mode == "rolling":
        return allocator.predict_rolling(prices, step=step, threads=threads)
    if mode == "calls":
        for _ in range(N_CALLS - 1):
            allocator.predict(prices)
    return allocator.predict(prices)


def strategy(name: str, *, compiled: bool, **more: Any) -> Implementation:
    """A strategy called as the allocator calls it, and nothing else."""

    def prepare(inputs: Inputs) -> Inputs:
        rule, parameters, prices = inputs["rule"], inputs["parameters"], inputs["prices"]
        if compiled:
            instance = getattr(rules(compiled), rule).strategy.create(parameters)
            call = functools.partial(_compiled, instance.predict, prices, np.zeros(len(prices)))
        else:
            one = getattr(rules(compiled), rule).strategy(**parameters)
            call = functools.partial(_interpreted, one.predict, prices)
        return {"call": call, "times": N_CALLS if inputs["mode"] == "calls" else 1}

    return Implementation(name, repeated, prepare=prepare, collect=outputs, **more)


def repeated(call: Callable[[int], Floats], times: int) -> Floats:
    """So many calls, the last one's weights."""
    return call(times)


def _compiled(
    predict: Callable[[Floats, Floats], None], prices: Floats, weights: Floats, times: int
) -> Floats:
    for _ in range(times):
        predict(prices, weights)
    return weights


def _interpreted(predict: Callable[[Floats], Floats], prices: Floats, times: int) -> Floats:
    for _ in range(times):
        weights = predict(prices)
    return weights


def empty_loop(prices: Floats, **rest: Any) -> Floats:
    """The loop around a thousand calls, without them; its weights are equal ones."""
    for _ in range(N_CALLS):
        pass
    return np.full(len(prices), 1 / len(prices))


def first_dates(count: int, assets: int) -> Callable[[Inputs], tuple[Inputs, int]]:
    """A part of a rolling run of minimum variance of so many assets or more: its first dates."""

    def part(inputs: Inputs) -> tuple[Inputs, int]:
        allocator, prices = inputs["allocator"], inputs["prices"]
        if type(allocator).__name__ != "MinimumVariance" or inputs["mode"] != "rolling":
            return inputs, 1
        before = allocator.min_observations - 1
        whole = (prices.shape[1] - 1 - before) // inputs["step"] + 1
        if len(prices) < assets or whole < 2 * count:
            return inputs, 1
        some = prices[:, : before + 1 + (count - 1) * inputs["step"]]
        return {**inputs, "prices": some}, round(whole / count)

    return part
