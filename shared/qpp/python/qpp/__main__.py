"""The program ``qpp``: signals and streams, set before anything that takes time is imported.

SIGINT and SIGTERM end it with one sentence and status 130 or 143. A console that cannot show a
character shows a question mark.
"""

import contextlib
import io
import os
import signal
import sys
import time

# After a signal finished studies are being written: another one is ignored for so many seconds.
IGNORED_FOR = 10.0


def main() -> None:
    """Run the command line."""
    first, last = 0, 0.0

    def stop(number: int, _: object) -> None:
        nonlocal first, last
        if not first or time.monotonic() - last > IGNORED_FOR:
            first, last = first or number, time.monotonic()
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) != signal.SIG_IGN:  # ignored in the background of a shell
            signal.signal(number, stop)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    status: int | str | None = 1
    try:
        from qpp.cli import cli

        cli()
    except SystemExit as end:
        status = end.code
    except BaseException as error:
        if not first and not isinstance(error, OSError):
            raise
        reason = str(error)
        if isinstance(error, OSError) and not error.filename:  # a stream, not a file
            with contextlib.suppress(OSError):  # or the exit would write and fail again
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            reason = f"cannot write the output: {error.strerror}"
        with contextlib.suppress(OSError):
            print("Interrupted." if first else f"Error: {reason}", file=sys.stderr)
    if first:  # Python restores the default while it ends: a second signal would kill it
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + first if first else status)


if __name__ == "__main__":
    main()
