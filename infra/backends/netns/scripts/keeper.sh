# The keeper: holds the sandbox's namespaces in the nested user namespace. Runs the script on its standard input
# (which makes the underlay and the nodes), says "ready", and then does nothing until it is killed.
set -e
echo "keeper $$"
cd /
script=$(cat)
unset LAB_SANDBOX LAB_COMPOSE LAB_PAUSE LAB_SYSCALLS LAB_KEEPER LAB_BINDS SETCAP
eval "$script"
echo "ready"
exec sleep infinity < /dev/null > /dev/null 2>&1
