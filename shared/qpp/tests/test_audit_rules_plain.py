"""Patterns of plain Python, text and the whole program: named where hot, and only there."""
# ruff: noqa: E501 -- marked source text

from __future__ import annotations

import pytest

from audit_places import patterns

SHOWN = {
    "python_number_loop": """
        def ema(values, a):
            level, out = 0.0, []
            for v in values:                     #: 15
                level = a * v + (1 - a) * level  #: 50
                out.append(level)                #: 20
            return out
        """,
    "python_number_loop in a function": """
        import math
        def payoff(z, s, k):
            return max(s * math.exp(0.2 * z) - k, 0.0)  #: 80
        prices = [payoff(z, 100.0, 95.0) for z in draws]
        """,
    "scan_best_price": """
        class Book:
            def update(self, side, price, size):
                self.bids[price] = size            #: 5
                return max(self.bids.keys())       #: 70
        """,
    "scan_best_price of orders": """
        def best_offer(levels):
            return min(level.price for level in levels if level.size)  #: 80
        for event in events:
            quotes.append(best_offer(levels))  #: 2
        """,
    "list_membership": """
        def unique(orders):
            seen = []
            for order in orders:
                if order not in seen:   #: 90
                    seen.append(order)  #: 2
        """,
    "list_membership in several lines": """
        class Book:
            def reduce(self, order):
                if order not in self.active:        #: 30
                    return
                at = self.active.index(order)       #: 25
                self.size[at] -= 1                  #: 15
                self.active.remove(order)           #: 20
            def __init__(self):
                self.active = []
        """,
    "list_membership by index": """
        names = text.split()
        for trade in trades:
            counts[names.index(trade)] += 1  #: 90
        """,
    "repeated_sort": """
        class Book:
            def __init__(self):
                self.levels = []
            def add(self, level):
                self.levels.append(level)  #: 2
                self.levels.sort()         #: 90
        """,
    "repeated_sort of what was sorted": """
        for value in values:
            window.append(value)
            window = sorted(window)  #: 90
        """,
    "repeated_sort of a frame": """
        for day in days:
            top = df.sort_values("volume").tail(day)  #: 80 pandas.core.frame.sort_values=75
        """,
    "lru_missing": """
        def tree(s, n, u, d, k):
            if n == 0:                                           #: 20
                return max(s - k, 0.0)                           #: 20
            return 0.5 * (tree(s * u, n - 1, u, d, k) + tree(s * d, n - 1, u, d, k))  #: 50
        """,
    "lru_missing of a method": """
        class Market:
            def smile(self, expiry):  #>
                chosen = sorted(q for q in self.quotes if q.expiry == expiry)  #: 60
                return [q.volatility for q in chosen]                          #: 30
        """,
    "lru_missing in a loop": """
        import numpy as np
        def weights(cov, views):
            return [np.linalg.inv(cov) @ v for v in views]  #: 90 numpy.linalg._linalg.inv=85
        """,
    "split_parsing": """
        def load(path):
            rows = []
            for line in open(path):                  #: 10
                t, p, q = line.split(",")            #: 40
                rows.append((t, float(p), int(q)))   #: 45
        """,
    "split_parsing of messages": """
        def parse(message):
            fields = {}
            for field in message.split("|"):   #: 30
                tag, value = field.split("=")  #: 40
                fields[int(tag)] = value       #: 25
            return fields
        """,
    "string_concat": """
        class Log:
            text = ""
            def write(self, fills):
                for f in fills:
                    self.text += f"{f}"  #: 90
        """,
    "json_in_loop": """
        import json
        for line in feed:
            event = json.loads(line)  #: 70 json.loads=68
            book.update(event)        #: 20
        """,
    "repeated_regex_compile": """
        import re
        def parse(line):
            pattern = re.compile("px=([0-9.]+)")  #: 50 re.compile=48
            return pattern.search(line)           #: 20
        """,
    "datetime_parsing": """
        from datetime import datetime
        stamps = [datetime.strptime(s, "%H:%M:%S") for s in texts]  #: 80 _strptime._strptime_datetime=78
        """,
    "datetime_parsing by pandas": """
        import pandas as pd
        for row in rows:
            when = pd.to_datetime(row[0])  #: 80 pandas.core.tools.datetimes.to_datetime=80
        """,
    "deep_copy": """
        import copy
        for shock in shocks:
            scenario = copy.deepcopy(market)  #: 80 copy.deepcopy=80
        """,
    "reread_files": """
        import pandas as pd
        def calendar(day):
            return pd.read_csv("calendar.csv")  #: 80 pandas.io.parsers.readers.read_csv=80
        for day in days:
            use(calendar(day))
        """,
    "gil_bound_threads": """
        from concurrent.futures import ThreadPoolExecutor
        def work(n):
            total = 0
            for i in range(n):  #: 30
                total += i      #: 60
            return total
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(work, [10**7] * 4))
        """,
}
ABSENT = {
    "python_number_loop": [
        "for x in arrays:\n    y = model.predict(x)  #: 90 sklearn.base.predict=90\n",
        """
        def run(x):  #>
            total = sum(i * i for i in range(9))  #: 0.2
            return np.linalg.eigvals(x)           #: 90 numpy.linalg._linalg.eigvals=90
        """,
    ],
    "scan_best_price": [
        "best = max(prices)  #: 90\nprint(best)\n",
        "for v in values:\n    out.append(max(v, 0))  #: 90\n",
    ],
    "list_membership": [
        """
        seen = set()
        for order in orders:
            if order not in seen:   #: 90
                seen.add(order)
        """,
        "for s in sides:\n    n += s in ('B', 'S')  #: 90\n",
    ],
    "repeated_sort": [
        "for name, group in groups:\n    out.append(sorted(group))  #: 90\n",
        "import numpy as np\nx = np.sort(data)  #: 90 numpy._core.fromnumeric.sort=90\n",
        "import numpy as np\nfor _ in range(9):\n    x = np.sort(rng.uniform(0, 1, n))  #: 90 numpy._core.fromnumeric.sort=90\n",
    ],
    "lru_missing": [
        """
        from functools import lru_cache
        @lru_cache
        def f(n):
            return f(n - 1) + f(n - 2)  #: 90
        """,
        """
        def visit(node):
            return visit(node.left) + visit(node.right)  #: 90
        """,
        """
        def sort(x, lo, hi):
            mid = (lo + hi) // 2
            sort(x, lo, mid)         #: 40
            sort(x, mid, hi)         #: 40
        """,
    ],
    "split_parsing": [
        "import numpy as np\nfor x in data:\n    parts = np.split(x, 4)  #: 90 numpy.lib.x=90\n",
        "head = 'a,b'.split(',')  #: 0.1\ny = np.linalg.svd(x)  #: 90 numpy.linalg.svd=90\n",
    ],
    "string_concat": ["parts = []\nfor f in fills:\n    parts.append(f'{f}')  #: 90\n"],
    "json_in_loop": ["import json\nconfig = json.load(open('x'))  #: 90 json.load=90\n"],
    "repeated_regex_compile": [
        """
        import re
        pattern = re.compile("px=([0-9.]+)")
        for line in lines:
            pattern.search(line)  #: 90
        """,
    ],
    "datetime_parsing": [
        "import pandas as pd\nt = pd.to_datetime(df['t'])  #: 90 pandas.core.tools.datetimes.to_datetime=90\n"
    ],
    "deep_copy": ["import copy\nx = copy.deepcopy(market)  #: 90 copy.deepcopy=90\n"],
    "reread_files": [
        "for path in paths:\n    parts.append(pd.read_csv(path))  #: 90 pandas.io.parsers.readers.read_csv=90\n",
    ],
    "gil_bound_threads": [
        """
        from concurrent.futures import ProcessPoolExecutor
        def work(n):
            return sum(i * i for i in range(n))  #: 90
        with ProcessPoolExecutor(4) as pool:
            results = list(pool.map(work, [10**7] * 4))
        """,
    ],
    "serial_independent_work": [
        "acf = [x[k:] @ x[:-k] for k in range(1, lags + 1)]  #: 90\n",
        """
        for t in range(len(x)):
            state = step(state, x[t])  #: 90 client.library.step=90
        """,
    ],
    "waiting": ["y = np.linalg.svd(x)  #: 90 numpy.linalg.svd=90\n"],
}


@pytest.mark.parametrize("case", SHOWN)
def test_named_where_it_is_hot(case: str) -> None:
    assert patterns(SHOWN[case], python=0.9)[0] == case.split(" ")[0]


@pytest.mark.parametrize("pattern", ABSENT)
def test_not_named_where_it_is_cold_or_absent(pattern: str) -> None:
    for text in ABSENT[pattern]:
        for python in (0.05, 0.45):
            found = patterns(text, python=python)
            again = patterns(text, python=0.9) if pattern != "python_number_loop" else []
            assert pattern not in {*found, *again}, text


def test_waiting_is_named_and_promises_nothing() -> None:
    text = "import time\nfor order in orders:\n    time.sleep(0.1)  #: 90\n"
    assert patterns(text, waiting=0.88)[0] == "waiting"


def test_independent_passes_that_are_long_enough_for_a_process() -> None:
    text = """
        from scipy.optimize import minimize
        def fit(asset):
            return minimize(loss, asset)  #: 90 scipy.optimize._minimize.minimize=90
        results = {}
        for asset in assets:  #>
            results[asset] = fit(asset)
        """
    for seconds, expected in ((10.0, True), (0.01, False)):
        found = patterns(text, python=0.1, count=20, seconds=seconds)
        assert ("serial_independent_work" in found) == expected


def test_what_no_rule_names() -> None:
    assert patterns("y = np.linalg.svd(x)  #: 90 numpy.linalg.svd=90\n", python=0.02) == [
        "library_bound"
    ]
    assert patterns("tree = build(names)  #: 90\n", python=0.95) == ["unrecognised"]
