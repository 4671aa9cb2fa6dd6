#!/bin/sh
# alone.sh STUDY...: each in a fresh environment and in its own folder, by the lines of its own
# README, then the tests that measure.
set -eu
chosen=$(sh shared/setup/python.sh "${PYTHON:-}")
constraints=$(pwd -P)/shared/setup/constraints.txt
places=
trap 'rm -rf $places' EXIT INT TERM

for study in "$@"; do
    lines=$(awk '/^```/ { inside = /^```sh/; next } inside && /^(pip install|python -m pytest)/' "$study/README.md" | sed 's/ *# .*//')
    [ "$(echo "$lines" | wc -l)" -eq 2 ] || {
        echo "alone: $study/README.md has no block of two lines, 'pip install' and 'python -m pytest'" >&2
        exit 1
    }
    place=$(mktemp -d)
    places="$places $place"
    "$chosen" -I -m venv "$place"
    echo "alone: $study in a fresh environment"
    (
        cd "$study"
        . "$place/bin/activate"
        unset PYTHONPATH PYTHONHOME
        export PIP_CONSTRAINT="$constraints" PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
        echo "$lines" | while read -r line; do
            echo "alone: $line"
            eval "$line"
        done
        echo "alone: python -m pytest -m benchmark"
        python -m pytest -q -m benchmark
    )
done
