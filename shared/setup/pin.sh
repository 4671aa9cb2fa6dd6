#!/bin/sh
# pin.sh PYTHON FOLDER...: renews constraints.txt for every package of the folders, their
# extras and the tools; one version of each for all Pythons and systems, and no addresses.
set -eu
python=$1
shift
here=shared/setup
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT

compile() {
    "$python" -m uv pip compile --quiet --upgrade --universal --python-version 3.11 \
        --fork-strategy fewest --no-header --no-annotate --no-emit-find-links \
        --no-emit-index-url "$@"
}

# Not the packages of this repository themselves, which come as paths.
for folder; do echo "./$folder[test,history,audit,peers]"; done >"$new/packages"
compile "$new/packages" "$here"/*tools.txt >"$new/resolved"
compile --no-deps "$here/data.txt" >"$new/data"
{
    echo "# Exact versions of everything that set-up installs. Renewed by: make pins"
    grep -hv '^[-.]' "$new/resolved" "$new/data" | LC_ALL=C sort -f
} >"$new/constraints"

if grep -n '://' "$new/constraints"; then
    echo "an address among the pins: $here/constraints.txt is left as it was" >&2
    exit 1
fi
cat "$new/constraints" >"$here/constraints.txt"
