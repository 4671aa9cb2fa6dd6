"""Remedies for plain Python and text."""

from __future__ import annotations

from qpp.audit.remedies._remedy import Remedy, Shown

_BOOK = "Binance BTC-USDT futures, 345 s"

REMEDIES = (
    Remedy(
        "python_number_loop",
        "The interpreter runs some ten steps for every operation: it looks up names, checks types"
        " and makes an object of each number. Compiled code needs about one instruction.",
        "Where passes are independent, use arrays. Where each needs the one before, compile the"
        " loop: Numba for functions of numbers and arrays, Rust through PyO3 for code with dicts,"
        " objects and state. Cross the border once a batch, and not once a number.",
        "Integers of Numba and Rust have 64 bits and may overflow, Python's do not. A compiled loop"
        " in the same order gives the same floating-point result unless fastmath is asked for."
        " Numba compiles at the first call, for a second or more.",
        "days",
        "medium",
        9.0,
        "the least of Rust's B-tree over Python's dicts in hft_orderbook (9 to 90 times)",
        before="""\
def smoothed(values, weight):
    level, out = values[0], []
    for value in values:
        level = weight * value + (1.0 - weight) * level
        out.append(level)
    return out
""",
        after="""\
from numba import njit

@njit
def smoothed(values, weight):
    level, out = values[0], np.empty(len(values))
    for i, value in enumerate(values):
        level = weight * value + (1.0 - weight) * level
        out[i] = level
    return out
""",
        shown=Shown("hft_orderbook", _BOOK, "BTreeMap"),
    ),
    Remedy(
        "scan_best_price",
        "Finding the best price by min or max looks at every level of the side. Updates near the"
        " best price are most of a feed, so the search runs at nearly every event.",
        "Keep the best price beside the levels and search only when its level is deleted; with many"
        " levels use a sorted container, or an array indexed by tick, in Rust for a fast feed.",
        "Prices as floats compare as they are written: use integer ticks. Test deletions of the"
        " best, crossed books and empty sides.",
        "days",
        "medium",
        20.0,
        "measured at 200 levels: 100 times; the gain grows with their number",
        before="""\
def best_bids(events):
    book, best_prices = {}, []
    for price, size in events:
        if size:
            book[price] = size
        else:
            book.pop(price, None)
        best_prices.append(max(book, default=None))
    return best_prices
""",
        after="""\
def best_bids(events):
    book, best, best_prices = {}, None, []
    for price, size in events:
        if size:
            book[price] = size
            if best is None or price > best:
                best = price
        elif book.pop(price, None) and price == best:
            best = max(book, default=None)
        best_prices.append(best)
    return best_prices
""",
        shown=Shown("hft_orderbook", _BOOK, "ring"),
    ),
    Remedy(
        "list_membership",
        "in, index and remove search a list from its start. The time is the number of look-ups"
        " times the length of the list.",
        "Keep a set beside the list, or use a dict, which keeps the order of insertion; for arrays"
        " use np.isin once.",
        "Elements must be hashable, and equal ones must have equal hashes; NaN is found only if it"
        " is the same object. A set has no order.",
        "hours",
        "low",
        50.0,
        "measured at 2,000 distinct elements: 1,000 times; the gain grows with their number",
        before="""\
def distinct(orders):
    seen = []
    for order in orders:
        if order not in seen:
            seen.append(order)
    return seen
""",
        after="""\
def distinct(orders):
    return list(dict.fromkeys(orders))
""",
    ),
    Remedy(
        "repeated_sort",
        "The same values are sorted again in every pass although few of them have changed. A search"
        " in what is sorted already needs a logarithm of the steps.",
        "Sort once outside the loop; insert with bisect.insort; use heapq for the first few and"
        " np.partition for a quantile.",
        "Among equal keys the order can differ: insort puts new ones after equal ones, a heap keeps"
        " no order, partition leaves both parts unsorted.",
        "hours",
        "low",
        50.0,
        "measured at 5,000 values: 1,600 times; the gain grows with their number",
        before="""\
def running_medians(values):
    seen, medians = [], []
    for value in values:
        seen.append(value)
        medians.append(sorted(seen)[len(seen) // 2])
    return medians
""",
        after="""\
from bisect import insort

def running_medians(values):
    seen, medians = [], []
    for value in values:
        insort(seen, value)
        medians.append(seen[len(seen) // 2])
    return medians
""",
    ),
    Remedy(
        "lru_missing",
        "The same result is computed again and again. A recursion meets the same arguments on many"
        " ways, or a call in a loop does not depend on the loop.",
        "Put functools.lru_cache on a pure function, with arguments that are equal when the results"
        " are (indices, not products of floats); or fill a table from the end; or move the call in"
        " front of the loop.",
        "The function must be pure and its arguments hashable; a cached array or list is shared, so"
        " do not change it. A cache must be emptied where what the function reads changes. One"
        " without maxsize keeps everything.",
        "hours",
        "medium",
        100.0,
        "measured at 12 steps: 10,000 times; capped",
        before="""\
def value(step, ups, steps):
    if step == steps:
        return max(100.0 * 1.1 ** (2 * ups - steps) - 100.0, 0.0)
    return 0.5 * value(step + 1, ups + 1, steps) + 0.5 * value(step + 1, ups, steps)
""",
        after="""\
from functools import lru_cache

@lru_cache(maxsize=None)
def value(step, ups, steps):
    if step == steps:
        return max(100.0 * 1.1 ** (2 * ups - steps) - 100.0, 0.0)
    return 0.5 * value(step + 1, ups + 1, steps) + 0.5 * value(step + 1, ups, steps)
""",
    ),
    Remedy(
        "split_parsing",
        "split makes a Python string of every field and float or int reads it again, line by line."
        " A compiled reader goes through the bytes once and writes columns.",
        "Read files with polars.read_csv (or scan_csv with the columns needed), given the schema."
        " For messages of a feed, search only the fields that are used, or parse the bytes in Rust"
        " through PyO3, a batch at a time.",
        "A reader has its own rules for quotes, spaces, empty fields and numbers that do not fit:"
        " give the schema and compare a day of data. Errors come for the file, not for the line.",
        "hours",
        "low",
        10.0,
        "measured at 100,000 lines: 30 times",
        before="""\
def prices(path):
    out = []
    with open(path) as lines:
        for line in lines:
            stamp, price, size = line.split(",")
            out.append((int(stamp), float(price), int(size)))
    return out
""",
        after="""\
def prices(path):
    schema = {"stamp": pl.Int64, "price": pl.Float64, "size": pl.Int64}
    return pl.read_csv(path, has_header=False, schema=schema)
""",
    ),
    Remedy(
        "string_concat",
        "Adding to a string copies it, so the time may grow with the square of its length. CPython"
        " can extend a local variable in place, but not an attribute or an element.",
        "Append the pieces to a list and join once, or write them to the file or an io.StringIO.",
        "None, but the pieces are kept until they are joined.",
        "hours",
        "low",
        10.0,
        "measured at 40,000 lines: 56 times; the gain grows with their number",
        before="""\
def report(fills):
    log = {"text": ""}
    for fill in fills:
        log["text"] += f"{fill}\\n"
    return log["text"]
""",
        after="""\
def report(fills):
    return "".join([f"{fill}\\n" for fill in fills])
""",
    ),
    Remedy(
        "json_in_loop",
        "json makes a dict, with new strings and numbers, of every message, and a call for every"
        " line. Most of these objects are dropped at once.",
        "Read a file of JSON lines with polars.read_ndjson; for messages of a feed use orjson or"
        " msgspec with a declared type, and decode once, not once for each consumer.",
        "Readers differ on duplicate keys, NaN, integers above 64 bits and missing fields; orjson"
        " writes bytes. Give the schema.",
        "hours",
        "low",
        3.0,
        "measured at 50,000 lines: 20 times with a schema of one field; less with many",
        before="""\
import json

def prices(path):
    out = []
    with open(path) as lines:
        for line in lines:
            out.append(json.loads(line)["price"])
    return out
""",
        after="""\
def prices(path):
    return pl.read_ndjson(path, schema={"price": pl.Float64})["price"].to_list()
""",
    ),
    Remedy(
        "repeated_regex_compile",
        "The functions of re look the expression up in a cache at each call, and compile it again"
        " where the cache has lost it. re.compile in a loop does the look-up too.",
        "Compile once, at the top of the module, and use the methods of the compiled expression;"
        " for a fixed separator or prefix use str methods.",
        "None for the same expression and flags.",
        "hours",
        "low",
        2.0,
        "measured on short lines: 2.7 times",
        before="""\
import re

def prices(lines):
    return [float(re.search(r"px=([0-9.]+)", line).group(1)) for line in lines]
""",
        after="""\
import re

_PRICE = re.compile(r"px=([0-9.]+)")

def prices(lines):
    return [float(_PRICE.search(line).group(1)) for line in lines]
""",
    ),
    Remedy(
        "datetime_parsing",
        "strptime reads its format and locale anew in Python for each text. to_datetime of one text"
        " passes through checks meant for a whole column.",
        "Convert the whole column at once with its format (pandas.to_datetime, Polars"
        " str.to_datetime); for single ISO texts datetime.fromisoformat; keep times as integers"
        " where they are only compared.",
        "Time zones and ambiguous hours follow the library; pandas and Polars hold whole"
        " micro- or nanoseconds in a limited range of years.",
        "hours",
        "low",
        20.0,
        "measured at 20,000 texts: 470 times; less for one text at a time",
        before="""\
from datetime import datetime

def stamps(texts):
    parsed = [datetime.strptime(text, "%Y-%m-%d %H:%M:%S") for text in texts]
    return np.array(parsed, dtype="datetime64[us]")
""",
        after="""\
def stamps(texts):
    return pl.Series(texts).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us").to_numpy()
""",
    ),
)
