"""Coroutines that wait together, then compute.

planted: 0.50 waiting gather
planted: 0.50 python_number_loop weigh
"""

import asyncio

from repeating import for_seconds


async def fetch(pause):
    await asyncio.sleep(pause)
    return pause


async def quotes(count):
    return await asyncio.gather(*(fetch(0.75) for _ in range(count)))


def gather(count):
    return asyncio.run(quotes(count))


def weigh(values):
    total = 0.0
    for value in values:
        total += value * value / (1.0 + value)
    return total


gather(20)
for_seconds(0.75, weigh, range(5000))
