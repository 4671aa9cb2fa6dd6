"""Remedies for pandas and Polars."""

from __future__ import annotations

from qpp.audit.remedies._remedy import Remedy, Shown

_BACKTEST = Shown("polars_vs_pandas", "3000 x 100, W=100", "polars_numpy")

REMEDIES = (
    Remedy(
        "iterrows",
        "Every row becomes a pandas Series of its own, and every field is then looked up by name in"
        " it. That is microseconds of Python for arithmetic that takes a nanosecond.",
        "Write the body with whole columns, as expressions of pandas, NumPy or Polars. Where a row"
        " needs the result of the row before, take the columns out as arrays and compile the loop"
        " with Numba or Rust.",
        "The order of additions differs, so a sum changes in its last digits. pandas leaves NaN out"
        " of sums unless skipna=False. iterrows gives all fields of a row one dtype; columns keep"
        " theirs.",
        "hours",
        "low",
        100.0,
        "measured at 20,000 rows: above 10,000 times; capped",
        before="""\
def notional(trades):
    total = 0.0
    for _, row in trades.iterrows():
        total += row["price"] * row["size"]
    return total
""",
        after="""\
def notional(trades):
    return (trades["price"] * trades["size"]).sum(skipna=False)
""",
        shown=_BACKTEST,
    ),
    Remedy(
        "row_apply",
        "pandas makes a Series of every row, or takes every value out as a Python object, and calls"
        " a Python function with it. The call costs far more than what it computes.",
        "Write the function with whole columns: arithmetic, Series.where, np.select, Series.map"
        " with a dict for a table, or a Polars expression.",
        "Both branches of a condition are computed for all rows, so a division by zero that the"
        " function avoided now gives inf or NaN in values that are not used. Missing values follow"
        " the rules of pandas; an integer result may become float.",
        "hours",
        "low",
        100.0,
        "measured at 20,000 rows: 360 times; capped",
        before="""\
def bought(trades):
    def cost(row):
        return row["price"] * row["size"] if row["side"] == "B" else 0.0

    return trades.apply(cost, axis=1)
""",
        after="""\
def bought(trades):
    return (trades["price"] * trades["size"]).where(trades["side"] == "B", 0.0)
""",
    ),
    Remedy(
        "rolling_apply",
        "A Python function is called for every window, with an array made for it each time. The"
        " built-in rolling functions keep a running state and read each value about twice.",
        "Combine built-in rolling functions (mean, std, min, max, quantile, corr) of pandas or"
        " Polars. Where none fits, pass raw=True and engine='numba', or compute on"
        " numpy.lib.stride_tricks.sliding_window_view.",
        "Running sums round differently from sums of each window, most after an outlier has left"
        " the window; compare to a tolerance that is set beforehand. Check min_periods and NaN.",
        "hours",
        "low",
        100.0,
        "measured at 20,000 rows: 2,000 times; capped",
        before="""\
def spread(prices):
    return prices.rolling(20).apply(lambda window: window.max() - window.min())
""",
        after="""\
def spread(prices):
    windows = prices.rolling(20)
    return windows.max() - windows.min()
""",
        shown=_BACKTEST,
    ),
    Remedy(
        "scalar_loc",
        "Each access to a cell or a row, and each call on the small Series that it gives, passes"
        " through many functions of pandas written in Python. A loop pays tens of microseconds for"
        " every one of them.",
        "Compute the whole column at once: shift and diff for neighbours, where for conditions,"
        " rolling functions for windows. Where a step really needs the step before, take the"
        " columns out with to_numpy() before the loop, write arrays, and compile the loop.",
        "A vectorised version has no order of rows: code that reads what it wrote in an earlier"
        " row must stay a (compiled) loop. shift gives NaN in the first row, and bool or integer"
        " columns with NaN change dtype.",
        "days",
        "medium",
        100.0,
        "measured at 5,000 rows: above 20,000 times; capped",
        before="""\
def rises(prices):
    prices["up"] = False
    for i in range(1, len(prices)):
        prices.loc[i, "up"] = prices.loc[i, "close"] > prices.loc[i - 1, "close"]
    return prices["up"]
""",
        after="""\
def rises(prices):
    prices["up"] = prices["close"] > prices["close"].shift(1)
    return prices["up"]
""",
        shown=_BACKTEST,
    ),
    Remedy(
        "growing_frame",
        "A frame cannot grow in place: each concat or new row copies all rows so far. The time"
        " grows with the square of the number of pieces.",
        "Collect the pieces in a list and concatenate once at the end; collect rows as dicts or"
        " tuples and make one DataFrame of them.",
        "dtypes are decided once, from all pieces, so an integer column that was float for a while"
        " may stay integer. Code inside the loop that reads the growing frame needs another form.",
        "hours",
        "low",
        5.0,
        "measured at 500 pieces: 6 times; the gain grows with their number",
        before="""\
def collect(days):
    book = days[0]
    for day in days[1:]:
        book = pd.concat([book, day])
    return book
""",
        after="""\
def collect(days):
    return pd.concat(days)
""",
    ),
    Remedy(
        "groupby_python",
        "For every group pandas makes a frame or Series and calls a Python function. With many"
        " groups the calls cost more than the arithmetic.",
        "Use the built-in aggregations by name, and combine their results: several agg at once,"
        " transform('mean') for deviations from the mean of the group; or group_by with expressions"
        " in Polars.",
        "Built-in aggregations leave out NaN and empty groups by their own rules. Polars' group_by"
        " returns groups in no fixed order unless maintain_order=True.",
        "hours",
        "low",
        50.0,
        "measured at 1,000 groups of 20 rows: 170 times; less with few large groups",
        before="""\
def spread(quotes):
    return quotes.groupby("asset")["mid"].agg(lambda mid: mid.max() - mid.min())
""",
        after="""\
def spread(quotes):
    mids = quotes.groupby("asset")["mid"]
    return mids.max() - mids.min()
""",
    ),
    Remedy(
        "object_dtype",
        "A column of dtype object holds pointers to Python objects, so each operation is a Python"
        " call for every value. The same operation on numbers, categories or dates runs in compiled"
        " code over contiguous memory.",
        "Convert once, where the data come in: pd.to_numeric, category for repeated strings,"
        " datetime64 for dates; or read with the right dtypes. Apply string methods to the distinct"
        " values and map back, or use Polars' string expressions.",
        "Decimal becomes binary floating point: sums of money may differ in the last digits. Mixed"
        " or malformed values raise, or become NaN where errors='coerce' is asked for.",
        "hours",
        "medium",
        10.0,
        "measured at 200,000 rows: 190 times, with the conversion in every call",
        before="""\
def notional(trades):
    return (trades["price"].astype(object) * trades["size"]).sum()
""",
        after="""\
def notional(trades):
    return (trades["price"] * trades["size"]).sum()
""",
    ),
    Remedy(
        "polars_udf",
        "Polars hands every value or group to a Python function, and leaves its compiled and"
        " parallel engine for it. Each value becomes a Python object.",
        "Write the function as an expression: arithmetic, pl.when, rolling and list functions,"
        " replace_strict for tables, over for groups. Where no expression exists, use map_batches"
        " with a NumPy or compiled function of the whole column.",
        "map_elements skips null unless told otherwise and expressions propagate it. pl.when"
        " computes all branches. Integer arithmetic in Polars wraps around, in Python it does not.",
        "hours",
        "low",
        100.0,
        "measured at 200,000 rows: 950 times; capped",
        before="""\
def payoffs(options):
    price = pl.col("spot").map_elements(lambda s: max(s - 100.0, 0.0), return_dtype=pl.Float64)
    return options.select(price)
""",
        after="""\
def payoffs(options):
    return options.select(pl.max_horizontal(pl.col("spot") - 100.0, 0.0).alias("spot"))
""",
    ),
)
