#!/usr/bin/env bash
# Runs the nightly deployment tests: starts a decider and a worker, then one execution per service of the manifest, and stops both.
#   run.sh [--bin DIR] [--address HOST:PORT] [--manifest FILE] [--work DIR]
# The exit status is the runner's: 0 all as expected, 1 not as expected, 2 usage or manifest, 4 coordinator not reachable.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$here/../../build/release/bin
address=${BATON_ADDRESS:-127.0.0.1:7450}
manifest=$here/manifest.json
work=
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || set -- ""  # an option without its value
  case "$1" in
    --bin) bin=$2; shift 2 ;;
    --address) address=$2; shift 2 ;;
    --manifest) manifest=$2; shift 2 ;;
    --work) work=$2; shift 2 ;;
    *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
  esac
done
own_work=
[ -n "$work" ] || own_work=$(mktemp -d "${TMPDIR:-/tmp}/baton-nightly.XXXXXX")
work=${work:-$own_work}
mkdir -p "$work"

children=()
finish() {
  trap '' INT TERM HUP
  for child in "${children[@]}"; do kill -TERM "$child" 2>/dev/null || true; done
  # They finish what they do, unless that takes long: an interrupted run is not waited for.
  for _ in $(seq 50); do
    jobs -r | grep -q . || break
    sleep 0.1
  done
  for child in "${children[@]}"; do kill -KILL "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  # An interrupted test leaves its server: whatever works below the working directory is ours.
  for cwd in /proc/[0-9]*/cwd; do
    case "$(readlink "$cwd" 2>/dev/null)" in
      "$(readlink -f "$work")"/*) pid=${cwd#/proc/}; kill -KILL "${pid%/cwd}" 2>/dev/null || true ;;
    esac
  done
  [ -z "$own_work" ] || rm -rf "$own_work"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

"$bin/nightly-decider" --address "$address" >"$work/decider.log" 2>&1 &
children+=($!)
"$bin/nightly-worker" --address "$address" --work "$work/places" >"$work/worker.log" 2>&1 &
children+=($!)
# In the background and waited for, so that a signal is handled at once.
"$bin/nightly-run" --address "$address" --manifest "$manifest" &
runner=$!
children+=("$runner")
status=0
wait "$runner" || status=$?
if [ "$status" != 0 ]; then
  for log in decider worker; do
    [ ! -s "$work/$log.log" ] || { echo "--- the last words of the $log:"; tail -n 5 "$work/$log.log"; } >&2
  done
fi
exit "$status"
