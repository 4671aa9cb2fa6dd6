#!/bin/sh
# venv.sh ENVIRONMENT [INTERPRETER]: leaves a whole virtual environment behind.
# One that an interrupted set-up damaged, or that was made for another place, is made anew.
set -eu
venv=$1
here=$(pwd -P)

python=$venv/bin/python
[ ! -x "$venv/Scripts/python.exe" ] || python=$venv/Scripts/python.exe

if [ -e "$venv" ]; then
    made_for=$(cat "$venv/.made-for" 2>/dev/null || echo "$here")
    if [ "$made_for" != "$here" ]; then
        echo "set-up: $venv was made for another folder: making it anew"
    elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "set-up: $venv has no Python 3.11 or later: making it anew"
    elif ! reason=$("$python" -I shared/setup/intact.py 2>&1); then
        echo "set-up: $venv is not whole ($(echo "$reason" | tail -n 1)): making it anew"
    else
        echo "$here" >"$venv/.made-for"
        exit 0
    fi
fi

chosen=$(sh shared/setup/python.sh "${2:-}")
echo "set-up: $("$chosen" --version 2>&1) in $venv"
"$chosen" -I -m venv --clear "$venv"
echo "$here" >"$venv/.made-for"
