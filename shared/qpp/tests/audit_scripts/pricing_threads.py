"""Python numbers in threads, which take turns, after the same in one thread.

planted: 0.70 gil_bound_threads price
planted: 0.30 python_number_loop calibrate
"""

import time
from concurrent.futures import ThreadPoolExecutor

from repeating import for_seconds


def price(seconds):
    stop = time.perf_counter() + seconds
    total = 0.0
    while time.perf_counter() < stop:
        for step in range(2000):
            total += 0.5 * step * step - 1.0 / (step + 1)
    return total


def calibrate(values):
    total = 0.0
    for value in values:
        total += value * value * 0.5 - value
    return total


for_seconds(0.6, calibrate, range(20_000))
with ThreadPoolExecutor(4) as pool:
    list(pool.map(price, [1.4] * 4))
