"""Asian options by Monte Carlo: NumPy, a fused kernel on the CPU, a fused kernel on a GPU.

>>> from gpu_monte_carlo import AsianOption, price
>>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 12)
>>> found = price(option, paths=50_000, seed=1)
>>> found.standard_error < 0.01
True
"""

from gpu_monte_carlo._memory import DeviceMemoryError
from gpu_monte_carlo.approximations import curran_lower_bound, levy, turnbull_wakeman
from gpu_monte_carlo.backends import BackendUnavailableError
from gpu_monte_carlo.bounds import bracket
from gpu_monte_carlo.closed_form import black_scholes, geometric, parity
from gpu_monte_carlo.greeks import likelihood_ratio_delta
from gpu_monte_carlo.option import AsianOption
from gpu_monte_carlo.pricing import price, simulate_paths
from gpu_monte_carlo.result import PriceEstimate

__all__ = [
    "AsianOption",
    "BackendUnavailableError",
    "DeviceMemoryError",
    "PriceEstimate",
    "black_scholes",
    "bracket",
    "curran_lower_bound",
    "geometric",
    "levy",
    "likelihood_ratio_delta",
    "parity",
    "price",
    "simulate_paths",
    "turnbull_wakeman",
]
