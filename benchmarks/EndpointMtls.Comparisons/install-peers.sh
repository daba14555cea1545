#!/usr/bin/env bash
# Installs the peers of the comparison from packages of Debian 12. Keeps what is installed already.
set -euo pipefail

packages=()
[ -x "$(PATH="$PATH:/usr/sbin" command -v nginx)" ] || packages+=(nginx)
[ -x "$(PATH="$PATH:/usr/sbin" command -v haproxy)" ] || packages+=(haproxy)
command -v go >/dev/null || packages+=(golang-go)
[ -d /usr/share/gocode/src/google.golang.org/grpc ] || packages+=(golang-google-grpc-dev)
if [ ${#packages[@]} -eq 0 ]; then
  echo "nginx, haproxy, go and grpc-go are installed."
  exit 0
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
echo "Installed: ${packages[*]}."
