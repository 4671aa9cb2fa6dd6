"""The baseline, and both kernel sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py.fix import Dictionary
from hft_py.fix.study.workloads import TAGS, sealed
from qpp.study import Inputs

Output = list[Any]


def baseline(task: str, messages: list[bytes] = (), orders: list[Any] = ()) -> Output:  # type: ignore[assignment]
    """What a competent user writes first: a dict of the fields, and the checksum."""
    if task == "write":
        return [sealed("D", fields) for fields in orders]
    found = []
    for data in messages:
        fields = split(data)
        found.append(tuple([fields[tag] for tag in TAGS]))
    return found


def split(data: bytes) -> dict[int, str]:
    """The fields of a message without groups, its checksum verified; nothing else is."""
    fields = {}
    for part in data.split(b"\x01")[:-1]:
        tag, _, value = part.partition(b"=")
        fields[int(tag)] = value.decode()
    if sum(data[:-7]) % 256 != int(fields[10]):
        raise ValueError(f"CheckSum (10) is {fields[10]}, expected {sum(data[:-7]) % 256}")
    return fields


def run_hft_py(backend: str, validate: bool = True) -> Callable[..., Output]:
    """Each message decoded, validated, and five fields read, on one kernel set."""
    fix = Dictionary.fix42(backend)

    def call(task: str, messages: Any = (), orders: Any = ()) -> Output:
        if task == "write":
            encode = fix.encode
            return [encode("D", fields) for fields in orders]
        decode = fix.decode
        return [decode(data, validate).values(*TAGS) for data in messages]

    return call


def collect(output: Output) -> Mapping[str, Any]:
    """Texts as numbers: the values read, or the fields written, which some peers sort."""
    if output and isinstance(output[0], bytes):
        rows = [b"\x01".join(sorted(data.split(b"\x01"))) for data in output]
    else:
        rows = ["\x01".join(values).encode() for values in output]
    return {"bytes": np.frombuffer(b"\n".join(rows), dtype=np.uint8)}


def seconds_to_read_and_write(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """All bytes moved once at memory bandwidth."""
    moved = sum(map(len, inputs.get("messages", ()))) or 160 * len(inputs["orders"])
    return float(moved / bandwidth(moved))
