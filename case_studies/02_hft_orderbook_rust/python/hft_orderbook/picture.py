"""The former name of :mod:`hft_orderbook.plotting`."""

from hft_orderbook.plotting import draw, main

__all__ = ["draw", "main"]

if __name__ == "__main__":
    main()
