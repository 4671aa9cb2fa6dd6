"""The command that draws a study's pictures: ``python -m MODULE FOLDER``."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any


def draw_into_folder(
    module: str,
    draw: Callable[[], Mapping[str, Any]],
    arguments: Sequence[str] | None = None,
    *,
    dpi: int = 90,
) -> None:
    """Write the figures that ``draw`` returns by name, as PNG files, and print their paths.

    Parameters
    ----------
    module
        What is run by ``python -m``, for the usage.
    draw
        Makes Matplotlib figures; called once the arguments are right.
    arguments
        Of the command: the folder, made where it is missing. Default: those of the process.
    dpi
        Pixels an inch.

    Raises
    ------
    SystemExit
        Wrong usage (2), or ``--help`` (0).

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from matplotlib.figure import Figure
    >>> with TemporaryDirectory() as there:
    ...     draw_into_folder("my.figures", lambda: {"empty": Figure()}, [there])
    ...     [path.name for path in Path(there).iterdir()]  # doctest: +ELLIPSIS
    wrote /.../empty.png
    ['empty.png']
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description="Draws pictures.")
    parser.add_argument("folder", type=Path, help="where to write")
    folder = parser.parse_args(arguments).folder
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in draw().items():
        path = folder / f"{name}.png"
        figure.savefig(path, dpi=dpi, metadata={"Software": None})
        pyplot.close(figure)
        print(f"wrote {path}")
