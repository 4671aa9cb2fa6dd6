#!/bin/sh
# python.sh [INTERPRETER]: prints the Python for a new environment, or "! " and the remedy.
# The one that is active comes first, so that a version chosen by the user is respected.
candidates="python3 python python3.14 python3.13 python3.12 python3.11"
usable='import sys, sysconfig
if sys.implementation.name != "cpython" or sys.version_info < (3, 11):
    sys.exit(3)
if sysconfig.get_config_var("Py_GIL_DISABLED"):
    sys.exit(3)
try:
    import ensurepip, venv
except ImportError:
    print("%d.%d" % sys.version_info[:2])
    sys.exit(4)
'
bare=
for name in ${1:-$candidates}; do
    # A name may exist and not run: a shim without a version behind it, a shop's stub.
    if answer=$("$name" -I -c "$usable" 2>/dev/null); then
        echo "$name"
        exit 0
    elif [ "$?" -eq 4 ]; then
        bare=${bare:-$answer}
    fi
done

if [ -n "$bare" ]; then
    echo "! Python $bare lacks its venv module:" \
        "'apt-get install python$bare-venv' on Debian or Ubuntu adds it"
elif [ -n "${1:-}" ]; then
    echo "! PYTHON=$1 is not a CPython 3.11 or later that runs:" \
        "name another, or leave PYTHON out to have one found"
else
    echo "! Python 3.11 or later is missing: install it from https://www.python.org/downloads," \
        "or name one with 'make PYTHON=/path/to/python3 ...'"
fi
