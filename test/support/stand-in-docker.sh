#!/bin/sh
# A stand-in for docker's command: no daemon, no containers, only files in $STAND_IN_KIND, as far as kind's backend needs it.
#   containers/<name>   a line each for id, status, every label and the address (written)
#   networks/<name>     a line each for every label and subnet (written)
#   calls               every command line, one a line (written)
#   images              names of those that are there, one a line
#   fail-<command>      when it is there, that command says this on standard error and fails: fail-ps, fail-network-create
#   hang-run            as long as it is there, `run` does not end
dir=${STAND_IN_KIND:?}
echo "$*" >> "$dir/calls"
command=$1
shift
[ "$command" = network ] && { command="network-$1" && shift; }
[ -f "$dir/fail-$command" ] && cat "$dir/fail-$command" >&2 && exit 1

# Names of all in directory $1 that have the line "label $2".
labelled() {
  for file in "$dir/$1"/*; do
    [ -f "$file" ] && grep -q "^label $2\(=\|$\)" "$file" && basename "$file"
  done
  return 0
}
# Value of an option among the arguments, each time that it is there: values --label "$@"
values() {
  wanted=$1 before=''
  shift
  for word; do
    [ "$before" = "$wanted" ] && echo "$word"
    before=$word
  done
}
filter=$(values --filter "$@" | sed 's/^label=//')

case $command in
ps)
  labelled containers "$filter" | while read -r name; do
    printf '%s\t%s\t%s\n' "id-$name" "$name" "$(sed -n 's/^status //p' "$dir/containers/$name")"
  done
  ;;
run)
  name=$(values --name "$@")
  while [ -f "$dir/hang-run" ]; do sleep 0.1; done
  {
    echo 'status Up 2 seconds'
    values --label "$@" | sed 's/^/label /'
    values --ip "$@" | sed 's/^/ip /'
    values --ip6 "$@" | sed 's/^/ip6 /'
    values --net "$@" | sed 's/^/net /'
  } > "$dir/run-$name"
  # In one step: whoever waits for a container, or kills kind, finds all of it or nothing.
  mv "$dir/run-$name" "$dir/containers/$name"
  echo "id-$name"
  ;;
rm)
  for word; do
    case $word in id-*) rm -f "$dir/containers/${word#id-}" ;; esac
  done
  ;;
network-create)
  for word; do name=$word; done
  [ -f "$dir/networks/$name" ] && echo "Error response from daemon: network with name $name already exists" >&2 && exit 1
  {
    values --label "$@" | sed 's/^/label /'
    values --subnet "$@" | sed 's/^/subnet /'
  } > "$dir/networks/$name"
  ;;
network-ls)
  if [ -n "$filter" ]; then labelled networks "$filter"; else ls "$dir/networks"; fi
  ;;
network-inspect)
  separator='['
  for name; do
    stack=$(sed -n 's/^label io.cnilab.stack=//p' "$dir/networks/$name")
    subnet=$(sed -n 's/^subnet //p' "$dir/networks/$name")
    printf '%s{"Name":"%s","IPAM":{"Config":[{"Subnet":"%s"}]},"Labels":{%s}}' \
      "$separator" "$name" "$subnet" "${stack:+\"io.cnilab.stack\":\"$stack\"}"
    separator=','
  done
  echo ']'
  ;;
network-rm) for name; do rm "$dir/networks/$name" || exit 1; done ;;
images)
  for word; do image=$word; done
  [ -f "$dir/images" ] && grep -qxF "$image" "$dir/images" && echo 0123456789ab
  exit 0
  ;;
exec) printf '%s\n' "$@" > "$dir/exec-$1" ;;
*) exit 0 ;;
esac
