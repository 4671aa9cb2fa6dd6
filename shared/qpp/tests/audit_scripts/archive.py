"""A file read again for each question, patterns compiled again, a text that grows.

planted: 0.60 reread_files closes
planted: 0.25 repeated_regex_compile tickers
planted: 0.15 string_concat report
"""

import re
import tempfile
from pathlib import Path

import pandas as pd
from repeating import for_seconds

names = [f"TICK{i}.{'NY'[i % 2]}" for i in range(60)]


def closes(path, symbols):
    result = {}
    for symbol in symbols:
        table = pd.read_csv(path)
        result[symbol] = table.loc[table["symbol"] == symbol, "close"].sum()
    return result


def tickers(texts):
    found = []
    for text in texts:
        re.purge()
        found.append(re.compile(r"([A-Z]+)(\d+)\.(N|Y)").match(text))
    return found


def report(texts):
    text = ""
    for i in range(2000):
        text = text + texts[i % len(texts)] + ";" + str(i) + "\n"
    return text


with tempfile.TemporaryDirectory() as folder:
    archive = Path(folder) / "closes.csv"
    pd.DataFrame({"symbol": ["A", "B", "C", "D"] * 3000, "close": 1.5}).to_csv(archive, index=False)
    for_seconds(0.9, closes, archive, ["A", "B", "C"])
    for_seconds(0.375, tickers, names)
    for_seconds(0.225, report, names)
