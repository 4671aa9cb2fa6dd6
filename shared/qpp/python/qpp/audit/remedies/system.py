"""Remedies for copies, files, processors and waiting; and where there is none."""

from __future__ import annotations

from qpp.audit.remedies._remedy import Remedy, Shown

_STARTS = Shown("hft_hmm", "S&P 500: 4 starts of 100 iterations", "rust-2-threads", over="rust")

REMEDIES = (
    Remedy(
        "deep_copy",
        "copy.deepcopy visits every object of a structure in Python and keeps a table of what it"
        " has seen. It copies what does not change as well.",
        "Copy only what changes: dataclasses.replace, a new dict from the old one, array.copy(); or"
        " keep the state immutable and pass the difference.",
        "What is not copied is shared: nothing may change it in place.",
        "hours",
        "medium",
        50.0,
        "measured on a dict with 20 lists of 50 numbers: 1,000 times",
        before="""\
import copy

def shocked(market, spots):
    scenarios = []
    for spot in spots:
        scenario = copy.deepcopy(market)
        scenario["spot"] = spot
        scenarios.append(scenario)
    return scenarios
""",
        after="""\
def shocked(market, spots):
    return [{**market, "spot": spot} for spot in spots]
""",
    ),
    Remedy(
        "reread_files",
        "The same file is opened, read and parsed in every pass. Parsing costs far more than"
        " reading, which the system's cache makes cheap.",
        "Read it once, before the loop, and pass the result; or functools.lru_cache on the function"
        " that reads. Store large tables as Parquet or .npy.",
        "A file that changes while the program runs is no longer noticed. Passes share what was"
        " read: do not change it in place.",
        "hours",
        "low",
        10.0,
        "measured at 20 passes: 20 times or more; the gain is about the number of passes",
        before="""\
def volumes(path, assets):
    out = []
    for asset in assets:
        trades = pd.read_csv(path)
        out.append(int(trades["size"][trades["asset"] == asset].sum()))
    return out
""",
        after="""\
def volumes(path, assets):
    trades = pd.read_csv(path)
    return [int(trades["size"][trades["asset"] == asset].sum()) for asset in assets]
""",
    ),
    Remedy(
        "serial_independent_work",
        "The passes do not need each other and are long, yet one core runs them one after the"
        " other. The other cores are idle.",
        "Run them in a concurrent.futures.ProcessPoolExecutor, or in threads where the work"
        " releases the interpreter's lock (NumPy, Polars, Rust). Send parameters and not data;"
        " read the data once in each worker.",
        "Random numbers need a seed for each pass, or results depend on the number of workers."
        " Memory is needed once for each worker. Functions and arguments must pickle. Libraries"
        " with threads of their own then compete for cores.",
        "hours",
        "medium",
        1.6,
        "two threads over one in hft_hmm (1.8 times); more cores may give more",
        before="""\
def swept(backtest, parameters):
    return [backtest(p) for p in parameters]
""",
        after="""\
from concurrent.futures import ProcessPoolExecutor

def swept(backtest, parameters):
    with ProcessPoolExecutor() as workers:
        return list(workers.map(backtest, parameters))
""",
        shown=_STARTS,
    ),
    Remedy(
        "gil_bound_threads",
        "Only one thread at a time runs Python code: the others wait for the interpreter's lock,"
        " and hand it over at a cost. More threads make this code no faster.",
        "Use processes for Python code, or move the work into code that releases the lock (NumPy on"
        " large arrays, Polars, Numba with nogil=True, Rust). First make the function itself fast.",
        "Arguments and results are pickled and copied; objects are no longer shared between"
        " workers, nor are locks, files and caches.",
        "hours",
        "medium",
        1.6,
        "two threads without the lock over one in hft_hmm (1.8 times); more cores may give more",
        before="""\
from concurrent.futures import ThreadPoolExecutor

def swept(backtest, parameters):
    with ThreadPoolExecutor() as workers:
        return list(workers.map(backtest, parameters))
""",
        after="""\
from concurrent.futures import ProcessPoolExecutor

def swept(backtest, parameters):
    with ProcessPoolExecutor() as workers:
        return list(workers.map(backtest, parameters))
""",
        shown=_STARTS,
    ),
    Remedy(
        "waiting",
        "The program sleeps, or waits for a disk, a network, a lock or other processes. The"
        " processor does nothing for it, so faster code changes nothing here.",
        "Ask for several things at once (asyncio, a thread pool), ask for less, or wait for an"
        " event and not for a time. What that brings depends on the other side: no gain is"
        " promised here.",
        "The other side may limit requests, and answers may come in another order.",
        "days",
        "medium",
        1.0,
        "no gain is promised",
        before="""\
def quotes(fetch, assets):
    return [fetch(asset) for asset in assets]
""",
        after="""\
from concurrent.futures import ThreadPoolExecutor

def quotes(fetch, assets):
    with ThreadPoolExecutor(8) as workers:
        return list(workers.map(fetch, assets))
""",
    ),
    Remedy(
        "library_bound",
        "The time is spent in compiled code of a library that the caller uses as it is meant to be"
        " used. Rewriting the calling line shortens nothing.",
        "Ask for less (fewer rows, columns, calls), cache results, check how many threads the"
        " library uses, or choose another algorithm or library.",
        "Another algorithm is another result: compare to a tolerance.",
        "days",
        "medium",
        1.0,
        "no gain is promised",
    ),
    Remedy(
        "unrecognised",
        "The interpreter has the time here, in code of no pattern that the rules know. A person has"
        " to look at it.",
        "Profile the place alone with realistic input. Look for work that can be left out or done"
        " once, then for containers and algorithms, and only then for a compiled version.",
        "Not known.",
        "days",
        "medium",
        1.0,
        "no gain is promised, as no rule names the pattern",
    ),
)
