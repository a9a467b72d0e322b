#!/usr/bin/env bash
# A cluster of three nodes on this machine, to try it out:
#   samples/cluster/three-nodes.sh up | down | run SCRIPT [arguments…]
# Each node is an agent of its own at 127.0.0.1, and offers two cores.
set -u
folder=$(cd -P -- "${BASH_SOURCE[0]%/*}" && pwd -P)
polyproc=${POLYPROC:-$folder/../../polyproc}
[[ -x $polyproc ]] || polyproc=$folder/../../bin/polyproc

case ${1:-} in
  up)
    started=$("$polyproc" cluster start --name a --port 0 --cores 2) || exit
    printf '%s\n' "$started"
    join=${started##*cluster join }
    for name in b c; do
      # The words are an address and --token with the token.
      "$polyproc" cluster join $join --name "$name" --cores 2 || exit
    done
    "$polyproc" cluster status
    ;;
  down) "$polyproc" cluster stop --name a ;;
  run)
    shift
    POLYPROC_CLUSTER=a exec "$polyproc" "$@"
    ;;
  *)
    echo "usage: ${0##*/} up | down | run SCRIPT [arguments…]" >&2
    exit 2
    ;;
esac
