"""What a user would pick instead; those for discrete data are given bin numbers, made before."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hft_py.information_theory.study.runs import N_BINS
from qpp.study import Inputs


def bin_numbers(x: Any) -> Any:
    """Equal widths, as ``numpy.histogram`` has them."""
    edges = np.linspace(x.min(axis=0), x.max(axis=0), N_BINS + 1)[1:-1]
    if x.ndim == 1:
        return np.searchsorted(edges, x, side="right")
    columns = zip(edges.T, x.T, strict=True)
    return np.array([np.searchsorted(e, column, side="right") for e, column in columns])


def coded(inputs: Inputs) -> Inputs:
    """Bin numbers in place of real numbers; columns in rows."""
    return {
        name: bin_numbers(value) if getattr(value, "dtype", None) == np.float64 else value
        for name, value in inputs.items()
    }


def histogram2d(measure: str, x: Any, y: Any) -> Any:
    """NumPy's joint histogram, and the sum over its cells."""
    counts, _, _ = np.histogram2d(x, y, N_BINS)
    p = counts / counts.sum()
    outer = p.sum(axis=1, keepdims=True) * p.sum(axis=0, keepdims=True)
    some = p > 0
    return float((p[some] * np.log2(p[some] / outer[some])).sum())


def scikit_learn(measure: str, **data: Any) -> Any:
    """``mutual_info_score``, in nats: what ``mutual_info_classif`` calls for discrete features."""
    from sklearn.metrics import mutual_info_score

    if measure == "mutual_information":
        return mutual_info_score(data["x"], data["y"]) / math.log(2)
    nats = [mutual_info_score(column, data["target"]) for column in data["features"]]
    return np.array(nats) / math.log(2)


def infomeasure(measure: str, **data: Any) -> Any:
    """``infomeasure``: a class for every estimator, in NumPy."""
    import infomeasure as im

    if measure == "mutual_information":
        return float(im.mutual_information(data["x"], data["y"], approach="discrete", base=2))
    return float(im.transfer_entropy(data["source"], data["target"], approach="discrete", base=2))


def pyinform(measure: str, **data: Any) -> Any:
    """``pyinform``: the C library Inform, called by ctypes."""
    from pyinform.mutualinfo import mutual_info
    from pyinform.transferentropy import transfer_entropy

    if measure == "mutual_information":
        return mutual_info(data["x"], data["y"])
    return transfer_entropy(data["source"], data["target"], 1)


def dit(measure: str, x: Any, y: Any) -> Any:
    """``dit``: a distribution of named outcomes, made of counts."""
    from dit import Distribution
    from dit.shannon import mutual_information

    cells, counts = np.unique(np.stack([x, y], axis=1), axis=0, return_counts=True)
    outcomes = [tuple(cell) for cell in cells.tolist()]
    return float(mutual_information(Distribution(outcomes, counts / len(x)), [0], [1]))
