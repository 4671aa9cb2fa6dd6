"""dependencies.py PYPROJECT...: prints what the packages need, one requirement a line."""

import sys
import tomllib
from pathlib import Path

for path in sys.argv[1:]:
    project = tomllib.loads(Path(path).read_text(encoding="utf-8"))["project"]
    print("\n".join(project.get("dependencies", [])))
