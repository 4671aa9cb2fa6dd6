#!/bin/sh
# Prints one line with the remedy when Rust or a linker is missing or too old; else nothing.
PATH="$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin"
install="install stable Rust from https://rustup.rs, open a new shell and run the command again"
needed=$(sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' Cargo.toml)

if ! command -v cargo >/dev/null 2>&1; then
    echo "Rust is missing (no cargo on the PATH): $install"
elif ! version=$(rustc --version 2>/dev/null) || ! cargo --version >/dev/null 2>&1; then
    echo "Rust has no toolchain to run: 'rustup default stable' installs and selects it"
else
    number=${version#rustc }
    number=${number%%[ -]*}
    major=${number%%.*}
    minor=${number#*.}
    minor=${minor%%.*}
    if [ "$major" -lt "${needed%%.*}" ] ||
        { [ "$major" -eq "${needed%%.*}" ] && [ "$minor" -lt "${needed#*.}" ]; }; then
        echo "Rust $number is too old, $needed or later is needed: 'rustup update stable'"
    elif [ "${OS:-}" != Windows_NT ] && ! command -v cc >/dev/null 2>&1; then
        echo "A C linker is missing (no cc on the PATH), which Rust needs:" \
            "'apt-get install gcc libc6-dev' on Debian or Ubuntu, 'xcode-select --install' on macOS"
    fi
fi
