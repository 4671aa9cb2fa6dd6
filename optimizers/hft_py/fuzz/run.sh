#!/bin/sh
# sh fuzz/run.sh [seconds]: coverage-guided fuzzing of the FIX decoder, with a stable toolchain.
# (cargo-fuzz asks for a nightly one; the flags below are what it would add, less the
# sanitizer: the only unsafe block of the codec loads 16 bytes of an array of 16.)
set -eu
cd "$(dirname "$0")"
triple=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
coverage="$coverage -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
coverage="$coverage -Cllvm-args=-sanitizer-coverage-pc-table"
RUSTFLAGS="--cfg fuzzing $coverage -Ccodegen-units=1 -Cdebug-assertions" \
    cargo build --quiet --release --locked --target "$triple"
mkdir -p target/corpus
exec "${CARGO_TARGET_DIR:-target}/$triple/release/fix_decode" \
    -max_total_time="${1:-60}" -max_len=600 target/corpus seeds
