"""Patterns of pandas and Polars: named where they are hot, and not where they are cold or absent."""
# ruff: noqa: E501 -- marked source text

from __future__ import annotations

import pytest

from audit_places import patterns

SHOWN = {
    "iterrows": """
        import pandas as pd
        df = pd.read_csv("trades.csv")
        total = 0.0
        for _, row in df.iterrows():            #: 40 iterrows=38
            total += row["price"] * row["size"]  #: 50 getitem=35
        """,
    "iterrows with tuples": """
        def total(df):
            out = 0.0
            for row in df.itertuples():  #: 30 pandas.core.frame.itertuples=2 collections._make=15
                out += row.price * row.size  #: 50
            return out
        """,
    "row_apply": """
        import pandas as pd
        df = pd.read_csv("trades.csv")
        def cost(row):
            return row["price"] * 2
        df["cost"] = df.apply(cost, axis=1)  #: 80 pandas.core.frame.apply=80 back=4:50
        """,
    "row_apply of values": """
        def label(df):
            return df["side"].apply(lambda s: 1 if s == "B" else -1)  #: 70 pandas.core.series.apply=70
        """,
    "rolling_apply": """
        import numpy as np
        def width(df):
            return df["x"].rolling(50).apply(np.ptp)  #: 90 pandas.core.window.rolling.apply=90
        """,
    "rolling_apply of Polars": """
        import polars as pl
        s = pl.Series([1.0])
        out = s.rolling_map(lambda w: w.max() - w.min(), 20)  #: 80 polars._utils.expired.wrapper=80
        """,
    "scalar_loc": """
        def walk(df):
            for i in range(1, len(df)):
                if df.loc[i, "close"] > df.loc[i - 1, "close"]:  #: 50 indexing=48
                    df.loc[i, "signal"] = 1                      #: 30 setting=29
        """,
    "scalar_loc of columns": """
        import pandas as pd
        close = pd.read_csv("x.csv")["close"]
        gains = [close[i] - close[i - 1] for i in range(1, len(close))]  #: 80 getitem=70
        """,
    "growing_frame": """
        import pandas as pd
        book = pd.DataFrame()
        for day in days:
            book = pd.concat([book, load(day)])  #: 80 pandas.core.reshape.concat.concat=78
        """,
    "growing_frame by rows": """
        import pandas as pd
        trades = pd.DataFrame(columns=["t", "p"])
        for t, p in fills:
            trades.loc[len(trades)] = [t, p]  #: 90 setting=88
        """,
    "groupby_python": """
        def spread(df):
            return df.groupby("asset").apply(lambda g: g["ask"].mean() - g["bid"].mean())  #: 80 pandas.core.groupby.groupby.apply=80
        """,
    "groupby_python in a loop": """
        def spread(df):
            out = {}
            for asset, g in df.groupby("asset"):  #: 30 pandas.core.groupby.ops.get_iterator=29
                out[asset] = g["ask"].mean() - g["bid"].mean()  #: 50 pandas.core.series.mean=45
            return out
        """,
    "object_dtype": """
        import pandas as pd
        from decimal import Decimal
        df = pd.read_csv("x.csv")
        price = df["price"].astype(object)
        total = price * df["size"]  #: 80 pandas.core.ops.common.new_method=80
        """,
    "object_dtype by strings": """
        def clean(df):
            return df["ric"].str.upper().str.strip().str.replace(".N", "")  #: 80 pandas.core.strings.accessor.wrapper=78
        """,
    "polars_udf": """
        import polars as pl
        df = pl.read_parquet("x.parquet")
        out = df.with_columns(pl.col("x").map_elements(lambda v: v * 2, return_dtype=pl.Float64))  #: 80 polars.dataframe.frame.with_columns=80 back=4:60
        """,
    "polars_udf in a lazy query": """
        import polars as pl
        def double(v):
            return v * 2
        query = pl.scan_parquet("x").with_columns(pl.col("x").map_elements(double))
        out = query.collect()  #: 90 polars._utils.expired.wrapper=90 back=3:80
        """,
    "polars_udf by rows": """
        import polars as pl
        df = pl.read_parquet("x.parquet")
        total = 0.0
        for row in df.iter_rows(named=True):  #: 50 polars.dataframe.frame.iter_rows=45
            total += row["x"]                 #: 30
        """,
}

# Code of the same shape that is cold, or code that is fine: the pattern must not be named.
ABSENT = {
    "iterrows": [
        """
        def run(df, x):  #>
            for _, row in df.iterrows():  #: 1 iterrows=1
                print(row["name"])
            return np.linalg.eigvals(x)  #: 90 numpy.linalg._linalg.eigvals=90
        """,
        """
        def run(settings, x):
            for _, row in settings.iterrows():  #: 0.5 iterrows=0.5
                fit(x, row["alpha"])            #: 90 scipy.optimize._minimize.minimize=88
        """,
    ],
    "row_apply": [
        'df["y"] = df.apply("sum", axis=1)  #: 80 pandas.core.frame.apply=80\n',
        'import numpy as np\ny = df["x"].apply(np.log)  #: 80 pandas.core.series.apply=80\n',
        "w = df.apply(lambda c: c / c.sum())  #: 80 pandas.core.frame.apply=80 back=1:70\n",
    ],
    "rolling_apply": [
        's = df["x"].rolling(50).std()  #: 90 pandas.core.window.rolling.std=90\n',
        's = df["x"].rolling(9).apply(f, raw=True, engine="numba")  #: 90 pandas.core.window.rolling.apply=90\n',
    ],
    "scalar_loc": [
        """
        for name in names:
            last = df.iloc[-1]            #: 1 indexing=1
            out[name] = df[name].rolling(50).std()  #: 80 pandas.core.window.rolling.std=78
        """,
        """
        for i in range(10):
            part = df.iloc[i * 100000 : (i + 1) * 100000]  #: 1 indexing=1
            out.append(part.sort_values("x"))  #: 80 pandas.core.frame.sort_values=80
        """,
    ],
    "growing_frame": [
        """
        import pandas as pd
        parts = []
        for day in days:
            parts.append(load(day))
        book = pd.concat(parts)  #: 80 pandas.core.reshape.concat.concat=78
        """,
    ],
    "groupby_python": [
        'm = df.groupby("asset")["x"].mean()  #: 80 pandas.core.groupby.groupby.mean=80\n',
        'm = df.groupby("asset")["x"].agg("sum")  #: 80 pandas.core.groupby.generic.aggregate=80\n',
    ],
    "object_dtype": [
        'total = df["price"] * df["size"]  #: 80 pandas.core.ops.common.new_method=80\n',
    ],
    "polars_udf": [
        """
        import polars as pl
        out = df.with_columns(pl.col("x").rolling_mean(20))  #: 80 polars.dataframe.frame.with_columns=80
        """,
        """
        import polars as pl
        small = df.select(pl.col("x").map_elements(f))  #: 1 polars.dataframe.frame.select=1
        out = df.lazy().group_by("k").agg(pl.col("x").sum()).collect()  #: 80 polars._utils.expired.wrapper=80
        """,
    ],
}


@pytest.mark.parametrize("case", SHOWN)
def test_named_where_it_is_hot(case: str) -> None:
    assert patterns(SHOWN[case])[0] == case.split(" ")[0]


@pytest.mark.parametrize("pattern", ABSENT)
def test_not_named_where_it_is_cold_or_absent(pattern: str) -> None:
    for text in ABSENT[pattern]:
        for python in (0.1, 0.9):
            assert pattern not in patterns(text, python=python), text
