"""The study's own implementations: ``price`` with its arguments fixed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from gpu_monte_carlo import backends
from gpu_monte_carlo.pricing import price
from gpu_monte_carlo.study.workloads import EQUAL, ERRORS, PARTS, WHOLE, plain_paths
from qpp.study import Implementation, Inputs

if backends.unavailable_reason("rust") is None:
    from gpu_monte_carlo import _rust

    if _rust.build_profile() != "release":
        raise RuntimeError("the extension is a debug build: run `make develop`")

SEED = 42


def priced(backend: str, *, threads: int = 1, **settings: Any) -> Callable[..., Any]:
    """``price`` with these arguments; by default without variance reduction."""
    settings.setdefault("variance_reduction", ())

    def call(option: Any, paths: int | None, target: float | None) -> Any:
        return price(
            option,
            paths=paths,
            target_error=target,
            seed=SEED,
            backend=backend,
            threads=threads,
            **settings,
        )

    return call


def collected(found: Any) -> dict[str, Any]:
    """Price and its standard error, as the harness compares them."""
    if isinstance(found, dict):
        return found
    values = {"price": found.price, "price_standard_error": found.standard_error}
    return {key: value.get() if hasattr(value, "get") else value for key, value in values.items()}


def ours(title: str, backend: str, *, threads: int = 1, **settings: Any) -> Implementation:
    """A row of ``price``; settings are its arguments and fields of ``Implementation``."""
    own = {f.name for f in fields(Implementation)} & settings.keys()
    harness = {key: settings.pop(key) for key in own}
    return Implementation(
        title,
        priced(backend, threads=threads, **settings),
        install=backends.CUDA if harness.get("needs") == "cupy" else "make develop",
        collect=collected,
        threads=threads,
        **harness,
    )


def in_part(inputs: Inputs) -> tuple[Inputs, int]:
    """A part of the plain paths to a small error, as all of them take hours."""
    target = inputs["target"]
    if target is None or target >= WHOLE:
        return inputs, 1
    paths = plain_paths(target)
    parts = round(PARTS * paths / plain_paths(ERRORS[-1]))
    return {**inputs, "paths": round(paths / parts), "target": None}, parts


def tenth(inputs: Inputs) -> tuple[Inputs, int]:
    """In the quick preset a tenth of the paths to an error; equal numbers of paths run whole."""
    inputs, parts = in_part(inputs)
    if inputs["target"] is None:
        return inputs, parts
    return {**inputs, "paths": round(plain_paths(inputs["target"]) / 10), "target": None}, 10


rust = functools.partial(ours, backend="rust", needs="gpu_monte_carlo._rust")
gpu = functools.partial(ours, needs="cupy", only=EQUAL)
