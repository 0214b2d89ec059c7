#!/usr/bin/env bash
# Installs what a build directory holds in two ways, to a prefix and from its Debian packages, and builds and runs the project in outside/
# against each: with g++ 12 and, where it is there, clang 19, by find_package and once by pkg-config. Coordinator and command line are the
# installed ones, on a PostgreSQL of their own. Nothing of Baton is compiled twice.
#   run.sh [BUILD-DIRECTORY]   default: build/release
#
# The packages go into a folder (dpkg --root) that has a copy of this machine's list of packages and of their files: dependencies and conflicts
# are checked as if they were installed here, and this machine's own list is not touched. Their scripts run outside of that folder
# (--force-script-chrootless) and are told of it in DPKG_ROOT. Root, or a user with fakeroot.
set -euo pipefail
case "${1:-}" in
  -*) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
build=$(realpath -- "${1:-$source/build/release}")
[ -n "${BATON_TEST_POSTGRES_URL:-}" ] || exec "$source/deploy/with-postgres.sh" "$here/run.sh" "$build"
export PATH=$PATH:/usr/sbin:/sbin  # dpkg asks for programs there

scratch=$(mktemp -d "${TMPDIR:-/tmp}/baton-packaging.XXXXXX")
declare -A running=()  # by process id; what has been waited for is nobody's any more
databases=()
finish() {
  trap '' INT TERM HUP
  for child in "${!running[@]}"; do
    kill -KILL "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  done
  for database in ${databases[@]+"${databases[@]}"}; do
    psql -q "$BATON_TEST_POSTGRES_URL" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" || true
  done
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '=== packaging: %s\n' "$*"; }
fail() { echo "packaging: $*" >&2; exit 1; }
expect() { [ "$2" = "$1" ] || fail "expected '$1', got '$2'"; }  # WANTED GOT

compilers=(g++-12)
if command -v clang++-19 >/dev/null; then compilers+=(clang++-19); else say "no clang 19 here: g++ 12 only"; fi

# What is compiled against one tree serves the other, and the next time, as long as it reads the same: trees and builds lie alike.
export CCACHE_NOHASHDIR=1
launcher=$(command -v ccache || true)

# --- installing

# A tree that was moved after it was installed must do as well.
install_prefix() {
  cmake --install "$build" --prefix "$scratch/installed" >/dev/null
  mkdir "$scratch/prefix"
  mv "$scratch/installed" "$scratch/prefix/usr"
}

into_root() {  # DPKG-OPTION…
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(fakeroot)
  "${as_root[@]}" dpkg --root="$scratch/debs" --log="$scratch/dpkg.log" --force-script-chrootless --force-unsafe-io "$@" \
    >"$scratch/dpkg.out" 2>&1 ||
    { cat "$scratch/dpkg.out" >&2; fail "dpkg $1"; }
}

install_debs() {
  cpack --config "$build/CPackConfig.cmake" -B "$scratch/staging" -D CPACK_OUTPUT_FILE_PREFIX="$scratch/packages" >"$scratch/cpack.out" 2>&1 ||
    { cat "$scratch/cpack.out" >&2; fail "no packages"; }
  mkdir -p "$scratch"/debs/var/lib/dpkg/{info,triggers,updates}
  cp /var/lib/dpkg/status "$scratch/debs/var/lib/dpkg"
  cp /var/lib/dpkg/info/*.list "$scratch/debs/var/lib/dpkg/info"  # and no scripts or triggers: nobody's but Baton's are to run
  into_root --install "$scratch"/packages/*.deb
}

# --- what was installed

check_tree() {  # PREFIX
  expect baton "$(ls "$1/include")"
  ! grep -rIlF -e "$source/" -e "$build" "$1" || fail "paths of this machine are in the files above"
  find "$1/share/baton/proto" -name '*.proto' -exec protoc -I "$1/share/baton/proto" -o "$scratch/contract.pb" {} +
  expect "baton ${version:=$("$1/bin/baton" --version)}" "baton $(PKG_CONFIG_PATH=$1/lib/pkgconfig pkg-config --modversion baton-client)"
}

# The user is made, the configuration is root's, and systemd has nothing to say about the unit.
check_service() {  # ROOT
  grep -q '^baton:' "$1/etc/passwd" || fail "no system user baton"
  expect 640 "$(stat -c %a "$1/etc/baton/coordinator.env")"
  if command -v systemd-analyze >/dev/null; then
    local unit=$scratch/unit/baton-coordinator.service
    mkdir "$scratch/unit"
    # systemd-analyze looks for the program on this machine.
    sed "s|^ExecStart=|&$1/usr/bin/|" "$1/usr/lib/systemd/system/baton-coordinator.service" >"$unit"
    expect "" "$(systemd-analyze verify --man=no "$unit" 2>&1)"
    systemd-analyze security --offline=yes --threshold=20 "$unit" >"$scratch/security.out" ||
      { cat "$scratch/security.out" >&2; fail "the unit is open to more than it needs"; }
  fi
}

# --- running

wait_for() {  # FILE SED-SCRIPT CHILD; what the script prints of the file, as soon as it prints something
  local found
  for _ in $(seq 600); do
    found=$(sed -n "$2" "$1" | head -n 1)
    [ -z "$found" ] || { echo "$found"; return; }
    kill -0 "$3" 2>/dev/null || break
    sleep 0.1
  done
  cat "$1" >&2
  return 1
}

start_coordinator() {  # PREFIX NAME; leaves its address in $address and itself in $coordinator
  local database=baton_packaging_${2}_$$ log=$scratch/$2.coordinator.log
  psql -q "$BATON_TEST_POSTGRES_URL" -c "CREATE DATABASE $database"
  databases+=("$database")
  : >"$log"
  local url=${BATON_TEST_POSTGRES_URL%/*}/$database
  if [ "$2" = debs ]; then
    # As the service does: all that it is told is in the environment.
    env $(grep -v '^#' "$scratch/debs/etc/baton/coordinator.env") BATON_DATABASE_URL="$url" BATON_LISTEN=127.0.0.1:0 \
      "$1/bin/baton-coordinator" >"$log" 2>&1 &
  else
    "$1/bin/baton-coordinator" --config "$1/share/doc/baton-coordinator/examples/coordinator.conf" --database-url "$url" \
      --listen 127.0.0.1:0 >"$log" 2>&1 &
  fi
  coordinator=$!
  running[$coordinator]=1
  address=$(wait_for "$log" 's/.*"event":"listening".*"address":"\([^"]*\)".*/\1/p' "$coordinator") || fail "the coordinator did not start"
}

stop() {  # CHILD…; each ends well
  local child
  for child; do
    kill -TERM "$child"
    timeout 60 tail --pid="$child" -s 0.1 -f /dev/null || fail "a program that was asked to stop runs on"
    unset "running[$child]"
    wait "$child" || fail "a program ended with $?"
  done
}

run_workflow() {  # PREFIX PROGRAMS ID
  local decider worker
  expect "hello Ann" "$(timeout 60 "$2/outside-test" || echo "and exit code $?")"
  "$2/outside-decider" "$address" &
  decider=$!
  running[$decider]=1
  "$2/outside-worker" "$address" &
  worker=$!
  running[$worker]=1
  expect "hello Ann" "$(timeout 60 "$2/outside-client" "$address" "$3")"
  expect "11 events, completed" "$(timeout 60 "$2/outside-history" "$address" "$3")"
  "$1/bin/baton" --address "$address" --domain greetings workflow describe "$3" >"$scratch/described"
  grep -q COMPLETED "$scratch/described" || { cat "$scratch/described" >&2; fail "baton does not show $3 as completed"; }
  stop "$worker" "$decider"
}

# --- building

build_with_cmake() {  # PREFIX COMPILER FOLDER
  {
    cmake -S "$here/outside" -B "$3" -G Ninja -DCMAKE_PREFIX_PATH="$1" -DCMAKE_CXX_COMPILER="$2" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" \
      -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror" &&
      cmake --build "$3"
  } >"$3.log" 2>&1 || { cat "$3.log" >&2; fail "outside does not build with $2 against $1"; }
  expect "Baton_DIR:PATH=$1/lib/cmake/Baton" "$(grep ^Baton_DIR: "$3/CMakeCache.txt")"
}

build_with_pkg_config() {  # PREFIX COMPILER FOLDER
  local -x PKG_CONFIG_PATH=$1/lib/pkgconfig
  local program building=()
  mkdir "$3"
  for program in client decider history:proto test:testing worker; do
    local module=baton-${program#*:}
    program=${program%:*}
    {
      $launcher "$2" -std=c++20 $(pkg-config --cflags "$module") -o "$3/$program.o" -c "$here/outside/$program.cc" &&
        "$2" -o "$3/outside-$program" "$3/$program.o" $(pkg-config --libs "$module")
    } &
    building+=($!)
  done
  for program in "${building[@]}"; do
    wait "$program" || fail "outside does not build with $2 and pkg-config against $1"
  done
}

try_tree() {  # NAME, of a tree in $scratch/NAME/usr
  local compiler prefix=$scratch/$1/usr programs
  export CCACHE_BASEDIR=$scratch/$1
  check_tree "$prefix"
  start_coordinator "$prefix" "$1"
  for compiler in "${compilers[@]}"; do
    say "$1: find_package, $compiler"
    programs=$scratch/$1/$compiler
    build_with_cmake "$prefix" "$compiler" "$programs"
    run_workflow "$prefix" "$programs" "$1-$compiler"
  done
  if [ "$1" = prefix ]; then
    say "$1: pkg-config, ${compilers[0]}"
    programs=$scratch/$1/pkg-config
    build_with_pkg_config "$prefix" "${compilers[0]}" "$programs"
    run_workflow "$prefix" "$programs" "$1-pkg-config"
  fi
  stop "$coordinator"
}

say "installing $build"
install_prefix
try_tree prefix

say "Debian packages"
install_debs
check_service "$scratch/debs"
try_tree debs
into_root --purge baton baton-coordinator libbaton-dev
expect "" "$(find "$scratch/debs" -name '*baton*' ! -path '*/var/lib/dpkg/*')"
say "done"
