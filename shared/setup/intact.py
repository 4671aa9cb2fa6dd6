"""Exit 0 where this environment is whole, else print what an interrupted set-up left.

pip writes a package's list of files last, so a package without one was cut short; and
it moves what it replaces to names that begin with a tilde until it has finished.
"""

import importlib.util
import sys
from importlib.metadata import distributions
from pathlib import Path

if importlib.util.find_spec("pip") is None:
    sys.exit("it has no pip")

for folder in map(Path, sys.path):
    if folder.is_dir() and folder.is_relative_to(sys.prefix):
        for leftover in folder.glob("~*"):
            sys.exit(f"half replaced: {leftover.name}")

for distribution in distributions():
    name = distribution.metadata["Name"]
    if distribution.files is None:
        sys.exit(f"half installed: {name}")
    for file in distribution.files:
        if file.suffix != ".pyc" and not Path(str(file.locate())).exists():
            sys.exit(f"{name} lacks {file.name}")
