"""A loop in one process, then work in four.

planted: 0.40 list_membership unique
planted: 0.60 python_number_loop simulate
"""

import multiprocessing
import time

from repeating import for_seconds


def unique(orders):
    seen = []
    for order in orders:
        if order not in seen:
            seen.append(order)
    return seen


def simulate(seconds):
    stop = time.perf_counter() + seconds
    total = 0.0
    while time.perf_counter() < stop:
        for step in range(2000):
            total += 0.5 * step * step - 1.0 / (step + 1)
    return total


if __name__ == "__main__":
    for_seconds(0.8, unique, [(i * 7919) % 1500 for i in range(1500)])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(simulate, [0.6] * 4, chunksize=1)
