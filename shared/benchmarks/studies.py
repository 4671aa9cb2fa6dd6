"""One benchmark per study and metric, generated from the declarations.

``asv run`` finds ``studies.time_<study>``, ``studies.peakmem_<study>``,
``studies.track_slowdown_<study>``, ``studies.track_growth_<study>`` and
``studies.track_error_<study>``, each with the axes workload and implementation.
"""

from qpp.history import suite as _suite

globals().update(_suite.benchmarks())
