#!/usr/bin/env bash
# Runs orders with a decider and a worker in Python, beside a coordinator of their own (`baton dev`), and checks how each order ends.
# The decider is killed on the way, and another one goes on with its orders.
#   run.sh [--bin DIR]     DIR: where baton and baton-coordinator are; default: build/release/bin
# Exit status: 0 every order ended as it should, 1 not, 2 usage. PYTHON names the interpreter, default /usr/bin/python3: Debian's has grpcio.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$here/../../build/release/bin
case "${1:-}" in
  "") ;;
  --bin) bin=${2:?--bin needs a directory} ;;
  *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac
python=${PYTHON:-/usr/bin/python3}

work=$(mktemp -d "${TMPDIR:-/tmp}/baton-python.XXXXXX")
chmod 755 "$work"  # the database's user passes through
declare -A pids
end() {  # NAME [SIGNAL]: ends a program and waits for it
  kill -"${2:-TERM}" "${pids[$1]}" 2>/dev/null || true
  wait "${pids[$1]}" || { local status=$?; unset "pids[$1]"; return $status; }
  unset "pids[$1]"
}
finish() {
  trap '' INT TERM HUP
  for name in "${!pids[@]}"; do [ "$name" = dev ] || end "$name" KILL 2>/dev/null || true; done
  [ -z "${pids[dev]:-}" ] || end dev || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "python: $*" >&2
  for log in dev decider worker; do
    [ ! -s "$work/$log.log" ] || { echo "--- the last words of $log:"; tail -n 5 "$work/$log.log"; } >&2
  done
  exit 1
}
eventually() {  # COMMAND…: until it succeeds
  for _ in $(seq 300); do
    ! "$@" >"$work/eventually.out" 2>&1 || return 0
    sleep 0.2
  done
  fail "never succeeded: $* ($(tail -n 1 "$work/eventually.out"))"
}
start() {  # NAME COMMAND…: in the background, with a log
  local name=$1
  "${@:2}" >>"$work/$name.log" 2>&1 &
  pids[$name]=$!
}

# Debian's python3-grpc-tools knows an older protoc than these files need; the compiler that builds Baton has the plugin for Python, too.
protos=$here/../../proto
mkdir "$work/proto"
(cd "$protos" && protoc -I. --python_out="$work/proto" --grpc_out="$work/proto" --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" \
  baton/v1/*.proto)
export PYTHONPATH=$work/proto PYTHONDONTWRITEBYTECODE=1

start dev setsid "$bin/baton" dev --data-dir "$work/data" --listen 127.0.0.1:0
eventually grep -q '^baton dev: ready at ' "$work/dev.log"
BATON_ADDRESS=$(sed -n 's/^baton dev: ready at //p' "$work/dev.log" | head -n 1)
export BATON_ADDRESS BATON_DOMAIN=orders
start worker "$python" "$here/worker.py"
start decider "$python" "$here/decider.py"
for program in worker decider; do eventually grep -q orders "$work/$program.log"; done

order() { start "$1" "$bin/baton" workflow start "$1" --type process_order:1 --input "$2" --wait; }
approve() { eventually "$bin/baton" workflow signal "$1" --name approved --input 'by Ann'; }
has_event() { "$bin/baton" workflow history "$1" | grep -q "$2"; }
declare -A expected
for number in 1 2 3 4 5; do
  order "order-$number" "$number"
  expected[order-$number]="COMPLETED parcel of $number"
done
order nothing ''
expected[nothing]="FAILED: NO_SUCH_ORDER"
for name in "${!expected[@]}"; do approve "$name"; done

# An order that waits for its approval outlives its decider. The next decider has less patience with those that it asks for one.
order waiting 6
expected[waiting]="COMPLETED parcel of 6"
eventually has_event waiting TimerStarted
end decider KILL 2>/dev/null || true
start decider "$python" "$here/decider.py" --approval-within 1
order late 7
expected[late]="COMPLETED refunded"
eventually has_event late TimerFired
approve waiting

wrong=0
for name in "${!expected[@]}"; do
  wait "${pids[$name]}" || true
  unset "pids[$name]"
  got=$(tail -n +2 "$work/$name.log" | paste -sd ' ')  # after the line with its ids
  echo "$name: $got"
  [ "$got" = "${expected[$name]}" ] || { wrong=$((wrong + 1)); echo "NOT AS EXPECTED: $name: ${expected[$name]}"; }
done
grep -q '^paid back: receipt for 7 ' "$work/worker.log" || fail "the late order was not paid back"
for program in decider worker; do end $program || fail "the $program did not end well"; done
[ "$wrong" = 0 ] || fail "${#expected[@]} orders, $wrong not as expected"
echo "python: ${#expected[@]} orders, ${#expected[@]} as expected"
