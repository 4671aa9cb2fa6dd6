#!/bin/sh
# wheels.sh FOLDER: wheels of every package, of what the studies need and of the data, for
# `pip install --no-index --no-deps FOLDER/*.whl`. Needs Python and Rust, no environment.
set -eu
[ $# -eq 1 ] || { echo "usage: wheels.sh FOLDER" >&2; exit 2; }
setup=$(dirname "$0")
packages=
for project in "$setup"/../../case_studies/*/pyproject.toml "$setup"/../../optimizers/*/pyproject.toml; do
    packages="$packages $(dirname "$project")[study]"
done
# shellcheck disable=SC2086  # one argument for each package
PIP_CONSTRAINT="$setup/constraints.txt" python3 -m pip wheel --quiet --wheel-dir "$1" \
    "$setup/../qpp" $packages
PIP_CONSTRAINT="$setup/constraints.txt" python3 -m pip wheel --quiet --no-deps --wheel-dir "$1" \
    -r "$setup/data.txt"
