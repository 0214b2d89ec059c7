#!/usr/bin/env bash
# Measures Baton on this machine, beside a PostgreSQL of its own with fsync on: one JSON object per line on stdout, progress on stderr.
#   run.sh [name…]     names: activity_steps floor commit_ms step_latency_ms core_steps replay month (default: all of these), visibility
#              (minutes)
# Compare within one run only: machines are noisy; what a value is compared with is measured with it. BATON_BENCH_RUNS sets how often each is
# measured (default 5).
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${BATON_TEST_POSTGRES_URL:-}" ]; then exec deploy/with-postgres.sh "$0" "$@"; fi

names=("$@")
[ ${#names[@]} -gt 0 ] || names=(activity_steps floor commit_ms step_latency_ms core_steps replay month)
runs=${BATON_BENCH_RUNS:-5}
say() { echo "bench: $*" >&2; }

say "building (release)"
cmake --preset release >/dev/null
cmake --build --preset release -j "$(nproc)" --target baton-coordinator core_steps store_floor steps_decider steps_worker steps_driver replay month visibility >&2
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

field() { sed -n "s/.*\"$1\":\([0-9.e+]*\).*/\1/p" | head -n 1; }  # of a line of JSON
sql() { psql -XAtq "$BATON_TEST_POSTGRES_URL" -c "$1"; }
wanted() { [[ " ${names[*]} " == *" $1 "* ]]; }

# The rows that the floor writes are as large as those of the steps, when both are asked for.
row_bytes=200
steps=
if wanted activity_steps; then
  say "activity_steps: 1,000 executions of 10 steps, 1,000 worker slots"
  start_system 1000
  "$bin/steps_driver" "$address" activity_steps 1000 "$runs" >"$work/steps.out"
  rss_kib=$(awk '/^VmHWM/{print $2}' "/proc/$coordinator/status")
  row_bytes=$(sql "SELECT round(avg(octet_length(records))) FROM baton.journal")
  steps=$(field value <"$work/steps.out")
  sed "s/}$/,\"journal_row_bytes\":$row_bytes}/" "$work/steps.out"
  awk -v rss="$rss_kib" 'BEGIN { printf "{\"name\":\"coordinator_peak\",\"value\":%.1f,\"unit\":\"MiB\"}\n", rss / 1024 }'
  stop_children
fi

if wanted floor || wanted commit_ms || wanted activity_steps || wanted step_latency_ms; then
  say "floor and commit_ms: rows of $row_bytes bytes, written by nothing but a loop"
  "$bin/store_floor" "$row_bytes" "$runs" >"$work/floor.out"
  cat "$work/floor.out"
fi
if wanted activity_steps; then
  awk -v steps="$steps" -v floor="$(grep '"floor"' "$work/floor.out" | field value)" \
    'BEGIN { printf "{\"name\":\"steps_to_floor\",\"value\":%.3f,\"unit\":\"2 x activity_steps / floor\"}\n", 2 * steps / floor }'
fi

if wanted step_latency_ms; then
  say "step_latency_ms: one execution at a time"
  start_system 10
  "$bin/steps_driver" "$address" step_latency_ms 200 "$runs" >"$work/latency.out"
  sed "s/}$/,\"commit_ms\":$(grep '"commit_ms"' "$work/floor.out" | field value)}/" "$work/latency.out"
  stop_children
fi

benchmark() {  # PROGRAM COLUMN UNIT DIGITS: the median of each of a program's benchmarks
  "$bin/$1" --benchmark_format=csv --benchmark_repetitions="$runs" 2>/dev/null | tr -d '"' | awk -F, -v column="$2" -v unit="$3" -v form="%.$4f" '
    $2 ~ /^[0-9]+$/ && $1 !~ /_(mean|median|stddev|cv)$/ {
      sub(/\/.*/, "", $1)
      if (!($1 in runs)) order[++names] = $1
      values[$1, ++runs[$1]] = $column
    }
    END {
      for (i = 1; i <= names; ++i) {
        name = order[i]; count = runs[name]
        for (a = 1; a <= count; ++a) for (b = a + 1; b <= count; ++b)
          if (values[name, b] + 0 < values[name, a] + 0) { t = values[name, a]; values[name, a] = values[name, b]; values[name, b] = t }
        printf "{\"name\":\"%s\",\"value\":" form ",\"unit\":\"%s\",\"min\":" form ",\"max\":" form ",\"runs\":%d}\n",
          name, values[name, int((count + 1) / 2)], unit, values[name, 1], values[name, count], count
      }
    }'
}

if wanted core_steps; then
  say "core_steps: the rules alone, CPU time"
  benchmark core_steps 4 ns 0
fi
if wanted replay; then
  say "replay: a history of 24,003 events, one no-op activity after the other"
  benchmark replay 7 events/s 0
fi
if wanted month; then
  say "month: a test of 30 days in the test kit, with 30 timers and with 720"
  benchmark month 3 ms 2
fi

if wanted visibility; then
  say "visibility: every list and count, with 1,000,000 closed and 100,000 open executions"
  "$bin/visibility" 1000000 100000 "$runs"
fi
