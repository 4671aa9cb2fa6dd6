"""Parameters: types, ranges, signatures; copies of allocators by scikit-learn and by pickle."""

from __future__ import annotations

import inspect
import pickle
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation_o2 import Allocator, Momentum, create_allocator_class
from allocation_o2._parameters import Parameter, parameters

Floats = npt.NDArray[np.float64]
PRICES = np.exp(np.cumsum(np.random.default_rng(0).normal(size=(3, 50)), axis=1) / 100)


class Trend:
    """Weights in proportion to a power of the growth.

    More of it in the second paragraph.
    """

    def __init__(self, lookback: int, power: float, invert: bool, mean: str) -> None:
        self.lookback, self.power, self.invert, self.mean = lookback, power, invert, mean

    @property
    def min_observations(self) -> int:
        return self.lookback + 1

    def predict(self, prices: Floats) -> Floats:
        growth = (prices[:, -1] / prices[:, -1 - self.lookback]) ** self.power
        growth = 1 / growth if self.invert else growth
        return np.asarray(growth / growth.sum())


INFO = {
    "lookback": (int, 20, (1, 1_000)),
    "power": (float, 1.0, (0.0, None)),
    "invert": (bool, False),
    "mean": (str, "plain", ("plain", "geometric")),
}
TrendAllocator = create_allocator_class(Trend, INFO)

values = st.fixed_dictionaries(
    {},
    optional={
        "lookback": st.integers(1, 1_000) | st.integers(1, 1_000).map(np.int32),
        "power": st.floats(0, 9) | st.integers(0, 9),
        "invert": st.booleans(),
        "mean": st.sampled_from(["plain", "geometric"]),
    },
)


@given(values)
def test_parameters_are_kept_as_their_type_and_survive_copies(chosen: dict[str, Any]) -> None:
    clone = pytest.importorskip("sklearn.base", reason="scikit-learn is not installed").clone
    one = TrendAllocator(**chosen)
    found = one.get_params()
    assert list(found) == list(INFO)
    for name, (kind, default, *_) in INFO.items():
        assert type(found[name]) is kind
        assert found[name] == chosen.get(name, default) == getattr(one, name)
    copies = [TrendAllocator(**found), clone(one), pickle.loads(pickle.dumps(one))]
    copies += [TrendAllocator().set_params(**chosen), eval(repr(one), {"Trend": TrendAllocator})]
    for copy in copies:
        assert copy.get_params() == found and type(copy) is TrendAllocator


@given(name=st.sampled_from(list(INFO)), value=st.none() | st.text() | st.floats() | st.integers())
def test_a_value_is_taken_or_refused_by_name(name: str, value: Any) -> None:
    one = TrendAllocator()
    before = one.get_params()
    message = ""
    try:
        one.set_params(**{name: value})
    except (TypeError, ValueError) as error:
        message = str(error)
    if message:
        assert re.match(rf"{name}=.*expected", message, re.DOTALL)
        assert one.get_params() == before
    assert type(getattr(one, name)) is INFO[name][0]


@pytest.mark.parametrize(
    ("given_values", "error", "message"),
    [
        ({"lookback": 0}, ValueError, "lookback=0, expected 1 or more"),
        ({"lookback": 2_000}, ValueError, "lookback=2000, expected at most 1000"),
        ({"lookback": 2.0}, TypeError, "lookback=2.0, expected an integer"),
        ({"lookback": True}, TypeError, "lookback=True, expected an integer"),
        ({"power": float("nan")}, ValueError, "power=nan, expected a finite number"),
        ({"power": -1}, ValueError, "power=-1.0, expected at least 0"),
        ({"invert": 1}, TypeError, "invert=1, expected True or False"),
        ({"mean": "odd"}, ValueError, 'mean=\'odd\', expected one of "plain", "geometric"'),
        ({"lokback": 3}, TypeError, "Trend has no parameter 'lokback', its own: lookback, power"),
    ],
)
def test_refused(given_values: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        TrendAllocator(**given_values)
    one = TrendAllocator()
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        one.set_params(**given_values)
    assert one.get_params() == TrendAllocator().get_params()


def test_attributes_set_parameters_and_the_strategy_is_built_again() -> None:
    one = TrendAllocator(lookback=49)
    assert one.min_observations == 50
    before = one.predict(PRICES)
    one.lookback = 5
    assert one.min_observations == 6
    assert not np.array_equal(one.predict(PRICES), before)
    with pytest.raises(ValueError, match="lookback=0"):
        one.lookback = 0
    with pytest.raises(AttributeError, match="'Trend' object has no attribute 'lookbak'"):
        _ = one.lookbak


def test_the_class_documents_its_parameters() -> None:
    assert TrendAllocator.__name__ == "Trend" and issubclass(TrendAllocator, Allocator)
    assert str(inspect.signature(TrendAllocator)) == (
        "(*, lookback=20, power=1.0, invert=False, mean='plain')"
    )
    text = inspect.getdoc(TrendAllocator) or ""
    assert text.startswith("Weights in proportion to a power of the growth.")
    assert "(int, 1 to 1000, default 20)" in text
    assert 'one of "plain", "geometric"' in text
    assert repr(TrendAllocator(power=2)) == "Trend(power=2.0)"


def test_the_same_arguments_give_the_same_class() -> None:
    assert create_allocator_class(Trend, INFO) is TrendAllocator
    other = create_allocator_class(Trend, {**INFO, "lookback": (int, 30)}, name="Slow")
    copy = pickle.loads(pickle.dumps(other(power=2)))  # no module has this class
    assert type(copy) is other and copy.get_params() == other(power=2).get_params()


@pytest.mark.parametrize(
    ("info", "error", "message"),
    [
        ({"n": (int, 0, (1, 9))}, ValueError, "the default n=0, expected 1 or more"),
        ({"n": (int, 2.5)}, TypeError, "the default n=2.5, expected an integer"),
        ({"n": (int, 5, (9, 1))}, ValueError, "has the range (9, 1), expected low <= high"),
        ({"n": (int, 5, 9)}, ValueError, "expected (type, default, (low, high))"),
        ({"n": (int,)}, ValueError, "expected (type, default) or"),
        ({"n": (list, [])}, TypeError, "expected int, float, bool or str"),
        ({"n": None}, TypeError, "expected int, float, bool or str"),
        ({"predict": (int, 1)}, ValueError, "'predict', which an allocator has"),
        ({"class": (int, 1)}, ValueError, "'class', expected the name of an argument"),
        ({"_n": (int, 1)}, ValueError, "'_n', which an allocator has"),
        ([("n", int)], TypeError, "param_info=[('n', <class 'int'>)], expected a mapping"),
    ],
)
def test_wrong_information(info: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        create_allocator_class(Trend, info)


def test_a_default_alone_gives_the_type() -> None:
    made = create_allocator_class(Trend, {"lookback": 7, "power": 0.5, "invert": True, "mean": "a"})
    kinds = [one.kind for one in made.parameters.values()]
    assert kinds == [int, float, bool, str]


@pytest.mark.parametrize("name", ["r#type", "lambda", "predict", "_given"])
def test_a_compiled_strategy_has_names_that_python_can_use(name: str) -> None:
    with pytest.raises(ValueError, match=f"there is a parameter '{name}', "):
        parameters(None, {name: Parameter(int, 1)}, frozenset({"predict"}))


def test_a_compiled_strategy_says_itself_what_it_does() -> None:
    for flag in ({"allow_cash": True}, {"uses_current": True}):
        with pytest.raises(ValueError, match="but the compiled strategy says False"):
            create_allocator_class(Momentum.strategy, **flag)
    for title in ("", "two words", 3):
        with pytest.raises(ValueError, match=r"name=.*expected the name of a class"):
            create_allocator_class(Trend, INFO, name=title)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [None, object, 3, "momentum", lambda prices: prices, Trend(1, 1, True, "")]
)
def test_what_is_no_strategy(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"StrategyClass=.*expected a class with predict"):
        create_allocator_class(wrong)
    with pytest.raises(TypeError, match="make a class by create_allocator_class"):
        Allocator()


class Positional:
    """A class that refuses keywords, as some extensions' do."""

    def __init__(self, share: float, /) -> None:
        self.share = share

    def predict(self, prices: Floats) -> list[float]:
        return [self.share, 1 - self.share]


def test_a_class_that_refuses_keywords_is_built_in_order() -> None:
    made = create_allocator_class(Positional, {"share": (float, 0.25)})
    assert made(share=0.5).predict(PRICES[:2]).tolist() == [0.5, 0.5]


def test_a_name_that_the_constructor_does_not_know_is_refused() -> None:
    """It is not taken by its place, which another parameter may have."""

    class Two:
        def __init__(self, fast: int, slow: int) -> None:
            self.days = fast, slow

        def predict(self, prices: Floats) -> list[float]:
            return [0.5, 0.5]

    made = create_allocator_class(Two, {"slow": (int, 20), "quick": (int, 5)})
    with pytest.raises(TypeError, match=r"Two\(fast: .*cannot be built.*'slow', 'quick'"):
        made().predict(PRICES[:2])
