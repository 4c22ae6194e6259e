#!/bin/sh
# kind finds this first in its PATH, under the container runtime's name. It has no setting for a node's address, and starts
# nodes in no particular order; so each `run` gets here the flags that are planned for the container of that name. Everything
# else is passed on as it is.
#   CNILAB_RUNTIME     the real command's path
#   CNILAB_NETWORK     the network that nodes are on, in place of kind's
#   CNILAB_RUN_FLAGS   a line for each container: its name, then its flags
runtime=${CNILAB_RUNTIME:?}
[ "$1" = run ] || exec "$runtime" "$@"
shift
name='' before=''
for word do
  shift
  [ "$before" = --name ] && [ -z "$name" ] && name=$word
  if [ "$before" = --net ]; then set -- "$@" "${CNILAB_NETWORK:?}"; else set -- "$@" "$word"; fi
  before=$word
done
flags=''
while read -r container planned; do
  [ "$container" = "$name" ] && flags=$planned
done <<END
${CNILAB_RUN_FLAGS:?}
END
if [ -z "$flags" ]; then
  echo "cnilab has no address for a container called '$name'" >&2
  exit 1
fi
# shellcheck disable=SC2086 # a word each
exec "$runtime" run $flags "$@"
