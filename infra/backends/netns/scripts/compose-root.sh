# Runs as PID 1 of the sandbox, as root of the first user namespace, in its own mount and PID namespace.
# Composes the sandbox's root from an allow-list, pivots into it, then starts the keeper in a nested user namespace:
# mounts copied into a mount namespace of another user namespace are locked there (mount_namespaces(7)), so nothing
# inside can unmount them or make them writable.
#
# In: LAB_BINDS  extra directories to show read-only, one a line
#     LAB_KEEPER the keeper's script
#     stdin      "go" once the caller has recorded us; then the script that makes the nodes
# Out: "holder PID" (as the machine sees it), then what the keeper prints.
set -e
# The machine's /proc is still mounted, so this is our PID as the machine sees it.
read -r holder _ < /proc/self/stat
echo "holder $holder"
# End of file here means that the caller died before it recorded us: leave no trace.
read -r go && [ "$go" = go ] || exit 1

mount -t tmpfs -o mode=755,size=16m root /mnt
cd /mnt
mkdir -p usr etc/cni proc sys dev tmp run lab mnt opt/cnilab var/lib/cni old
mount --rbind /usr usr
mount -o remount,bind,ro,nosuid,nodev usr
for d in bin sbin lib lib32 lib64; do
  if [ -L "/$d" ]; then cp -P "/$d" "$d"
  elif [ -d "/$d" ]; then mkdir "$d"; mount --rbind "/$d" "$d"; mount -o remount,bind,ro,nosuid,nodev "$d"; fi
done
for f in alternatives iproute2 ld.so.cache ld.so.conf ld.so.conf.d protocols services; do
  [ -e "/etc/$f" ] || continue
  if [ -d "/etc/$f" ]; then mkdir "etc/$f"; else : > "etc/$f"; fi
  mount --bind "/etc/$f" "etc/$f"
  mount -o remount,bind,ro,nosuid,nodev "etc/$f"
done
printf 'root:x:0:0:root:/:/bin/sh\nlab:x:1000:1000:lab:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' > etc/passwd
printf 'root:x:0:\nlab:x:1000:\nnogroup:x:65534:\n' > etc/group
printf '127.0.0.1 localhost\n::1 localhost\n' > etc/hosts
printf 'hosts: files\npasswd: files\ngroup: files\n' > etc/nsswitch.conf
: > etc/hostname
ln -s /proc/mounts etc/mtab
for d in null zero full random urandom tty; do
  : > "dev/$d"
  mount --bind "/dev/$d" "dev/$d"
done
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t tmpfs -o mode=1777,size=64m,nosuid,nodev tmp tmp
mount -t tmpfs -o mode=755,size=512m,nosuid,nodev lab lab
# After tmp, or what is below it would be hidden again.
printf '%s\n' "$LAB_BINDS" | while read -r d; do
  [ -d "$d" ] || continue
  mkdir -p ".$d"
  mount --bind "$d" ".$d"
  mount -o remount,bind,ro,nosuid,nodev ".$d"
done

# Entering the nested user namespace with a uid other than 0 loses all capabilities at the next exec. This copy of
# setpriv has them as file capabilities, valid in this user namespace only, and hands them on as ambient ones.
# (A uid other than 0 is needed because tcpdump, run as 0, insists on setgroups(2), which rootless namespaces deny.)
cp "$(command -v setpriv)" opt/cnilab/keepcaps
"${SETCAP:-setcap}" all+eip opt/cnilab/keepcaps

mount -t proc -o nosuid,nodev,noexec proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,rw proc/sys/net
mount --rbind /sys sys
# A user's own part of the cgroup tree is the one thing in /sys that an ordinary uid may write.
[ ! -d sys/fs/cgroup ] || mount -t tmpfs -o ro,size=0 none sys/fs/cgroup
pivot_root . old
cd /
umount -l /old
rmdir /old
mount -o remount,bind,ro /

# Without job control a background command reads /dev/null, so our input is handed on explicitly.
exec 3<&0
unshare -U -m -n -u -i --map-user=1000 --map-group=1000 --keep-caps /bin/sh -c 'eval "$LAB_KEEPER"' cnilab-keeper <&3 3<&- &
keeper=$!
exec 3<&-
exec < /dev/null > /dev/null 2>&1
# A shell that waits also reaps what the lab's processes leave behind. The sandbox ends with its keeper.
wait "$keeper"
