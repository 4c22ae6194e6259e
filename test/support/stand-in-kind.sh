#!/bin/sh
# A stand-in for kind: it starts the nodes of its configuration with the docker of its PATH, all at once, and no Kubernetes.
#   config       what it was given on standard input (written)
#   kind-calls   every command line, one a line (written)
#   pid          of the last that ran (written)
#   fail-kind    when it is there, it makes the nodes, says this, removes them and fails, as kind does without --retain
#   hang-kind    as long as it is there, it does not end after the nodes are made
dir=${STAND_IN_KIND:?}
[ "$1" = --version ] && echo "kind version ${STAND_IN_KIND_VERSION:-0.33.0}" && exit 0
echo "$*" >> "$dir/kind-calls"
echo $$ > "$dir/pid"
name='' kubeconfig='' before=''
for word; do
  [ "$before" = --name ] && name=$word
  [ "$before" = --kubeconfig ] && kubeconfig=$word
  before=$word
done
cat > "$dir/config"
echo "Creating cluster \"$name\" ..." >&2
printf ' • Ensuring node image (kindest/node:v1.37.0) 🖼  ...\n ✓ Ensuring node image (kindest/node:v1.37.0) 🖼\n' >&2
printf ' • Preparing nodes 📦 📦   ...\n' >&2
workers=0 planes=0 pids=''
for role in $(sed -n 's/^ *- role: //p' "$dir/config"); do
  number=''
  if [ "$role" = worker ]; then
    workers=$((workers + 1))
    [ "$workers" -gt 1 ] && number=$workers
  else
    planes=$((planes + 1))
    [ "$planes" -gt 1 ] && number=$planes
  fi
  docker run --name "$name-$role$number" --hostname "$name-$role$number" --detach \
    --label "io.x-k8s.kind.cluster=$name" --net kind kindest/node:v1.37.0 >&2 &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid" || exit 1; done
echo ' ✓ Preparing nodes 📦 📦 ' >&2
while [ -f "$dir/hang-kind" ]; do sleep 0.1; done
if [ -f "$dir/fail-kind" ]; then
  cat "$dir/fail-kind" >&2
  # shellcheck disable=SC2046 # a word each
  docker rm -f -v $(docker ps -a --filter "label=io.x-k8s.kind.cluster=$name" --format x | cut -f 1) >&2
  exit 1
fi
echo "current-context: kind-$name" > "$kubeconfig"
