"""Scans of lists and dicts.

planted: 0.70 list_membership unique_orders
planted: 0.30 scan_best_price quotes
"""

from repeating import for_seconds

identifiers = [(i * 7919) % 1500 for i in range(1500)]
updates = [(10_000 + (i * 31) % 200, (i * 17) % 50) for i in range(1000)]


def unique_orders(orders):
    seen = []
    for order in orders:
        if order not in seen:
            seen.append(order)
    return seen


def quotes(messages):
    bids = {}
    best = []
    for price, size in messages:
        if size:
            bids[price] = size
        else:
            bids.pop(price, None)
        best.append(max(bids) if bids else None)
    return best


for_seconds(1.05, unique_orders, identifiers)
for_seconds(0.45, quotes, updates)
