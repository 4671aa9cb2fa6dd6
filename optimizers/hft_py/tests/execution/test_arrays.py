"""Parents as a mapping of arrays; pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.execution import AlmgrenChriss, ExecutionConfig, schedule_child_orders

from .parents import NYSE, PROFILES, random_trades


def arrays(frame: Any) -> dict[str, Any]:
    """The columns of a frame as arrays without ids."""
    made = {name: frame[name].to_numpy() for name in frame if name != "parent_id"}
    for name in ("symbol", "side", "style"):
        made[name] = np.array(frame[name].to_list())
    for name in ("start", "end"):
        made[name] = frame[name].dt.tz_convert(None).to_numpy()
    return made


def test_a_mapping_of_arrays_gives_what_a_frame_gives() -> None:
    frame = random_trades(60, 9)
    options: dict[str, Any] = {"config": ExecutionConfig(calendar=NYSE), "profiles": PROFILES}
    expected, left = schedule_child_orders(frame, None, 5, leftover=True, **options)
    found, rest = schedule_child_orders(arrays(frame), None, 5, leftover=True, **options)
    for name in ("sequence", "quantity", "limit_price", "participation"):
        np.testing.assert_array_equal(found[name], expected[name].to_numpy())
    for name in ("release_time", "expiry"):
        assert (found[name] == expected[name].dt.tz_convert(None).to_numpy("M8[ns]")).all()
    assert [f"P{row}" for row in found["parent"]] == expected["parent_id"].tolist()
    assert rest["quantity"].tolist() == left["quantity"].tolist()
    # Strings as pandas has them.
    objects = {**arrays(frame), "side": frame["side"].to_numpy(dtype=object)}
    same = schedule_child_orders(objects, None, 5, leftover=True, **options)[0]
    np.testing.assert_array_equal(same["quantity"], found["quantity"])
    # Codes in place of names.
    codes = arrays(frame.assign(quantity=frame["quantity"]))
    codes["symbol"] = np.array([PROFILES.symbols.index(one) for one in frame["symbol"]])
    codes["side"] = (frame["side"] == "sell").to_numpy().astype(np.int8)
    again = schedule_child_orders(codes, None, 5, leftover=True, **options)[0]
    for name, values in found.items():
        np.testing.assert_array_equal(again[name], values)


def test_bad_arrays() -> None:
    made = arrays(random_trades(3, 9))
    with pytest.raises(ValueError, match=r"columns of the lengths \[2, 3\]"):
        schedule_child_orders({**made, "lot": np.ones(2)})
    with pytest.raises(ValueError, match="quantity=-1 of row 1, expected more than 0"):
        schedule_child_orders({**made, "quantity": np.array([10, -1, 10])})
    with pytest.raises(TypeError, match="expected datetime64"):
        schedule_child_orders({**made, "start": np.arange(3)})
    with pytest.raises(TypeError, match="expected strings"):
        schedule_child_orders({**made, "side": np.ones(3)})
    with pytest.raises(ValueError, match="side=2 of row 2"):
        schedule_child_orders({**made, "side": np.arange(3)})


def test_pictures() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    from hft_py.execution.plotting import plot_schedules
    from hft_py.results import pyplot

    pyplot().switch_backend("agg")
    frame = random_trades(1, 1)
    config = ExecutionConfig(calendar=NYSE)
    made = {
        style: schedule_child_orders(frame, style, 4, config=config, profiles=PROFILES)
        for style in ("twap", "vwap", "is")
    }
    hours = frame["start"].dt.tz_convert(None).to_numpy()[0] + np.arange(24).astype("m8[h]")
    figure = plot_schedules(made, (hours, np.ones(24)), title="one")
    lines = figure.axes[0].get_lines()
    assert len(lines) == 3 and {line.get_ydata()[-1] for line in lines} == {frame["quantity"][0]}
    frontier = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6).efficient_frontier(20).plot()
    assert len(frontier.get_lines()[0].get_xdata()) == 20
    wide = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6, 2.5e-7).efficient_frontier(500).plot()
    wide.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in wide.texts]
    assert len(boxes) == 5
    assert not any(one.overlaps(two) for i, one in enumerate(boxes) for two in boxes[:i])
    pyplot().close("all")
