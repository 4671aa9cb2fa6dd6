"""What to do about each pattern, what it risks, and the gain that is reachable.

The texts and the code are in the TOML files beside this module, a table for each pattern. The
figures said to be measured come from ``python shared/qpp/tests/audit_pairs.py``, which times each
``before`` against its ``after`` (AMD EPYC, two cores, CPython 3.11, NumPy 2.4, pandas 3.1, Polars
2.1). The ratio of a study is read from its committed result, so it is the one its README shows.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from qpp.audit.document import Effort, Risk
from qpp.results import ResultError, load
from qpp.summary import over


class Shown(NamedTuple):
    """A row of a study's committed result: how much faster than the baseline, or than ``over``."""

    study: str
    workload: str
    implementation: str
    over: str = ""


@dataclass(frozen=True)
class Remedy:
    """What to do about a pattern.

    ``title`` is the pattern in words, ``mechanism`` says in two sentences why the code is slow,
    ``caution`` what the remedy can change in the results. ``before`` and ``after`` define one
    function; ``np``, ``pd`` and ``pl`` are the usual imports. ``gain`` is how many times faster the
    explained part of a place becomes: no more than was measured, or than the least that a study of
    this repository measured, and never above 100, since what replaces a place also has to convert,
    check and return. ``source`` names that measurement. ``variants`` are other texts, for code that
    shows the pattern in another form.
    """

    pattern: str
    title: str
    mechanism: str
    remedy: str
    caution: str
    effort: Effort
    risk: Risk
    gain: float
    source: str
    before: str = ""
    after: str = ""
    shown: Shown | None = None
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _remedies() -> dict[str, Remedy]:
    found: dict[str, Remedy] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for pattern, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            values: dict[str, Any] = table
            for texts in (values, *values.get("variants", {}).values()):
                for text in {"mechanism", "remedy", "caution", "source"} & texts.keys():
                    texts[text] = " ".join(texts[text].split())
            shown = Shown(*values.pop("shown")) if "shown" in values else None
            found[pattern] = Remedy(pattern, shown=shown, **values)
    return found


REMEDIES = _remedies()


@lru_cache
def measured(shown: Shown | None) -> tuple[float | None, str]:
    """The ratio that a study measured and the processor; ``(None, "")`` without its result file."""
    folder = next((p for p in Path(__file__).parents if (p / "results").is_dir()), None)
    if shown is None or folder is None:
        return None, ""
    try:
        run = load(folder / "results" / f"{shown.study}.json")
    except ResultError:
        return None, ""
    study = run.study(shown.study)
    for workload in study.workloads if study is not None else ():
        row = workload.row(shown.implementation)
        if workload.name != shown.workload or row is None:
            continue
        ratio = over(workload.row(shown.over), row) if shown.over else row.ratio
        if ratio is not None and row.status == "ok":
            return ratio.value, str(run.provenance.get("cpu", ""))
    return None, ""
