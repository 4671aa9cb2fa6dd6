"""dependencies.py PYPROJECT...: prints what the packages need, one requirement a line.

Less the packages themselves: one may need another, and they are installed from their folders.
"""

import re
import sys
import tomllib
from pathlib import Path

projects = [
    tomllib.loads(Path(path).read_text(encoding="utf-8"))["project"] for path in sys.argv[1:]
]
own = {project["name"] for project in projects}
for project in projects:
    for requirement in project.get("dependencies", []):
        if re.match(r"[\w.-]+", requirement)[0] not in own:
            print(requirement)
