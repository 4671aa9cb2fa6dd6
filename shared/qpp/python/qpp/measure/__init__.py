"""Measurement: interleaved samples from one warm worker process per implementation."""

from qpp.measure.run import Interrupted, measure_study
from qpp.measure.schedule import CHECK, FULL, FULL_CHECK, QUICK, Settings

__all__ = ["CHECK", "FULL", "FULL_CHECK", "QUICK", "Interrupted", "Settings", "measure_study"]
