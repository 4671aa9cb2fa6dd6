"""The summary of a test run: each reason for which tests were skipped, once, with their number."""

from collections import Counter

import pytest

# Programs to audit: they are run, never imported in search of examples.
collect_ignore_glob = ["shared/qpp/tests/audit_scripts/*", "shared/qpp/examples/*"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[-1].removeprefix("Skipped: ") for report in skipped)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {count:4}: {reason}")
