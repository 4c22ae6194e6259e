# A pod's pause process ($1 is the pod's name), started in fresh mount, network and UTS namespaces on its node.
set -e
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
hostname "$1"
[ ! -d /proc/sys/net/ipv6 ] || for i in all default; do echo 1 > "/proc/sys/net/ipv6/conf/$i/disable_ipv6"; done
printf "%s\n" "$$" > "/lab/pod-$1"
echo "pod $1 $$"
exec sleep infinity < /dev/null > /dev/null 2>&1
