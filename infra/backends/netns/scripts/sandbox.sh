# Runs as PID 1 of the sandbox: has its root composed, then starts the keeper in a nested user namespace: mounts copied
# into a mount namespace of another user namespace are locked there (mount_namespaces(7)), so nothing inside can unmount
# them or make them writable.
#
# In: LAB_COMPOSE   the script that composes the root, and what it needs
#     LAB_KEEPER    the keeper's script
#     LAB_SYSCALLS  numbers of system calls
#     stdin         "go" once the caller has recorded us; then the script that makes the nodes
# Out: "holder PID" (as the machine sees it), then what the keeper prints.
set -e
# Of the caller's own nothing leaks in: a lab is the same for everybody.
umask 022
# The machine's /proc is still mounted, so this is our PID as the machine sees it.
read -r holder _ < /proc/self/stat
echo "holder $holder"
# End of file here means that the caller died before it recorded us: leave no trace.
read -r go && [ "$go" = go ] || exit 1

perl -e 'eval delete $ENV{LAB_COMPOSE}; die $@ if $@' $LAB_SYSCALLS < /dev/null
cd /

# Without job control a background command reads /dev/null, so our input is handed on explicitly.
exec 3<&0
unshare -U -m -n -u -i --map-user=1000 --map-group=1000 --keep-caps /bin/sh -c 'eval "$LAB_KEEPER"' cnilab-keeper <&3 3<&- &
keeper=$!
exec 3<&-
exec < /dev/null > /dev/null 2>&1
# A shell that waits also reaps what the lab's processes leave behind. The sandbox ends with its keeper.
wait "$keeper"
