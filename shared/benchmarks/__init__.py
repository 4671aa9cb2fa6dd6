"""What asv discovers. Nothing is timed here: see :mod:`qpp.history.suite`."""
