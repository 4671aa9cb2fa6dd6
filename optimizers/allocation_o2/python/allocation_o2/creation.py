"""Classes of allocators, made from strategies."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from allocation_o2._parameters import Parameter, native_parameters, parameters
from allocation_o2.allocator import Allocator
from hft_py import checks

__all__ = ["create_allocator_class"]

_RESERVED = frozenset(name for name in dir(Allocator) if not name.startswith("_"))
_MADE: WeakValueDictionary[Any, type[Allocator]] = WeakValueDictionary()


def create_allocator_class(
    StrategyClass: Any,  # noqa: N803  # the published name
    param_info: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    allow_cash: bool | None = None,
    uses_current: bool | None = None,
    source: tuple[Callable[..., Any], tuple[Any, ...]] | None = None,
) -> type[Allocator]:
    """A class of allocators from a strategy.

    Parameters
    ----------
    StrategyClass
        A class with ``predict(prices)``, in Python or of an extension (one made with PyO3, say),
        that is built with the parameters; or a compiled strategy. ``prices`` are
        ``(n_assets, n_observations)``, float64, read-only, each asset's in one piece, oldest first;
        it returns a weight an asset. ``min_observations``, an attribute or a method, says how many
        observations it needs.
    param_info
        The parameters by name: ``(type, default)`` or ``(type, default, (low, high))``, a range
        with its ends included, None for no end. Types are ``int``, ``float``, ``bool`` and ``str``,
        the latter with its options in place of a range. A compiled strategy declares its
        parameters itself; here their defaults are changed and ranges narrowed.
    name
        Of the class. Default: that of the strategy.
    allow_cash
        Weights may have a sum below one. Default: as the strategy's ``allow_cash``, else no. A
        compiled strategy says itself whether it does this, and ``uses_current``.
    uses_current
        The strategy is called as ``predict(prices, current)`` with the weights held, zeros before
        the first trade. Default: as the strategy's ``uses_current``, else no.
    source
        A function and its arguments that make a compiled strategy again, for pickling.

    Returns
    -------
    type
        A subclass of :class:`Allocator`, with the parameters in its signature and docstring. The
        same arguments give the same class.

    Raises
    ------
    TypeError, ValueError
        No class with ``predict``; a default of another type or outside its range.

    Examples
    --------
    >>> class Cheapest:
    ...     "All in the asset that fell most."
    ...     def __init__(self, days):
    ...         self.days, self.min_observations = days, days + 1
    ...     def predict(self, prices):
    ...         change = prices[:, -1] / prices[:, -1 - self.days]
    ...         return (change == change.min()).astype(float)
    >>> CheapestAllocator = create_allocator_class(Cheapest, {"days": (int, 5, (1, 250))})
    >>> CheapestAllocator(days=1).predict([[10.0, 9.0], [10.0, 8.0]])
    array([0., 1.])
    >>> CheapestAllocator(days=0)
    Traceback (most recent call last):
    ValueError: days=0, expected 1 or more
    """
    native = not isinstance(StrategyClass, type) and hasattr(StrategyClass, "create")
    written = isinstance(StrategyClass, type) and hasattr(StrategyClass, "predict")
    if not (native or written):
        raise TypeError(
            f"StrategyClass={checks.short(StrategyClass)}, expected a class with predict(prices)"
        )
    own = native_parameters(StrategyClass.parameters) if native else {}
    found = parameters(param_info, own, _RESERVED)
    title = StrategyClass.name if native else StrategyClass.__name__
    if name is not None:
        if not (isinstance(name, str) and name.isidentifier()):
            raise ValueError(f"name={checks.short(name)}, expected the name of a class")
        title = name
    flags = {}
    for key, given in (("allow_cash", allow_cash), ("uses_current", uses_current)):
        declared = getattr(StrategyClass, key, False)
        flags[key] = checks.flag(key, declared if given is None else given)
        if native and flags[key] != declared:
            raise ValueError(f"{key}={given}, but the compiled strategy says {declared}")
    options = (tuple(found.items()), title, tuple(flags.items()))
    if (known := _MADE.get((StrategyClass, *options))) is not None:
        return known
    about = (StrategyClass.doc if native else inspect.getdoc(StrategyClass)) or f"{title}."
    signature = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=one.default)
        for key, one in found.items()
    ]
    made = type(
        title,
        (Allocator,),
        {
            "__doc__": _document(about, found),
            "__module__": sys._getframe(1).f_globals.get("__name__", __name__),
            "__signature__": inspect.Signature(signature),
            "strategy": StrategyClass,
            "parameters": found,
            "_native": native,
            "_restore": (_restored,),
            "_recipe": (source or StrategyClass, *options),
            **flags,
        },
    )
    _MADE[StrategyClass, *options] = made
    return made


def _document(about: str, found: Mapping[str, Parameter]) -> str:
    lines = [inspect.cleandoc(about)]
    if found:
        lines += ["", "Parameters", "----------"]
        for key, one in found.items():
            text = one.doc or "A parameter of the strategy."
            lines += [f"{key}", *(f"    {line}" for line in [*text.splitlines(), f"({one.words})"])]
    return "\n".join(lines)


def _restored(cls: type[Allocator] | None, recipe: Any, given: dict[str, Any]) -> Allocator:
    """What an allocator was pickled as: of a class that can be imported, or that is made again."""
    if cls is None:
        source, found, name, flags = recipe
        again = isinstance(source, tuple)
        strategy = source[0](*source[1]) if again else source
        cls = create_allocator_class(
            strategy, dict(found), name=name, source=source if again else None, **dict(flags)
        )
    return cls(**given)
