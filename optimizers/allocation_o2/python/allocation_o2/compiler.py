"""From a strategy's file in Rust to a library, by cargo, once for each content."""

from __future__ import annotations

import errno
import filecmp
import json
import os
import re
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from allocation_o2 import _cache, _manifest
from allocation_o2.errors import CompileError

__all__ = ["compile_strategy", "new_strategy"]

_NO_CARGO = (
    "there is no {0} on PATH, and a strategy in Rust is compiled with it: install Rust from "
    "https://rustup.rs, then try again"
)
# What changes the code that a compiler writes, besides its version.
_FLAGS = (
    "RUSTC",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
)
_UNWRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTDIR, errno.EISDIR}


@dataclass(frozen=True)
class Compiled:
    """A library, and what is to be said about it.

    Attributes
    ----------
    library
        In the cache.
    fresh
        Whether it was compiled now.
    messages
        The compiler's warnings.
    """

    library: Path
    fresh: bool
    messages: str


def new_strategy(path: str | Path) -> Path:
    """Write a file to begin a strategy in Rust with: one that compiles, to be changed.

    Parameters
    ----------
    path
        The new file; the ending ``.rs`` may be left out. The strategy has its name.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    FileExistsError
        There is one already; it is left as it is.

    Examples
    --------
    >>> import tempfile
    >>> path = new_strategy(Path(tempfile.mkdtemp()) / "fast_momentum")
    >>> path.name, "pub struct FastMomentum {" in path.read_text()
    ('fast_momentum.rs', True)
    """
    path = Path(path)
    if path.suffix != ".rs":
        path = path.with_name(path.name + ".rs")
    words = re.findall(r"[0-9A-Za-z]+", path.stem)
    name = "".join(word[0].upper() + word[1:] for word in words)
    if not name[:1].isalpha():
        name = "MyStrategy"
    text = (Path(__file__).parent / "template" / "strategy.rs").read_text(encoding="utf-8")
    for old, new in (("StrategyName", name), ("FILE_NAME", path.name), ("STEM", path.stem)):
        text = text.replace(old, new)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise FileExistsError(f"{path} exists already, and is left as it is") from None
    return path


def compile_strategy(path: str | Path, output: str | Path | None = None) -> Path:
    """Compile a strategy in Rust to a library, which :func:`allocation_o2.load` makes a class of.

    A file that was compiled before is not compiled again, by this version of the compiler and of
    the package. Compiling runs code of the crates that the strategy asks for, and loading runs the
    strategy: a file from a stranger is a program.

    Parameters
    ----------
    path
        The file; see :func:`new_strategy`.
    output
        The library, or the folder for it. Default: beside the file. Where that cannot be written,
        the library stays in the cache, and a warning says where.

    Returns
    -------
    pathlib.Path
        The library: ``libNAME.so``, ``libNAME.dylib`` or ``NAME.dll``.

    Raises
    ------
    FileNotFoundError, ValueError
        No such file; one that does not end with ``.rs``.
    CompileError
        The compiler's messages; or no cargo, with the remedy.
    OSError
        ``output`` cannot be written.

    Notes
    -----
    cargo compiles in release mode, without the network: only a strategy that asks for crates may
    need it. The cache is in the user's cache folder, or where ``ALLOCATION_O2_CACHE`` says;
    ``RUSTFLAGS="-C target-cpu=native"`` in the environment is used and tells libraries apart.

    Examples
    --------
    >>> compile_strategy("missing.rs")
    Traceback (most recent call last):
    FileNotFoundError: missing.rs does not exist: python -m allocation_o2 new missing.rs writes one
    """
    path = Path(path)
    placed, note = place(compiled(path).library, path, output)
    if note:
        warnings.warn(note, UserWarning, stacklevel=2)
    return placed


def place(library: Path, path: Path, output: str | Path | None) -> tuple[Path, str]:
    """Copy a library out of the cache; where it is then, and what is to be said about it."""
    name = f"{_cache.PREFIX}{path.stem}{_cache.SUFFIX}"
    target = path.parent / name if output is None else Path(output)
    if output is not None and (target.is_dir() or str(output).endswith(("/", os.sep))):
        target /= name
    if target.suffix not in _cache.SUFFIXES:  # as load knows a library, and never the source
        target = target.with_name(target.name + _cache.SUFFIX)
    try:
        if not (target.is_file() and filecmp.cmp(library, target, shallow=False)):
            _cache.replace(library, target)
    except OSError as error:
        if output is not None:
            raise type(error)(
                f"output={str(output)!r} cannot be written ({error.strerror}): make its folder, or "
                f"name another; the library is {library}"
            ) from error
        if error.errno not in _UNWRITABLE:
            raise
        where = target.absolute().parent
        return library, f"{where} cannot be written ({error.strerror}): the library is {library}"
    return target, ""


def compiled(path: Path) -> Compiled:
    """The library of a file, compiled where it is not in the cache."""
    if path.suffix != ".rs":
        raise ValueError(f"path={str(path)!r}, expected a file that ends with .rs")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} does not exist: python -m allocation_o2 new {path} writes one"
        ) from None
    wanted = _manifest.header(path, content.decode("utf-8", errors="replace"))
    cargo, rustc = _tool("cargo"), _tool("rustc")
    flags = "\n".join(f"{name}={os.environ.get(name, '')}" for name in _FLAGS)
    version = _version(rustc, os.environ.get("RUSTUP_TOOLCHAIN", ""))
    sdk = _sdk()
    key = _cache.digest(path.name.encode(), content, version.encode(), sdk.encode(), flags.encode())
    library = _cache.library(path.stem, key)
    if library.exists() and not wanted.local:
        os.utime(library)  # used now
        return Compiled(library, False, "")
    where = _cache.digest(str(path.absolute()).encode(), sdk.encode())
    project = _cache.folder() / "builds" / f"{_manifest.crate_name(path.stem)}-{where}"
    project.mkdir(exist_ok=True)
    os.utime(project)  # used now
    with _cache.locked(project):
        if library.exists() and not wanted.local:  # another process was first
            return Compiled(library, False, "")
        for name, text in _manifest.files(path, wanted).items():
            (project / name).write_text(text, encoding="utf-8")
        (project / path.name).write_bytes(content)
        made, messages = _build(cargo, project, path, wanted)
        made_content = made.read_bytes()
        if b"allocation_o2_interface" not in made_content:
            raise CompileError(
                f"{path} exports no strategy: its last line should be export!(NAME);"
            )
        if wanted.local:
            library = _cache.library(path.stem, _cache.digest(made_content))
        _cache.replace(made, library)
    _cache.prune()
    return Compiled(library, True, messages)


def _build(cargo: str, project: Path, path: Path, wanted: _manifest.Header) -> tuple[Path, str]:
    command = [cargo, "build", "--quiet", "--release", "--lib", "--color=never"]
    command += ["--message-format=json-render-diagnostics", f"--target-dir={project / 'target'}"]
    if not wanted.crates:
        command += ["--offline", "--locked"]
    # A profile of the environment could end the process at a panic, and is in no name of a library.
    kept = {key: text for key, text in os.environ.items() if not key.startswith("CARGO_PROFILE_")}
    done = subprocess.run(
        command,
        cwd=project,
        env=kept,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    # The project has a copy of the file; the user knows the file by its own path.
    messages = done.stderr.replace(f"--> {path.name}:", f"--> {path}:").replace(
        f"::: {path.name}:", f"::: {path}:"
    )
    crate = _manifest.crate_name(path.stem)
    messages = re.sub(rf"^.*`{crate}` \(lib\).*\n?", "", messages, flags=re.MULTILINE).strip()
    if done.returncode:
        raise CompileError(f"{path} does not compile\n\n{messages}{_remedy(messages, wanted)}")
    for line in done.stdout.splitlines():
        artifact = json.loads(line)
        if artifact.get("reason") == "compiler-artifact" and artifact["target"]["name"] == crate:
            for name in artifact["filenames"]:
                if name.endswith(_cache.SUFFIX):
                    return Path(name), messages
    raise CompileError(f"cargo made no {_cache.SUFFIX} of {path}\n\n{messages}")


def _remedy(messages: str, wanted: _manifest.Header) -> str:
    if re.search(r"linker `.*` not found", messages):
        return "\n\nRust needs a linker: install a C compiler (on Debian: apt install gcc)"
    if "error[E0583]" in messages or "couldn't read" in messages:
        return "\n\nA strategy is one file in UTF-8: other files of its folder are not compiled"
    if wanted.crates and not re.search(r"^ *--> ", messages, re.MULTILINE):
        return (
            f"\n\nThe strategy asks for the crates {', '.join(wanted.crates)}: cargo may need the "
            "network for them"
        )
    return ""


def _tool(name: str) -> str:
    """The path of cargo or rustc: from PATH, or where rustup has put it a moment ago."""
    own = Path(os.environ.get("CARGO_HOME") or Path("~").expanduser() / ".cargo") / "bin"
    found = shutil.which(name) or shutil.which(name, path=str(own))
    if found is None:
        raise CompileError(_NO_CARGO.format(name))
    return found


@lru_cache
def _version(rustc: str, toolchain: str) -> str:
    """What rustc says of itself; asked once in a process for each toolchain."""
    done = subprocess.run([rustc, "-vV"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CompileError(f"{rustc} -vV failed: {done.stderr.strip()}")
    return done.stdout


@lru_cache
def _sdk() -> str:
    """A name for the content of the crate that strategies are written with."""
    files = [_manifest.SDK / "Cargo.toml", *sorted((_manifest.SDK / "src").glob("*.rs"))]
    return _cache.digest(*(part.read_bytes() for part in files))
