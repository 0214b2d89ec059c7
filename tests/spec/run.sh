#!/usr/bin/env bash
# Runs the spec tests over gRPC against a PostgreSQL of its own and prints which operations, decisions, causes, events, timeouts and
# extensions of the contract they produced, each with the number of tests, counted from what crossed the wire. The last line is JSON: seen and
# total of each kind. Exits 1 when a test fails or something was produced by none.
#   run.sh [PRESET]   default: release
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${BATON_TEST_POSTGRES_URL:-}" ]; then exec deploy/with-postgres.sh "$0" "$@"; fi

preset=${1:-release}
say() { echo "spec: $*" >&2; }

say "building ($preset)"
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -j "$(nproc)" --target spec_tests spec_coverage_report >&2

BATON_SPEC_COVERAGE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/baton-spec.XXXXXX")
export BATON_SPEC_COVERAGE_DIR
trap 'rm -rf "$BATON_SPEC_COVERAGE_DIR"' EXIT
say "running the spec tests"
failed=0
ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" -L spec -R '_on_postgres$' >&2 || failed=1
"build/$preset/bin/spec_coverage_report" "$BATON_SPEC_COVERAGE_DIR" || failed=1
exit $failed
