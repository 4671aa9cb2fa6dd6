"""A program that waits for half of its time.

planted: 0.50 waiting poll
planted: 0.50 python_number_loop weigh
"""

import time

from repeating import for_seconds


def poll():
    time.sleep(0.05)


def weigh(values):
    total = 0.0
    for value in values:
        total += value * value / (1.0 + value)
    return total


for _ in range(15):
    poll()
    for_seconds(0.05, weigh, range(5000))
