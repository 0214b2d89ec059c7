#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, fsync on, and takes both away afterwards.
#   with-postgres.sh COMMAND…     the command finds the server in BATON_TEST_POSTGRES_URL
# As root the server runs as the user "postgres". Exit status: the command's.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || { echo "with-postgres: no PostgreSQL server found: run deploy/install-deps.sh" >&2; exit 1; }

home=$(mktemp -d "${TMPDIR:-/tmp}/baton-postgres.XXXXXX")
run_as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres: "$home"
  run_as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi

server=
finish() {
  trap '' INT TERM
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null || true   # fast shutdown
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd /
"${run_as[@]}" "$bin/initdb" -D "$home/data" --username=baton --auth=trust --encoding=UTF8 --locale=C >"$home.log" 2>&1 ||
  { cat "$home.log" >&2; rm -f "$home.log"; exit 1; }
rm -f "$home.log"
# A free port, kept by trying: the server says when it is taken.
for attempt in 1 2 3 4 5; do
  port=$((20000 + (RANDOM % 10000)))
  setsid "${run_as[@]}" "$bin/postgres" -D "$home/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$home" \
    -c max_connections=300 -c shared_buffers=256MB -c max_wal_size=2GB -c logging_collector=off >>"$home/server.log" 2>&1 &
  server=$!
  for _ in $(seq 200); do
    "$bin/pg_isready" -q -h "$home" -p "$port" -U baton -d postgres && break 2
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  kill -INT "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
done
[ -n "$server" ] || { echo "with-postgres: the server did not start" >&2; tail -n 20 "$home/server.log" >&2; exit 1; }

cd "$OLDPWD"
export BATON_TEST_POSTGRES_URL="postgresql://baton@127.0.0.1:$port/postgres"
# In the background and waited for, so that a signal to this script is handled at once.
"$@" &
command=$!
trap 'kill -TERM $command 2>/dev/null; wait $command; exit 130' INT
trap 'kill -TERM $command 2>/dev/null; wait $command; exit 143' TERM
status=0
wait "$command" || status=$?
exit "$status"
