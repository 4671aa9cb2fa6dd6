"""The report of a run: one self-contained HTML file, and the drawings in it.

:func:`render_html` makes the page; :mod:`qpp.report.charts` draws the ratios of one study
for a README; :mod:`qpp.report.svg` turns any matplotlib figure into a drawing that follows
the reader's light or dark theme.
"""

from qpp.report.charts import ratio_chart, save_ratio_chart
from qpp.report.page import render_html

__all__ = ["ratio_chart", "render_html", "save_ratio_chart"]
