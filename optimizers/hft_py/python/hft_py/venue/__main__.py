"""``python -m hft_py.venue``: a venue until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from hft_py.venue.config import DEMO_KEYS, SYMBOLS, VenueConfig
from hft_py.venue.recording import read_lobster_orders
from hft_py.venue.venue import Venue


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hft_py.venue",
        description="A venue to trade on, by FIX 4.2 and by an Alpaca-compatible REST API.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    add("--fix-port", type=int, default=9878, help="0 takes a free one, -1 none (default: 9878)")
    add("--rest-port", type=int, default=8042, help="0 takes a free one, -1 none (default: 8042)")
    add("--symbol", action="append", default=[], metavar="NAME[=TICK]",
        help=f"a symbol and its tick size (default: {', '.join(SYMBOLS)}, a cent)")  # fmt: skip
    add("--key", action="append", default=[], metavar="KEY:SECRET:CLIENT",
        help="a REST client (default: demo:demo-secret:CLIENT)")  # fmt: skip
    add("--flow", default="0", metavar="RATE|FILE",
        help="beside the users' orders: random orders a second in each symbol, or a LOBSTER "
        "message file that is played into the first symbol at once (default: none)")  # fmt: skip
    add("--seed", type=int, default=1, help="of the random flow (default: 1)")
    add("--store", default=None, help="folder of the FIX sessions' messages (default: in memory)")
    add("--log", default=None, help="file of the FIX sessions' log (default: none)")
    return parser


def _config(given: argparse.Namespace) -> tuple[VenueConfig, Path | None]:
    symbols = dict(one.partition("=")[::2] for one in given.symbol) or dict(SYMBOLS)
    keys = {}
    for one in given.key:
        key, _, rest = one.partition(":")
        secret, _, client = rest.partition(":")
        keys[key] = (secret, client)
    recording = None
    try:
        flow = float(given.flow)
    except ValueError:
        flow, recording = 0.0, Path(given.flow)
    config = VenueConfig(
        symbols={name: tick or "0.01" for name, tick in symbols.items()},
        host=given.host,
        fix_port=None if given.fix_port < 0 else given.fix_port,
        rest_port=None if given.rest_port < 0 else given.rest_port,
        seed=given.seed,
        flow=flow,
        store=given.store,
        log_file=given.log,
        keys=keys or dict(DEMO_KEYS),
    )
    return config, recording


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; 2 where the arguments make no sense."""
    parser = _parser()
    given = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        config, recording = _config(given)
        orders = None if recording is None else read_lobster_orders(recording)
        venue = Venue(config).start()
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    try:
        if config.fix_port is not None:
            host, port = venue.fix_address
            print(f"FIX 4.2    {host}:{port}  TargetCompID {config.comp_id}, any SenderCompID")
        if config.rest_port is not None:
            clients = ", ".join(f"{key} ({client})" for key, (_, client) in config.keys.items())
            print(f"REST       {venue.rest_url}  keys: {clients}")
            url = venue.rest_url.replace("http", "ws", 1)
            print(f"WebSocket  {url}/stream (orders), {url}/v2/iex (market data)")
        print(f"symbols    {', '.join(config.symbols)}; Ctrl-C stops", flush=True)
        if orders is not None:
            venue.replay(next(iter(config.symbols)), orders)
        stopped.wait()
    finally:
        venue.stop()
    print("stopped", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
