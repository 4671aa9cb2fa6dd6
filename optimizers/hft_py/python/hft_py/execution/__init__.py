"""Execution: schedules of child orders, transaction costs, an order store.

>>> from hft_py.execution import AlmgrenChriss
>>> AlmgrenChriss(100.0, 1.0, 4, 0.5, 1e-3).trajectory(0.0).trades.tolist()
[25.0, 25.0, 25.0, 25.0]
"""

from hft_py.execution.almgren_chriss import AlmgrenChriss
from hft_py.execution.calendar import TradingCalendar
from hft_py.execution.children import schedule_child_orders
from hft_py.execution.config import ExecutionConfig
from hft_py.execution.cost_result import ExecutionCosts
from hft_py.execution.costs import analyze_execution
from hft_py.execution.impact import (
    ImpactFit,
    calibrate_impact,
    linear_impact,
    square_root_impact,
)
from hft_py.execution.orders import IllegalMoveError, OrderState
from hft_py.execution.profiles import VolumeProfiles, volume_profiles
from hft_py.execution.schedule import Schedule
from hft_py.execution.scheduler import ExecutionScheduler
from hft_py.execution.simulate import SimulatedExecution, simulate_execution
from hft_py.execution.store import OrderStore, hash_inputs
from hft_py.execution.trajectory import CostFrontier, Trajectory

__all__ = [
    "AlmgrenChriss",
    "CostFrontier",
    "ExecutionConfig",
    "ExecutionCosts",
    "ExecutionScheduler",
    "IllegalMoveError",
    "ImpactFit",
    "OrderState",
    "OrderStore",
    "Schedule",
    "SimulatedExecution",
    "TradingCalendar",
    "Trajectory",
    "VolumeProfiles",
    "analyze_execution",
    "calibrate_impact",
    "hash_inputs",
    "linear_impact",
    "schedule_child_orders",
    "simulate_execution",
    "square_root_impact",
    "volume_profiles",
]
