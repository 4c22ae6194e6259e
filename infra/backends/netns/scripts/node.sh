# A node's keeper ($1 is the node's name), started in fresh mount, network and UTS namespaces: its own CNI
# directories and /run, and a sysfs that shows the node's interfaces.
set -e
mount -t tmpfs -o mode=755,size=64m,nosuid,nodev node /mnt
mkdir -p /mnt/run/cnilab /mnt/cni/net.d /mnt/lib
printf '%s\n' "$1" > /mnt/hostname
mount --bind /mnt/run /run
mount --bind /mnt/cni /etc/cni
mount --bind /mnt/lib /var/lib/cni
mount --bind /mnt/hostname /etc/hostname
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
hostname "$1"
# No IPv6 in an IPv4 lab: otherwise address detection delays the first packets and link-local noise fills captures.
[ ! -d /proc/sys/net/ipv6 ] || for i in all default; do echo 1 > "/proc/sys/net/ipv6/conf/$i/disable_ipv6"; done
echo 1 > /proc/sys/net/ipv4/ip_forward
ip link set lo up
printf '%s\n' "$$" > "/lab/node-$1"
echo "node $1 $$"
exec sleep infinity < /dev/null > /dev/null 2>&1
