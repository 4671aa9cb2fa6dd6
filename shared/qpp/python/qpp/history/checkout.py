"""The git repository around the history, and the checks before a commit is recorded.

A point is wrong if the code that ran was not the commit it is stored under. So these are refused:
a dirty tree, a package imported from elsewhere, a Rust extension that is a debug build or older
than its sources.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qpp.history import HistoryError

RESULTS = "shared/results/asv"
CONFIGURATION = "asv.conf.json"
SCRATCH = ".asv"  # git ignores it: result files, working trees and sites
# Run by the Python that measured: where its packages are, and how their extensions were built.
_PROBE = """
import importlib, importlib.util, json, pathlib, sys
found = {}
for name in sys.argv[1:]:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None:
        found[name] = None
        continue
    folder = pathlib.Path(spec.origin).resolve().parent
    built = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".so", ".pyd", ".dylib"):
            inner = path.relative_to(folder).parent.parts
            module = importlib.import_module(".".join([name, *inner, path.name.split(".")[0]]))
            profile = getattr(module, "build_profile", None)
            built[str(path)] = profile() if callable(profile) else profile
    found[name] = [str(folder), built]
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Checkout:
    """A git working tree with an ``asv.conf.json`` at its root, and where its history is kept."""

    root: Path
    results: Path

    def git(self, *arguments: str) -> str:
        """Output of a git command (``HistoryError`` where it fails)."""
        return git(self.root, *arguments)

    def resolve(self, name: str) -> str:
        """The full hash of a commit given by any of its names."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except HistoryError:
            raise HistoryError(f"unknown commit {name!r}: `git log` lists them") from None

    def describe(self, commit: str) -> dict[str, Any]:
        """What a point says of its commit: date (ms since 1970), subject, number of ancestors."""
        date, _, subject = self.git("show", "-s", "--format=%ct%n%s", commit).partition("\n")
        count = int(self.git("rev-list", "--count", commit))
        return {"date": int(date) * 1000, "subject": subject, "ancestors": count}

    def require_clean(self) -> None:
        """Refuse changed or untracked files; the history itself may change."""
        files = [
            line[3:]
            for line in self.git(
                *("status", "--porcelain", "--untracked-files=all"),
                *("--", ".", f":(exclude){RESULTS}"),
            ).splitlines()
        ]
        if files:
            more = f" and {len(files) - 3} more" if len(files) > 3 else ""
            raise HistoryError(
                f"the working tree differs from HEAD ({', '.join(files[:3])}{more}): "
                "commit or remove the changes, then record"
            )

    def require_built(
        self, modules: Iterable[str], python: Sequence[str] = (sys.executable,)
    ) -> None:
        """Refuse packages from elsewhere, and extensions that are not a fresh release build.

        ``python`` starts the interpreter that measures. The harness itself must be the checkout's
        where the checkout holds it.
        """
        harness = ["qpp"] if (self.root / "shared" / "qpp").is_dir() else []
        command = [*python, "-c", _PROBE, *dict.fromkeys([*harness, *modules])]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise HistoryError(f"an extension does not import ({reason}): run `make develop`")
        for name, found in json.loads(done.stdout.splitlines()[-1]).items():
            if found is None:
                raise HistoryError(f"{name} is not installed: run `make develop`")
            folder = Path(found[0])
            if not folder.is_relative_to(self.root.resolve()) or "site-packages" in folder.parts:
                raise HistoryError(
                    f"{name} is imported from {folder}, not from this checkout: run `make develop`"
                )
            for extension, profile in found[1].items():
                self._require_release(name, folder, Path(extension), profile)

    def _require_release(self, name: str, folder: Path, extension: Path, profile: Any) -> None:
        if profile != "release":
            how = "does not say how it was built" if profile is None else f"is a {profile} build"
            raise HistoryError(f"{name}: {extension.name} {how}: run `make develop`")
        parents = (folder, *folder.parents)
        root = self.root.resolve()
        project = next(p for p in parents if (p / "pyproject.toml").is_file() or p == root)
        sources = [root / "Cargo.toml", root / "Cargo.lock", project / "Cargo.toml"]
        for part in (project, root / "shared" / "native"):
            sources += (part / "src").rglob("*.rs")
        built = extension.stat().st_mtime
        for source in sources:
            if source.is_file() and source.stat().st_mtime > built:
                older = f"{extension.name} is older than {source.relative_to(root).as_posix()}"
                raise HistoryError(f"{name}: {older}: run `make develop`")


def find(start: Path | None = None, results: Path | None = None) -> Checkout:
    """The checkout around ``start`` (default: the current directory).

    ``results``: where the history is kept, default ``shared/results/asv``.
    """
    start = start or Path.cwd()
    try:
        root = Path(git(start, "rev-parse", "--show-toplevel"))
    except HistoryError as error:
        raise HistoryError(f"{start} is in no git repository ({error}): go into a clone") from None
    if not (root / CONFIGURATION).is_file():
        raise HistoryError(f"{root} has no {CONFIGURATION}: run this inside the portfolio's clone")
    return Checkout(root, (results or root / RESULTS).resolve())


def git(where: Path, *arguments: str) -> str:
    """Run git; ``HistoryError`` holds the last line of its error output."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=where,
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise HistoryError(f"cannot run git: {error.strerror or error}") from error
    if done.returncode != 0:
        output = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise HistoryError(f"git {arguments[0]}: {output[-1]}")
    return done.stdout.rstrip()
