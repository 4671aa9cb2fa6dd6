"""Secrets of the client, masked before anything is written: in arguments, texts and source.

A secret is known by the name in front of it (``--password x``, ``TOKEN=x``, ``api_key = "x"``) or
by its form (an address with a password, keys of known services). What is masked in the arguments
is masked wherever else it occurs.

>>> secrets = Secrets(["--user", "me", "--password", "hunter2", "--token=abcd1234"])
>>> secrets.arguments
('--user', 'me', '--password', '***', '--token=***')
>>> secrets.hide("login failed: hunter2")
'login failed: ***'
"""

import re
from collections.abc import Sequence
from itertools import pairwise

MASK = "***"
SHORTEST = 4  # characters: a shorter value would be found inside ordinary words
WORDS = frozenset(
    {"apikey", "apitoken", "auth", "authorization", "bearer", "cookie", "credential"}
    | {"credentials", "pass", "passphrase", "passwd", "password", "pwd", "secret", "secrets"}
    | {"token"}
)
PAIRS = frozenset({("api", "key"), ("access", "key"), ("private", "key"), ("secret", "key")})
FORMS = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{16,}|xox[abprs]-[\w-]{10,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
)
ADDRESS = re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:)[^\s/@'\"]+(?=@)", re.I)
LITERAL = re.compile(  # name = "value", "name": "value"
    r"(?P<keep>(?P<name>[A-Za-z_][\w.-]*)[\"']?\s*[=:]\s*(?P<quote>[\"']))[^\"'\n]+(?=(?P=quote))"
)
# A value without quotes is a name in source (``token=read``): only one with a digit is masked.
PLAIN = re.compile(r"(?P<keep>(?P<name>[A-Za-z_][\w.-]*)=)(?=[^\s&]*\d)[^\s\"'&,;(){}\[\]]+")


class Secrets:
    """The secrets among the arguments of a program.

    Parameters
    ----------
    arguments
        As the client's program gets them.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._values: set[str] = set()
        shown, name = [], ""
        for argument in arguments:
            if name and not argument.startswith("-"):
                shown.append(self._mask(argument))
                name = ""
                continue
            option, separator, value = argument.partition("=")
            if separator and value and _is_secret(option):
                shown.append(f"{option}={self._mask(value)}")
            else:
                shown.append(_known_forms(argument))
            is_option = argument.startswith("-") and not separator
            name = argument if is_option and _is_secret(argument) else ""
        self.arguments: tuple[str, ...] = tuple(shown)

    def _mask(self, value: str) -> str:
        if len(value) >= SHORTEST:
            self._values.add(value)
        return MASK

    def hide(self, text: str) -> str:
        """The text without the secrets of the arguments and without what looks like one."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, MASK)
        return _known_forms(PLAIN.sub(_named, LITERAL.sub(_named, text)))


def _is_secret(name: str) -> bool:
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    words = [part.lower() for part in parts]
    if words[:1] == ["no"]:
        return False
    return words == ["key"] or not WORDS.isdisjoint(words) or not PAIRS.isdisjoint(pairwise(words))


def _named(match: re.Match[str]) -> str:
    return match["keep"] + MASK if _is_secret(match["name"]) else match[0]


def _known_forms(text: str) -> str:
    return FORMS.sub(MASK, ADDRESS.sub(lambda match: match["keep"] + MASK, text))
