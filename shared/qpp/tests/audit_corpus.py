"""The planted corpus: programs in ``audit_scripts`` whose shares and patterns are known.

The header of a slow one says ``planted: SHARE PATTERN FUNCTION`` for each place, largest first;
shares hold by construction (``repeating.py``). The ones in ``clean`` have nothing worth a rewrite.
``BASELINES`` are the studies' baselines, each with what its optimised version replaced.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("audit_scripts")
CLEAN = tuple(sorted((FOLDER / "clean").glob("*.py")))


@dataclass(frozen=True)
class Planted:
    """One place: its share of the work, its pattern, and the lines of its function."""

    share: float
    pattern: str
    function: str
    first_line: int
    last_line: int


def planted(script: Path) -> tuple[Planted, ...]:
    """What is planted in a script."""
    text = script.read_text(encoding="utf-8")
    functions = {
        node.name: (node.lineno, node.end_lineno or 0)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    found = re.findall(r"^planted: (\S+) (\S+) (\S+)$", text, re.MULTILINE)
    return tuple(Planted(float(s), pattern, name, *functions[name]) for s, pattern, name in found)


SLOW = tuple(path for path in sorted(FOLDER.glob("*.py")) if planted(path))


@dataclass(frozen=True)
class Baseline:
    """A function that runs a study's baseline for a few seconds, with its case.

    ``places`` are what the optimised version replaced: the end of a file's path, the function and
    the pattern; one of the first three findings is each of them.
    """

    function: str
    case: str
    places: tuple[tuple[str, str, str], ...]


BASELINES = {
    "polars_vs_pandas": Baseline(
        "polars_vs_pandas.baseline:backtest",
        """
from polars_vs_pandas._arrays import Run
from polars_vs_pandas.study.workloads import as_dated_pandas, rule, synthetic
made = synthetic(rows=1500, assets=50, window=100)
signal, returns = (as_dated_pandas(made[name]) for name in ("signal", "returns"))
case = {"signal": signal, "returns": returns, "run": Run(**rule(100))}
""",
        (("baseline.py", "backtest", "scalar_loc"),),
    ),
    "hft_orderbook": Baseline(
        "hft_orderbook.baseline:run",
        """
from hft_orderbook.baseline import DictBook, plain
from hft_orderbook.flow import published_flow
events = plain(published_flow(100, seed=1, levels=20)) * 2000
def case():
    return {"book": DictBook(), "events": events}
""",
        (("baseline.py", "run", "python_number_loop"),),
    ),
    "hft_orderbook, deep": Baseline(
        "hft_orderbook.baseline:run",
        """
from hft_orderbook.baseline import DictBook, plain
from hft_orderbook.flow import synthetic_flow
events = plain(synthetic_flow(700_000, seed=1, levels=4_000))
def case():
    return {"book": DictBook(), "events": events}
""",
        (("baseline.py", "DictBook.set", "scan_best_price"),),
    ),
    "fft_autocorrelation": Baseline(
        "fft_autocorrelation.baseline:autocorrelation",
        """
from fft_autocorrelation.study.workloads import MEMORY, normal
case = normal(*MEMORY)
""",
        (("baseline.py", "autocorrelation", "full_fft_few_lags"),),
    ),
    "gpu_monte_carlo": Baseline(
        "gpu_monte_carlo.pricing:price",
        """
from gpu_monte_carlo.study.workloads import HEADLINE, at_the_money
paths, observations = HEADLINE
case = {"option_or_batch": at_the_money(observations), "paths": paths, "backend": "numpy",
        "variance_reduction": ()}
""",
        (("baseline.py", "block_sums", "float64_cpu_monte_carlo"),),
    ),
    "hft_hmm": Baseline(
        "hft_py.hmm:fit_hmm",
        """
from hft_py.hmm.study.workloads import sp500
made = sp500("fit", n_states=3)
case = {"returns": made["returns"], "n_states": 3, "n_iterations": 60, "tolerance": 0,
        "initial": made["params"], "order": "none", "backend": "python"}
""",
        (
            ("recursions.py", "_forward", "small_array_numpy"),
            ("recursions.py", "_scaled", "small_array_numpy"),
        ),
    ),
    "hft_hmm, Viterbi": Baseline(
        "hft_py.hmm:viterbi_decode",
        """
from hft_py.hmm.study.workloads import LENGTHS, long_series
made = long_series("viterbi", LENGTHS[1], n_states=3)
case = {"returns": made["returns"], "params": made["params"], "backend": "python"}
""",
        (("decoding.py", "viterbi", "small_array_numpy"),),
    ),
    "hft_mcmc": Baseline(
        "hft_py.mcmc:mcmc_optimize",
        """
from hft_py.mcmc.study.workloads import gaussian
density = gaussian(2)
case = {"objective": density.scalar, "bounds_lower": density.lower,
        "bounds_upper": density.upper, "initial_params": density.start, "n_iterations": 30_000,
        "burn_in": 3_000, "n_chains": 4, "seed": 1, "backend": "python"}
""",
        (("target.py", "Target.evaluate", "small_array_numpy"),),
    ),
    "hft_mle": Baseline(
        "hft_py.mle:differential_evolution_optimize",
        """
from hft_py.mle.study.workloads import evolution, rosenbrock
made = evolution(population_size=150, generations=0)
case = {"objective_fn": rosenbrock, "bounds_lower": made["lower"], "bounds_upper": made["upper"],
        "init": made["population"], "max_iterations": 660, "strategy": "best1bin", "seed": 1,
        "tolerance": 0.0, "absolute_tolerance": 0.0, "backend": "python"}
""",
        (("evolution.py", "Evolution._trials", "small_array_numpy"),),
    ),
}
