"""Messages of a feed, parsed one by one.

planted: 0.50 split_parsing fields
planted: 0.30 json_in_loop trades
planted: 0.20 datetime_parsing times
"""

import json
from datetime import datetime

from repeating import for_seconds

lines = [f"{i},AAPL,{100 + i % 7}.25,{i % 90 + 1},B" for i in range(3000)]
records = [json.dumps({"id": i, "price": 100.5, "size": i % 9}) for i in range(1500)]
stamps = [f"2024-03-{i % 28 + 1:02d} 09:30:{i % 60:02d}" for i in range(400)]


def fields(feed):
    book = []
    for line in feed:
        parts = line.split(",")
        book.append((int(parts[0]), parts[1], float(parts[2]), int(parts[3]), parts[4] == "B"))
    return book


def trades(feed):
    volume = 0
    for record in feed:
        volume += json.loads(record)["size"]
    return volume


def times(texts):
    parsed = []
    for text in texts:
        parsed.append(datetime.strptime(text, "%Y-%m-%d %H:%M:%S"))
    return parsed


for_seconds(0.75, fields, lines)
for_seconds(0.45, trades, records)
for_seconds(0.3, times, stamps)
