#!/usr/bin/env bash
# Measures Baton on this machine, beside a PostgreSQL of its own with fsync on: one JSON object per line on stdout, progress on stderr.
#   run.sh [name…]     names: floor commit_ms activity_steps step_latency_ms (default: all)
# Compare within one run only: machines are noisy. BATON_BENCH_RUNS sets how often each is measured (default 5).
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${BATON_TEST_POSTGRES_URL:-}" ]; then exec deploy/with-postgres.sh "$0" "$@"; fi

names=("$@")
[ ${#names[@]} -gt 0 ] || names=(floor commit_ms activity_steps step_latency_ms)
runs=${BATON_BENCH_RUNS:-5}
say() { echo "bench: $*" >&2; }

say "building (release)"
cmake --preset release >/dev/null
cmake --build --preset release -j "$(nproc)" --target baton-coordinator store_floor steps_decider steps_worker steps_driver >&2
bin=$PWD/build/release/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/baton-bench.XXXXXX")

children=()
stop_children() {
  for child in "${children[@]}"; do kill -TERM "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  children=()
}
trap 'stop_children; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

start_system() {  # SLOTS
  "$bin/baton-coordinator" --database-url "$BATON_TEST_POSTGRES_URL" --listen 127.0.0.1:0 >"$work/coordinator.log" 2>&1 &
  coordinator=$!
  children+=("$coordinator")
  address=
  for _ in $(seq 300); do
    address=$(sed -n 's/.*"address":"\([^"]*\)".*"event":"listening".*/\1/p;s/.*"event":"listening".*"address":"\([^"]*\)".*/\1/p' "$work/coordinator.log" | head -n 1)
    [ -z "$address" ] || break
    kill -0 "$coordinator" 2>/dev/null || break
    sleep 0.1
  done
  [ -n "$address" ] || { cat "$work/coordinator.log" >&2; say "the coordinator did not start"; exit 1; }
  "$bin/steps_decider" "$address" >"$work/decider.log" 2>&1 &
  children+=($!)
  "$bin/steps_worker" "$address" "$1" >"$work/worker.log" 2>&1 &
  children+=($!)
}

sql() { psql -XAtq "$BATON_TEST_POSTGRES_URL" -c "$1"; }
wanted() { [[ " ${names[*]} " == *" $1 "* ]]; }

floor=
if wanted floor || wanted activity_steps; then
  say "floor and commit: the same rows, written by nothing but a loop"
  "$bin/store_floor" | tee "$work/floor.out" | while read -r line; do
    name=$(sed -n 's/.*"name":"\([^"]*\)".*/\1/p' <<<"$line")
    if wanted "$name"; then echo "$line"; fi
  done
  floor=$(sed -n 's/.*"name":"floor".*"value":\([0-9.e+]*\).*/\1/p;t' "$work/floor.out" | head -n 1)
elif wanted commit_ms; then
  "$bin/store_floor" | grep '"commit_ms"'
fi

if wanted activity_steps; then
  say "activity_steps: 1,000 executions of 10 steps, 1,000 worker slots"
  start_system 1000
  "$bin/steps_driver" "$address" activity_steps 1000 "$runs" | tee "$work/steps.out"
  rss_kib=$(awk '/^VmHWM/{print $2}' "/proc/$coordinator/status")
  row_bytes=$(sql "SELECT round(avg(octet_length(records))) FROM baton.journal")
  steps=$(sed -n 's/.*"value":\([0-9.e+]*\).*/\1/p' "$work/steps.out")
  awk -v steps="$steps" -v floor="${floor:-0}" -v rss="$rss_kib" -v row="$row_bytes" 'BEGIN {
    printf "{\"name\":\"steps_to_floor\",\"value\":%.3f,\"unit\":\"2 x activity_steps / floor\"}\n", floor > 0 ? 2 * steps / floor : 0
    printf "{\"name\":\"coordinator_peak_mib\",\"value\":%.1f,\"unit\":\"MiB\"}\n", rss / 1024
    printf "{\"name\":\"journal_row_bytes\",\"value\":%d,\"unit\":\"bytes of records, mean\"}\n", row
  }'
  stop_children
fi

if wanted step_latency_ms; then
  say "step_latency_ms: one execution at a time"
  start_system 10
  "$bin/steps_driver" "$address" step_latency_ms 200 "$runs"
  stop_children
fi
