"""The README's pictures: ``python -m hft_py.information_theory.study.figures FOLDER``.

The stocks are the 20 of the S&P 500 that the harness comes with, 1990 to 2022.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from hft_py import information_theory as it
from hft_py.information_theory.plotting import significant
from hft_py.information_theory.study.runs import TERCILES
from hft_py.information_theory.study.workloads import stock_returns
from hft_py.results import pyplot
from qpp.pictures import draw_into_folder


def stocks() -> dict[str, Any]:
    """What the stocks share on a day, and what each tells of another's next day."""
    from pandas import DataFrame

    returns, names = stock_returns()
    frame = DataFrame(returns, columns=list(names))
    shared = it.compute_mutual_information_matrix(frame, 10, binning="equal_frequency")
    start = time.perf_counter()
    flow = it.compute_transfer_entropy_matrix(
        frame, n_permutations=1_000, seed=1, threads=0, **TERCILES
    )
    seconds = time.perf_counter() - start
    pairs, days = len(names) * (len(names) - 1), len(returns)
    print(f"{pairs} transfer entropies of {days} days, 1,000 permutations each: {seconds:.2f} s")
    heat, graph = shared.plot(), flow.plot("graph")
    heat.suptitle("Mutual information of daily returns, 20 stocks, 1990-2022")
    graph.suptitle(
        "Effective transfer entropy from one day to the next, 20 stocks, 1990-2022\n"
        f"the 40 largest of {significant(flow, 0.05).sum()} pairs at a false discovery rate of 5%"
    )
    return {"mutual_information": heat, "transfer_entropy": graph}


def null(tests: int = 2_000, days: int = 500) -> Any:
    """P-values of transfer entropy with and without a coupling of the series."""
    rng = np.random.default_rng(0)
    groups = {"independent": 0.0, "coupled by 0.1": 0.1}
    figure, axes = pyplot().subplots(figsize=(6, 3.5), layout="constrained")
    for k, (name, strength) in enumerate(groups.items()):
        p_values = []
        for seed in range(tests):
            source, noise = rng.normal(size=(2, days))
            target = noise + strength * np.roll(source, 1)
            found = it.compute_transfer_entropy_significance(
                source, target, n_permutations=199, seed=seed, **TERCILES
            )
            p_values.append(found.p_value)
        axes.hist(
            p_values, bins=np.linspace(0, 1, 21), histtype="step", lw=2, label=name, color=f"C{k}"
        )
    axes.axhline(tests / 20, color="0.6", lw=1, ls="--", label="uniform")
    axes.set(xlabel="p-value", ylabel="tests", xlim=(0, 1))
    axes.legend()
    figure.suptitle(f"Permutation tests of transfer entropy, {tests:,} series of {days} days")
    return figure


def main(arguments: list[str] | None = None) -> None:
    """Draw every picture into a folder."""
    draw_into_folder(
        "hft_py.information_theory.study.figures",
        lambda: {f"information_{k}": f for k, f in {**stocks(), "p_values": null()}.items()},
        arguments,
    )


if __name__ == "__main__":
    main()
