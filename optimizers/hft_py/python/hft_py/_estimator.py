"""``get_params`` and ``set_params`` as scikit-learn calls them, without scikit-learn."""

from __future__ import annotations

import importlib
import inspect
from typing import Any, Self

from hft_py.results import same, show


class Estimator:
    """Base of classes whose constructor's arguments can be read, changed and cloned.

    A subclass puts its arguments, as they were given, into ``_given``.
    """

    _given: dict[str, Any]
    _optional: frozenset[str] = frozenset()  # arguments that need not be among them

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of the constructor by name, as they were given.

        ``deep`` is scikit-learn's and changes nothing: no argument has parameters of its own.
        """
        return dict(self._given)

    def set_params(self, **params: Any) -> Self:
        """Change arguments of the constructor; those of the last run stay as they are.

        Raises
        ------
        ValueError
            No such argument. For what the constructor refuses, its error; nothing is changed then.
        """
        for name in params:
            if name not in self._given and name not in self._optional:
                raise ValueError(
                    f"{name!r} is no parameter of {type(self).__name__}: expected one of "
                    f"{', '.join([*self._given, *sorted(self._optional - set(self._given))])}"
                )
        self.__dict__.update(type(self)(**{**self._given, **params}).__dict__)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        changed = (
            f"{name}={show(value)}"
            for name, value in self._given.items()
            if name not in defaults or not same(value, defaults[name].default)
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_clone__(self) -> Self:
        # The arguments themselves: copies of an executor or a compiled objective cannot be made.
        return type(self)(**self._given)

    def __sklearn_tags__(self) -> Any:
        # Asked for by scikit-learn, which is imported then.
        utils = importlib.import_module("sklearn.utils")
        return utils.Tags(estimator_type=None, target_tags=utils.TargetTags(required=False))


class FitEstimator(Estimator):
    """An estimator whose attributes that end in ``_`` are there after ``fit``."""

    def __getattr__(self, name: str) -> Any:
        # Called where there is no such attribute.
        if name.endswith("_") and not name.startswith("_"):
            raise AttributeError(f"this {type(self).__name__} has no {name} yet: call fit first")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
