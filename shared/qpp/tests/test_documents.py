"""Links, paths, commands, options and numbers in the documents are correct."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import qpp
from qpp import statistics
from qpp.cli import cli
from qpp.measure import FULL, QUICK, worker

ROOT = Path(__file__).parents[3]
EXAMPLE = "90_summation"  # CONTRIBUTING's study, made by test_contributing.py
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), ROOT / "shared/qpp/README.md", *ROOT.glob("case_studies/*/README.md")]
)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z_-]+):(?!=)", MAKEFILE, re.M))
CALLERS = [
    ROOT / ".ci/run",
    ROOT / ".pre-commit-config.yaml",
    *sorted((ROOT / ".github/workflows").glob("*.yml")),
]


def code(document: Path) -> Iterator[str]:
    """Lines of fenced blocks, and the text in backticks."""
    text = document.read_text(encoding="utf-8")
    for block in re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.M | re.S):
        yield from block.splitlines()
    prose = re.sub(r"^ *```\w*\n.*?^ *```", "", text, flags=re.M | re.S)
    yield from re.findall(r"`([^`\n]+)`", prose)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_and_paths_lead_somewhere_on_any_machine(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not re.match(r"https?://", target):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
    for piece in code(document):
        for path in re.findall(
            r"(?<![\w/])((?:shared|case_studies|\.github|\.ci)/[\w./-]*)", piece
        ):
            if EXAMPLE not in path and path != "shared/results/summation.json":
                assert (ROOT / path).exists(), f"{document.name} names {path}"
    assert not re.findall(r"(?<![\w.:/])/(?:home|root|work|Users|tmp|opt)\b", text)


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md"])
def test_the_map_shows_what_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)
    tree = next(body for language, body in blocks if not language)
    folder = ""
    for line in tree.strip().splitlines():
        indent, entry = re.match(r"( *)(\S+)", line).groups()  # type: ignore[union-attr]
        path = folder + entry if indent else entry
        folder = folder if indent else entry
        assert (ROOT / path).exists(), f"{name} shows {path}"


def test_every_make_target_is_phony_and_explained() -> None:
    phony = set(re.search(r"^\.PHONY: (help .*)$", MAKEFILE, re.M)[1].split())  # type: ignore[index]
    internal = set(re.search(r"^\.PHONY: (rust .*)$", MAKEFILE, re.M)[1].split())  # type: ignore[index]
    assert phony | internal == TARGETS
    explained = set(re.findall(r"^([a-z_-]+):[^\n]*## \w", MAKEFILE, re.M))
    assert explained == phony


@pytest.mark.parametrize("caller", [*DOCUMENTS, *CALLERS], ids=lambda p: p.name)
def test_commands_options_and_make_targets_exist(caller: Path) -> None:
    pieces = list(code(caller)) if caller.suffix == ".md" else caller.read_text().splitlines()
    for piece in pieces:
        for target in re.findall(
            r"(?:^|[\s\"'(])make (?:--\w+ )*([a-z_-]+)\b", piece.split("#")[0]
        ):
            assert target in TARGETS, f"{caller.name}: make {target}"
        for words in re.findall(r"(?:^|(?<!from)[\s/`])qpp ((?:[\w<\[-][^\s|)]* ?)+)", piece):
            check_command(caller.name, words.replace("[", " ").replace("]", " ").split())


def check_command(where: str, words: list[str]) -> None:
    command: click.Command = cli
    rest = words[: words.index("--")] if "--" in words else list(words)  # then the program's
    while rest and isinstance(command, click.Group) and not rest[0].startswith("-"):
        if command is not cli and rest[0] not in command.commands:
            break  # the group is a command, too: the rest is prose
        assert rest[0] in command.commands, f"{where}: qpp {' '.join(words)}"
        command = command.commands[rest.pop(0)]
    known = {o for p in command.params for o in p.opts} | {"--help", "--version"}
    options = {word for word in rest if word.startswith("--")}
    assert options <= known, f"{where}: qpp {' '.join(words)}"


def test_every_command_and_public_name_is_documented() -> None:
    text = _read("shared/qpp/README.md")
    history = cli.commands["history"]
    assert isinstance(history, click.Group)
    names = [*cli.commands, *(f"history {name}" for name in history.commands)]
    assert not [name for name in names if f"`qpp {name}" not in text]
    results = {"Run", "StudyResult", "StudyError"}
    assert not [n for n in set(qpp.__all__) - results if f"`qpp.{n}`" not in text]


def test_everything_set_up_is_pinned_exactly_and_without_an_address() -> None:
    text = _read("shared/setup/constraints.txt")
    for line in text.splitlines():
        if not line.startswith("#"):
            assert re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*( ; [^/@]+)?", line), line
    pinned = set(re.findall(r"^([a-z0-9-]+)==", text, re.M))
    for name in ("tools", "data", "pin-tools", "coverage-tools"):
        listed = re.findall(r"^[a-z][a-z0-9-]*", _read(f"shared/setup/{name}.txt"), re.M)
        assert set(listed) <= pinned, name


def test_the_methodology_states_the_numbers_in_force() -> None:
    text = " ".join(_read("METHODOLOGY.md").split())
    assert f"a budget of {QUICK.budget:g} s" in text
    assert f"about {FULL.row_budget:g} s of samples on each row" in text
    for preset in (QUICK, FULL):
        assert f"within {preset.minimum} to {preset.maximum} rounds" in text
        assert f"({preset.minimum_slow} where a call takes over {preset.slow:g} s)" in text
    assert f"at least {worker.SAMPLE_SECONDS * 1e3:g} ms" in text
    assert f"shorter than {worker.REWARM_SECONDS:g} s" in text
    assert f"{statistics.LEVEL:.0%}".replace("%", " %") in text
    assert f"{statistics.RESAMPLES:,} resamples" in text


def test_the_layers_of_the_harness_are_those_that_lint_checks() -> None:
    """ARCHITECTURE: a module imports from its own row and those below."""
    section = re.search(r"\| module of `qpp` \|.*?\n\n", _read("ARCHITECTURE.md"), re.S)
    assert section is not None
    rows = [re.findall(r"`(\w+)`", r.split("|")[1]) for r in section[0].strip().splitlines()[2:]]
    contracts = tomllib.loads(_read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c.get("containers") == ["qpp"])
    assert [sorted(row) for row in rows] == [sorted(x.split(" : ")) for x in layers[1:]]
    package = Path(qpp.__file__).parent
    modules = {p.relative_to(package).parts[0].removesuffix(".py") for p in package.rglob("*.py")}
    assert {name for row in rows for name in row} == modules - {"__init__", "__main__"}


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
