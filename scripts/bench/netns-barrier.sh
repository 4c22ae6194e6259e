# Says when every network namespace that was given up before now has been freed by the kernel.
#
# One kernel worker frees network namespaces, batch after batch (net/core/net_namespace.c, cleanup_net). Two namespaces
# of our own are given up one after the other: when the first one's veth is gone from here, it is in the batch being
# freed, or in a later one than those given up before it; when the second one's is gone too, that batch is done.
#
# In:  a line: begin          Out: "ready", then "freed"
set -e
trap 'kill -KILL $first $second 2> /dev/null; true' EXIT
ip link set lo up
exec 3< <(unshare -n sh -c 'echo $$; exec sleep infinity > /dev/null')
exec 4< <(unshare -n sh -c 'echo $$; exec sleep infinity > /dev/null')
read -r first <&3
read -r second <&4
ip -batch - << END
link add mark1 type veth peer name end netns $first
link add mark2 type veth peer name end netns $second
END
# Builtins only: /proc/self would be that of a grep.
wait_gone() {
  local line found=1
  while [ "$found" ]; do
    found=
    while read -r line; do case $line in "$1":*) found=1 ;; esac done < "/proc/$$/net/dev"
    read -rt 0.002 <> <(:) || true
  done
}
echo ready
read -r _
kill -KILL "$first"
wait_gone mark1
kill -KILL "$second"
wait_gone mark2
echo freed
