# Composes the sandbox's root from an allow-list and pivots into it; runs as root of the first user namespace, in the
# sandbox's own mount and PID namespace.
# In: LAB_BINDS  extra directories to show read-only, one a line
#     LAB_PAUSE  the program of pause processes, in hex
#     SETCAP     path of setcap, when it is not on PATH
sub ST_KEPT() { MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC }
sub STATFS_FLAGS() { 80 }

# Flags of the mount at a path (statfs(2); those kept here have the numbers that mount(2) gives them).
sub flags_at {
  my ($path) = @_;
  my $statfs = "\0" x 120;
  syscall($number{statfs}, $path, $statfs) == 0 or die "statfs $path: $!\n";
  return ST_KEPT & unpack 'x' . STATFS_FLAGS . ' q', $statfs;
}

sub remount {
  my ($target, $set, $unset) = @_;
  mount_at('none', $target, undef, MS_REMOUNT | MS_BIND | ((flags_at($target) | $set) & ~($unset // 0)));
}

sub bind_to { my ($source, $target, $more) = @_; mount_at($source, $target, undef, MS_BIND | ($more // 0)) }
sub lock_down { my ($target) = @_; remount($target, MS_RDONLY | MS_NOSUID | MS_NODEV) }
sub make { my ($directory) = @_; -d $directory or mkdir $directory or die "mkdir $directory: $!\n" }
sub make_path { my ($path) = @_; my $made = '.'; make($made .= "/$_") for grep { $_ ne '' } split m{/}, $path }
sub link_to { my ($target, $name) = @_; symlink $target, $name or die "symlink $name: $!\n" }
sub tmpfs_at { my ($target, $flags, $data) = @_; mount_at('tmpfs', $target, 'tmpfs', $flags, $data) }
sub program { my ($name) = @_; return (grep { -x } map { "$_/$name" } split /:/, $ENV{PATH})[0] // die "there is no $name\n" }

tmpfs_at('/mnt', 0, 'mode=755,size=16m');
chdir '/mnt' or die "chdir: $!\n";
make_path($_) for qw(usr etc/cni proc sys dev tmp run lab mnt opt/cnilab var/lib/cni old);
bind_to('/usr', 'usr', MS_REC);
lock_down('usr');
for my $d (qw(bin sbin lib lib32 lib64)) {
  if (-l "/$d") { link_to(readlink "/$d", $d) }
  elsif (-d "/$d") { make($d); bind_to("/$d", $d, MS_REC); lock_down($d) }
}
for my $f (map { "etc/$_" } qw(alternatives iproute2 ld.so.cache ld.so.conf ld.so.conf.d protocols services)) {
  next if !-e "/$f";
  if (-d "/$f") { make($f) } else { set_to($f, '') }
  bind_to("/$f", $f);
  lock_down($f);
}
set_to('etc/passwd', "root:x:0:0:root:/:/bin/sh\nlab:x:1000:1000:lab:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
set_to('etc/group', "root:x:0:\nlab:x:1000:\nnogroup:x:65534:\n");
set_to('etc/hosts', "127.0.0.1 localhost\n::1 localhost\n");
set_to('etc/nsswitch.conf', "hosts: files\npasswd: files\ngroup: files\n");
set_to('etc/hostname', '');
link_to('/proc/mounts', 'etc/mtab');
for my $d (map { "dev/$_" } qw(null zero full random urandom tty)) { set_to($d, ''); bind_to("/$d", $d) }
link_to('/proc/self/fd', 'dev/fd');
link_to('fd/0', 'dev/stdin');
link_to('fd/1', 'dev/stdout');
link_to('fd/2', 'dev/stderr');
tmpfs_at('tmp', MS_NOSUID | MS_NODEV, 'mode=1777,size=64m');
tmpfs_at('lab', MS_NOSUID | MS_NODEV, 'mode=755,size=512m');
# After tmp, or what is below it would be hidden again.
for my $d (grep { m{^/} && -d } split /\n/, $ENV{LAB_BINDS}) { make_path($d); bind_to($d, ".$d"); lock_down(".$d") }

# Entering the nested user namespace with a uid other than 0 loses all capabilities at the next exec. This copy of
# setpriv has them as file capabilities, valid in this user namespace only, and hands them on as ambient ones.
# (A uid other than 0 is needed because tcpdump, run as 0, insists on setgroups(2), which rootless namespaces deny.)
open my $setpriv, '<:raw', program('setpriv') or die "setpriv: $!\n";
set_to('opt/cnilab/keepcaps', do { local $/; <$setpriv> });
chmod 0755, 'opt/cnilab/keepcaps' or die "keepcaps: $!\n";
system($ENV{SETCAP} // program('setcap'), 'all+eip', 'opt/cnilab/keepcaps') == 0 or die "setcap failed\n";

# Where Kubernetes' own image has it.
set_to('pause', pack 'H*', $ENV{LAB_PAUSE});
chmod 0755, 'pause' or die "pause: $!\n";

mount_at('proc', 'proc', 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC);
# Who has a cgroup namespace may mount the cgroup tree anew (cgroup_namespaces(7)), and a user's own part of it, with all of
# their session, is the user's to kill. The limit holds in every user namespace below this one (user_namespaces(7)).
my $limit = 'proc/sys/user/max_cgroup_namespaces';
set_to($limit, "0\n") if -e $limit;
bind_to('proc/sys', 'proc/sys');
remount('proc/sys', MS_RDONLY);
bind_to('proc/sys/net', 'proc/sys/net');
remount('proc/sys/net', 0, MS_RDONLY);
bind_to('/sys', 'sys', MS_REC);
# A user's own part of the cgroup tree is the one thing in /sys that an ordinary uid may write.
tmpfs_at('sys/fs/cgroup', MS_RDONLY, 'size=0') if -d 'sys/fs/cgroup';
my ($here, $old, $old_root) = ('.', 'old', '/old');
syscall($number{pivot_root}, $here, $old) == 0 or die "pivot_root: $!\n";
chdir '/' or die "chdir: $!\n";
syscall($number{umount2}, $old_root, MNT_DETACH) == 0 or die "umount: $!\n";
rmdir $old_root or die "rmdir: $!\n";
remount('/', MS_RDONLY);
