#!/usr/bin/env bash
# Installs what Baton is built and tested with, from Debian's packages. Debian 12; root, or a user with sudo. Quick when all is there.
#   install-deps.sh [--all]   --all: also clang 19 and clang-tidy
set -euo pipefail

packages=(
  g++-12 cmake ninja-build ccache mold pkg-config make git
  libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler libabsl-dev libssl-dev
  libpqxx-dev libpq-dev libjemalloc-dev nlohmann-json3-dev libcli11-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  postgresql-15 postgresql-client-15
  libcpp-httplib-dev python3   # the nightly example: its checks and the servers it tests
  python3-grpcio   # the example in Python
  procps
  dpkg-dev fakeroot file   # Debian packages
  tzdata   # schedules by the clock of a place
)
case "${1:-}" in
  "") ;;
  --all) packages+=(clang-19 clang-tidy-19 clang-format-19) ;;
  *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" = "ii " ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "install-deps: everything is installed"
  exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps: must be root or have sudo to install: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi

# Debian would start a server of its own on the standard port at once; Baton starts a private one when it needs it.
cluster_config=/etc/postgresql-common/createcluster.conf
if [ ! -e "$cluster_config" ]; then
  "${as_root[@]}" mkdir -p "$(dirname "$cluster_config")"
  echo "create_main_cluster = false" | "${as_root[@]}" tee "$cluster_config" >/dev/null
fi
echo "install-deps: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null
echo "install-deps: done"
