#!/usr/bin/env bash
# From a bare Debian 12 to real work: installs what is needed, builds, starts `baton dev`, runs the nightly example and shows one
# execution's history. Exits 0 only if every execution ended as its manifest entry expects.
#   quickstart.sh [--manifest FILE]
# Can be run again; what is built is reused. Leaves no process behind.
set -euo pipefail
manifest=examples/nightly/manifest.json
case "${1:-}" in
  "") ;;
  --manifest) manifest=$(realpath -- "${2:?--manifest needs a file}") ;;
  *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."

say() { printf '\n=== quickstart: %s\n' "$*"; }

say "installing what is needed"
deploy/install-deps.sh

say "building (a few minutes the first time)"
cmake --preset release >/dev/null
cmake --build --preset release -j "$(nproc)" --target baton baton-coordinator nightly-decider nightly-worker nightly-run
bin=$PWD/build/release/bin

home=$(mktemp -d "${TMPDIR:-/tmp}/baton-quickstart.XXXXXX")
chmod 755 "$home"
run=
dev=
finish() {
  trap '' INT TERM HUP
  for child in $run $dev; do  # the one that needs the other goes first
    kill -TERM "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  done
  run= dev=
  rm -rf "$home"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say "starting baton dev: a private PostgreSQL and a coordinator"
# In a session of its own: Ctrl-C reaches it through finish, when nobody needs it any more.
setsid "$bin/baton" dev --data-dir "$home/data" --listen 127.0.0.1:0 >"$home/dev.out" 2>&1 &
dev=$!
address=
for _ in $(seq 600); do
  address=$(sed -n 's/^baton dev: ready at //p' "$home/dev.out" | head -n 1)
  [ -z "$address" ] || break
  kill -0 "$dev" 2>/dev/null || break
  sleep 0.1
done
cat "$home/dev.out"
[ -n "$address" ] || { echo "quickstart: baton dev did not become ready" >&2; exit 1; }

say "running the nightly deployment tests of $manifest"
# In the background and waited for, so that a signal is handled at once.
mkfifo "$home/out"
tee "$home/run.out" <"$home/out" &
printer=$!
examples/nightly/run.sh --bin "$bin" --address "$address" --manifest "$manifest" --work "$home/nightly" >"$home/out" &
run=$!
status=0
wait "$run" || status=$?
run=
wait "$printer"

first=$(sed -n 's/^first execution: //p' "$home/run.out")
workflow_id=${first% *} run_id=${first##* }  # a workflow id may hold spaces
if [ -n "$first" ]; then
  say "the history of $workflow_id"
  "$bin/baton" --address "$address" --domain nightly workflow history "$workflow_id" "$run_id"
fi

echo
result=$(sed -n 's/^nightly: \([0-9]* executions, [0-9]* as expected\)$/\1/p' "$home/run.out" | tail -n 1)
[ -n "$result" ] || { echo "quickstart: the nightly example did not finish" >&2; exit 1; }
finish
echo "quickstart: $result"
exit "$status"
