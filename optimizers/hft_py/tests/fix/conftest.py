"""What tests of messages share."""

from __future__ import annotations

import pytest

from hft_py.fix import Dictionary

SAMPLE = (
    "8=FIX.4.2|9=258|35=8|49=BROKER|56=CLIENT|34=4711|52=20260301-14:30:00.123|"
    "37=ORD-20260301-000123|17=EXE-998877|11=CL-000000123|20=0|150=1|39=1|1=ACC-1|55=AAPL|54=1|"
    "38=1000|40=2|44=175.25|59=0|32=300|31=175.24|151=700|14=300|6=175.24|"
    "60=20260301-14:30:00.100|58=partial fill|10=012|"
)


def soh(text: str) -> bytes:
    """A message written with ``|`` for SOH."""
    return text.encode("latin-1").replace(b"|", b"\x01")


def sealed(body: str | bytes, begin_string: bytes = b"FIX.4.2") -> bytes:
    """A body with its frame, written without the code under test."""
    raw = soh(body) if isinstance(body, str) else body
    head = b"8=%b\x019=%d\x01%b" % (begin_string, len(raw), raw)
    return b"%b10=%03d\x01" % (head, sum(head) % 256)


@pytest.fixture
def report() -> bytes:
    """An execution report of 28 fields."""
    return soh(SAMPLE)


@pytest.fixture
def fix(kernel_set: str) -> Dictionary:
    """FIX 4.2 on each kernel set."""
    return Dictionary.fix42(kernel_set)
