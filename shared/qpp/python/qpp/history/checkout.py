"""Checks that the installed code is the checkout whose HEAD is recorded.

A point of the history is wrong if the code that ran was not the commit it is stored under.
asv does not check this. So before and after a run these are refused: a dirty tree, another
commit than HEAD, a package imported from elsewhere, a Rust extension that is a debug build or
older than its sources.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qpp.history import HistoryError

RESULTS = "shared/results/asv"
HARNESS = "shared/qpp"
CONFIGURATION = "asv.conf.json"
EXTENSIONS = (".so", ".pyd", ".dylib")


@dataclass(frozen=True)
class Checkout:
    """A git working tree with an ``asv.conf.json`` at its root."""

    root: Path

    @property
    def results(self) -> Path:
        """Where the history is kept."""
        return self.root / RESULTS

    def git(self, *arguments: str) -> str:
        """Output of a git command (``HistoryError`` where it fails)."""
        return git(self.root, *arguments)

    def head(self) -> str:
        """The full hash of HEAD."""
        return self.git("rev-parse", "HEAD^{commit}")

    def resolve(self, name: str) -> str:
        """The full hash of a commit given by any of its names."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except HistoryError:
            raise HistoryError(f"unknown commit {name!r}") from None

    def date(self, commit: str) -> int:
        """Author date in milliseconds since 1970: the form asv stores."""
        return int(self.git("show", "-s", "--format=%at", commit)) * 1000

    def require_head(self, commit: str) -> None:
        """Refuse another commit than the one that is checked out."""
        head = self.head()
        if self.resolve(commit) != head:
            raise HistoryError(
                f"{commit} is not what is checked out (HEAD is {head[:8]}): "
                f"run `git checkout {commit}` and `make develop` first"
            )

    def require_clean(self) -> None:
        """Refuse changed or untracked files; the recorded results themselves may change."""
        status = self.git(
            "status", "--porcelain", "--untracked-files=all", "--", ".", f":(exclude){RESULTS}"
        )
        files = [line[3:] for line in status.splitlines()]
        if files:
            more = f" and {len(files) - 3} more" if len(files) > 3 else ""
            raise HistoryError(
                f"the working tree differs from HEAD ({', '.join(files[:3])}{more}): "
                "commit or remove the changes, then record"
            )

    def require_installed(self, modules: Iterable[str]) -> None:
        """Refuse packages that are not imported from this checkout, or stale extensions.

        The harness itself must be the checkout's where the checkout holds it.
        """
        harness = ["qpp"] if (self.root / HARNESS).is_dir() else []
        for module in (*harness, *modules):
            folder = self._folder(module)
            for extension in sorted(p for p in folder.rglob("*") if p.suffix in EXTENSIONS):
                _require_fresh(module, extension, _project(folder, self.root), self.root)
                _require_release(module, extension)

    def _folder(self, module: str) -> Path:
        try:
            spec = importlib.util.find_spec(module)
        except (ImportError, ValueError):
            spec = None
        if spec is None or spec.origin is None:
            raise HistoryError(f"{module} is not installed: run `make develop`")
        origin = Path(spec.origin).resolve()
        if self.root.resolve() not in origin.parents or "site-packages" in origin.parts:
            raise HistoryError(
                f"{module} is imported from {origin.parent}, not from this checkout: "
                "run `make develop`"
            )
        return origin.parent


def find(start: Path | None = None) -> Checkout:
    """The checkout around ``start`` (default: the current directory)."""
    start = start or Path.cwd()
    root = Path(git(start, "rev-parse", "--show-toplevel"))
    if not (root / CONFIGURATION).is_file():
        raise HistoryError(f"{root} has no {CONFIGURATION}: run this inside the repository")
    return Checkout(root)


def git(where: Path, *arguments: str) -> str:
    """Run git; ``HistoryError`` holds the last line of its error output."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=where, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise HistoryError(f"cannot run git: {error.strerror or error}") from error
    if done.returncode != 0:
        output = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise HistoryError(f"git {arguments[0]}: {output[-1]}")
    return done.stdout.rstrip()


def _project(folder: Path, root: Path) -> Path:
    """The subproject a package belongs to: the nearest folder with a ``pyproject.toml``."""
    parents = (folder, *folder.parents)
    return next((p for p in parents if (p / "pyproject.toml").is_file() or p == root), folder)


def _require_fresh(module: str, extension: Path, project: Path, root: Path) -> None:
    built = extension.stat().st_mtime
    sources = [root / "Cargo.toml", root / "Cargo.lock", project / "Cargo.toml"]
    for source in (*sources, *(project / "src").rglob("*.rs")):
        if source.is_file() and source.stat().st_mtime > built:
            raise HistoryError(
                f"{module}: {extension.name} is older than {source.relative_to(root).as_posix()}: "
                "run `make develop`"
            )


def _require_release(module: str, extension: Path) -> None:
    """Import the extension in a new process and read its ``build_profile``."""
    name = f"{module}.{extension.name.split('.')[0]}"
    code = (
        "import importlib, json, sys; m = importlib.import_module(sys.argv[1]); "
        "p = getattr(m, 'build_profile', None); "
        "print(json.dumps(p() if callable(p) else p))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, name], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise HistoryError(f"{name} does not import ({reason}): run `make develop`")
    profile = json.loads(done.stdout.splitlines()[-1])
    if profile is None:
        raise HistoryError(f"{name} does not say how it was built: give it `build_profile()`")
    if profile != "release":
        raise HistoryError(f"{name} is a {profile} build: run `make develop`, then record")
