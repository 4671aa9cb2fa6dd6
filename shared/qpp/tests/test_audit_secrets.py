"""Secrets in arguments, texts and source are masked; what is none stays."""

import pytest

from qpp.audit.secrets import Secrets


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["--password", "hunter2"], ["--password", "***"]),
        (["--db-password=hunter2"], ["--db-password=***"]),
        (["API_KEY=k-123456"], ["API_KEY=***"]),
        (["--apiKey", "k123456"], ["--apiKey", "***"]),
        (["--secret-key", "k123456"], ["--secret-key", "***"]),
        (["postgresql://me:hunter2@db:5432/x"], ["postgresql://me:***@db:5432/x"]),
        (["ghp_0123456789abcdef0123456789"], ["***"]),
        (["AKIAABCDEFGHIJKLMNOP"], ["***"]),
        (["--no-password", "file.csv"], ["--no-password", "file.csv"]),
        (["--author", "Ada", "--passes", "3"], ["--author", "Ada", "--passes", "3"]),
        (
            ["--tokenizer", "fast", "--sort-key", "date"],
            ["--tokenizer", "fast", "--sort-key", "date"],
        ),
        (["--token", "--verbose", "x"], ["--token", "--verbose", "x"]),
        (["https://host/a?b=1", "a=b", ""], ["https://host/a?b=1", "a=b", ""]),
    ],
)
def test_arguments(given: list[str], shown: list[str]) -> None:
    assert list(Secrets(given).arguments) == shown


def test_a_masked_value_is_masked_everywhere() -> None:
    secrets = Secrets(["--token", "s3cr3t-value", "--pass", "ab"])
    assert secrets.hide("KeyError: 's3cr3t-value'") == "KeyError: '***'"
    assert secrets.hide("about") == "about", "two letters would be found inside words"
    longer = Secrets([f"--token={'abcdefgh'[:n]}" for n in range(4, 9)])
    assert longer.hide("abcdefgh abcd") == "*** ***", "the longest first"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('api_key = "abc"', 'api_key = "***"'),
        ("connect(password='x', user='me')", "connect(password='***', user='me')"),
        ('{"token": "x", "size": 3}', '{"token": "***", "size": 3}'),
        ("token = read_token()", "token = read_token()"),
        ("GET https://h/a?token=abc123&n=2", "GET https://h/a?token=***&n=2"),
        ("while token != end:", "while token != end:"),
        ('url = "amqp://u:p@host"', 'url = "amqp://u:***@host"'),
    ],
)
def test_texts_and_source(line: str, shown: str) -> None:
    assert Secrets([]).hide(line) == shown
