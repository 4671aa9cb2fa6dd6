"""Start a client's program inside a profiler, or what no command line of Python can start.

Run as a file, so that nothing but the standard library is imported. What to run is in the
environment, since some profilers parse a program's arguments; the variable is removed first.
"""

import ast
import json
import os
import runpy
import sys
import time
import types
from typing import Any

VARIABLE = "QPP_AUDIT_LAUNCH"
LONG = 5.0  # seconds of a first call that counts though it imports what is imported when needed


def qpp_audit_call(function: Any, arguments: Any) -> None:
    """Call the client's function; its time is what is called below this frame."""
    if isinstance(arguments, dict):
        function(**arguments)
    else:
        function(*arguments)


def run_file(path: str, text: str | bytes, flags: int = 0, **names: Any) -> None:
    """Run a text as the program ``__main__`` of a file, some names defined."""
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__, **names)
    sys.modules["__main__"] = main
    code = compile(text, path, "exec", flags, dont_inherit=True)
    started = eval(code, main.__dict__)
    if started is not None:  # a notebook may wait for coroutines at the top of a cell
        import asyncio

        asyncio.run(started)


def run_function(what: dict[str, Any], profile: Any = None) -> int:
    """Call a function once, and again until the seconds are over; then once in a profile.

    Returns how many calls took the seconds.
    """
    import importlib

    name, _, attribute = what["target"].partition(":")
    function: Any = importlib.import_module(name)
    for part in attribute.split("."):
        function = getattr(function, part)
    make: Any = ()
    if what["case"] is not None:
        defined = runpy.run_path(what["case"])
        if "case" not in defined:
            sys.exit(f"{what['case']}: no case, a dict or tuple of arguments, or what makes one")
        make = defined["case"]
    spent, calls = 0.0, 0
    while True:
        arguments = make() if callable(make) else make
        imported = len(sys.modules)
        begun = time.perf_counter()
        qpp_audit_call(function, arguments)
        took = time.perf_counter() - begun
        if len(sys.modules) == imported or took > LONG:
            spent += took
            calls += 1
        if spent >= what.get("seconds", 0.0):
            break
    if profile is not None:
        profile.runcall(qpp_audit_call, function, make() if callable(make) else make)
    return calls


def start(what: dict[str, Any]) -> None:
    """Run the program."""
    if what["kind"] == "module":
        runpy.run_module(what["target"], run_name="__main__", alter_sys=True)
    elif what["kind"] == "function":
        run_function(what)
    elif what["kind"] == "notebook":
        run_file(what["target"], what["text"], ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, display=print)
    else:
        with open(what["target"], "rb") as file:
            run_file(what["target"], file.read())


def count_calls(what: dict[str, Any]) -> None:
    """Run the program, and write how often each of its functions was called.

    Of a function one call is counted, the last, and stands for all.
    """
    import cProfile

    profile, times = cProfile.Profile(), 1
    try:
        if what["kind"] == "function":
            times = run_function(what, profile)
        else:
            profile.runcall(start, what)
    finally:
        profile.create_stats()
        counted = [
            (*where, times * called, [(*who, times * calls[1]) for who, calls in callers.items()])
            for where, (_, called, _, _, callers) in profile.stats.items()
        ]
        with open(what["counts"], "w", encoding="utf-8") as file:
            json.dump(counted, file)


def main() -> None:
    """Run what the environment says."""
    what = json.loads(os.environ.pop(VARIABLE))
    sys.argv = [what["argv0"], *what["arguments"]]
    sys.path[0] = what["path0"]
    if "temporary" in what:  # the program's own folder, after the profiler's has been used
        import tempfile

        tempfile.tempdir = None
        os.environ["TMPDIR"] = what["temporary"]
        if not what["temporary"]:
            del os.environ["TMPDIR"]
    if "record" in what:
        runpy.run_path(what["recorder"])["start"](**what["record"])
    if "counts" in what:
        count_calls(what)
    else:
        start(what)


if __name__ == "__main__":
    main()
