"""The command line: ``python -m allocation_o2 new`` and ``compile``."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

from allocation_o2 import _manifest, compiler
from allocation_o2.errors import CompileError


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0; 1 for a strategy that does not compile or a file, 2 for usage."""
    parser = argparse.ArgumentParser(
        prog="python -m allocation_o2",
        description="Allocation strategies in Rust. A strategy is a program: compiling and loading "
        "run code of whoever wrote it.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    new = commands.add_parser("new", help="write a strategy's file to begin with")
    new.add_argument("path", type=Path, help="the new file, such as my_strategy.rs")
    new.set_defaults(run=_new)
    make = commands.add_parser("compile", help="compile a strategy's file to a library")
    make.add_argument("path", type=Path, help="the file, such as my_strategy.rs")
    make.add_argument("-o", "--output", help="the library or its folder (default: beside the file)")
    make.set_defaults(run=_compile)
    chosen = parser.parse_args(arguments)
    try:
        chosen.run(chosen)
    except (CompileError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        return 130
    return 0


def _new(chosen: argparse.Namespace) -> None:
    path = compiler.new_strategy(chosen.path)
    print(f"{path} written; next: python -m allocation_o2 compile {shlex.quote(str(path))}")


def _compile(chosen: argparse.Namespace) -> None:
    path: Path = chosen.path
    start = time.perf_counter()
    if path.suffix == ".rs" and path.exists():
        crates = _manifest.header(path, path.read_text(encoding="utf-8", errors="replace")).crates
        if crates:
            print(f"crates: {', '.join(crates)} (cargo may need the network for them)", flush=True)
    done = compiler.compiled(path)
    if done.messages:
        print(done.messages, file=sys.stderr)
    placed, note = compiler.place(done.library, path, chosen.output)
    if note:
        print(f"note: {note}", file=sys.stderr)
    how = f"compiled in {time.perf_counter() - start:.1f} s" if done.fresh else "unchanged"
    print(f"{placed} ({how}); load it: allocation_o2.load({str(placed)!r})")


if __name__ == "__main__":
    sys.exit(main())
