#!/usr/bin/env bash
# Installs what is needed, builds, and runs all tests against a PostgreSQL of its own.
#   test.sh          g++ build with every test, then core and SDK tests under the address sanitizer
#   test.sh --all    also clang 19, clang-tidy and the thread sanitizer
# Can be run again; what is built is reused. Leaves no process behind.
set -euo pipefail
cd "$(dirname "$0")/.."
all=0
case "${1:-}" in
  "") ;;
  --all) all=1 ;;
  *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac
jobs=$(nproc)

say() { printf '\n=== test: %s\n' "$*"; }

build() {  # PRESET TARGET…
  local preset=$1
  shift
  say "building $* ($preset)"
  cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 || { cat "build/$preset.configure.log" >&2; rm -f "build/$preset.configure.log"; return 1; }
  rm -f "build/$preset.configure.log"
  cmake --build --preset "$preset" -j "$jobs" --target "$@"
}

run_tests() {  # PRESET CTEST-OPTION…
  local preset=$1
  shift
  say "running the tests ($preset $*)"
  deploy/with-postgres.sh ctest --test-dir "build/$preset" --output-on-failure -j "$jobs" --no-tests=error "$@"
}

say "dependencies"
if [ $all = 1 ]; then deploy/install-deps.sh --all; else deploy/install-deps.sh; fi
mkdir -p build

if [ $all = 1 ]; then
  build clang all
  run_tests clang
  say "clang-tidy"
  git ls-files '*.cc' | grep -v '^tests/' | xargs -P "$jobs" -n 4 clang-tidy-19 -p build/clang --quiet
  build tsan tsan_tests
  run_tests tsan -L tsan
fi
build asan asan_tests
run_tests asan -L asan
build release all
BATON_SPEC_COVERAGE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/baton-spec.XXXXXX")
export BATON_SPEC_COVERAGE_DIR
trap 'rm -rf "$BATON_SPEC_COVERAGE_DIR"' EXIT
run_tests release
say "what of the contract the spec tests produce"
build/release/bin/spec_coverage_report "$BATON_SPEC_COVERAGE_DIR"
