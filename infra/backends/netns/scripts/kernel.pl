# What the Perl scripts of a lab share: the system calls that a shell needs a program for each.
# Arguments: the numbers of the system calls, such as unshare=272, then the script's own.
# No modules at all: some distributions have a package for each, loading `strict` and `warnings` takes as long as starting
# Perl does, and every fork copies what they have loaded. test/unit/backends/netns/scripts.test.ts compiles under both.

# Of every processor that labs run on: mount(2), clone(2), umount2(2), open(2), errno(3).

sub CLONE_NEWNS() { 0x20000 }
sub CLONE_NEWUTS() { 0x4000000 }
sub CLONE_NEWNET() { 0x40000000 }
sub MS_RDONLY() { 1 }
sub MS_NOSUID() { 2 }
sub MS_NODEV() { 4 }
sub MS_NOEXEC() { 8 }
sub MS_REMOUNT() { 32 }
sub MS_BIND() { 4096 }
sub MS_REC() { 0x4000 }
sub MS_PRIVATE() { 0x40000 }
sub MNT_DETACH() { 2 }
sub O_WRONLY() { 1 }
sub O_RDWR() { 2 }
sub O_CREAT() { 64 }
sub O_EXCL() { 128 }
sub O_TRUNC() { 512 }
sub ENOENT() { 2 }
sub EINTR() { 4 }
sub ENOEXEC() { 8 }
sub ENOTDIR() { 20 }

my %number;
while (@ARGV && $ARGV[0] =~ /^(\w+)=(\d+)$/) { $number{$1} = 0 + $2; shift @ARGV }

# mount(2). @_: source, target, type, flags, data
sub mount_at {
  my ($source, $target, $type, $flags, $data) = @_;
  syscall($number{mount}, $source, $target, $type // 0, $flags, $data // 0) == 0 or die "mount $target: $!\n";
}

# For new namespaces of this process, which see and pass on none of the mounts that others make from then on.
sub unshare_all { unshare_mounts(CLONE_NEWNET | CLONE_NEWUTS) }

sub unshare_mounts {
  my ($others) = @_;
  syscall($number{unshare}, CLONE_NEWNS | ($others // 0)) == 0 or die "no namespaces: $!\n";
  my ($none, $root) = ('none', '/');
  mount_at($none, $root, undef, MS_REC | MS_PRIVATE);
}

sub set_hostname { my ($name) = @_; syscall($number{sethostname}, $name, length $name) == 0 or die "host name: $!\n" }

sub set_to {
  my ($path, $text) = @_;
  open my $file, '>', $path or die "$path: $!\n";
  print $file $text;
  close $file or die "$path: $!\n";
}

sub set_ipv6 {
  my ($key, $value) = @_;
  set_to("/proc/sys/net/ipv6/conf/$_/$key", "$value\n") for qw(all default);
}

# No IPv6 in an IPv4 lab: otherwise address detection delays the first packets and link-local noise fills captures.
# With it, everything that a host would say or wait for by itself is off: address detection (nobody else has an address of
# the plan), router solicitations, autoconfiguration. Multicast listener reports, which cannot be, are out at once.
sub configure_ipv6 {
  my ($wanted) = @_;
  if (!-d '/proc/sys/net/ipv6') {
    die "this kernel has no IPv6 (ipv6.disable?), which a dual-stack lab needs\n" if $wanted;
    return;
  }
  return set_ipv6('disable_ipv6', 1) if !$wanted;
  set_ipv6($_, 0) for qw(accept_dad accept_ra autoconf router_solicitations);
  set_ipv6($_, 1) for qw(mldv1_unsolicited_report_interval mldv2_unsolicited_report_interval);
}

# Pods do as their node does.
sub has_ipv6 {
  open my $file, '<', '/proc/sys/net/ipv6/conf/default/disable_ipv6' or return 0;
  return <$file> == 0;
}

# The interfaces that /sys shows are those of the network namespace in which it was mounted.
sub mount_sysfs {
  my ($sysfs, $sys) = ('sysfs', '/sys');
  mount_at($sysfs, $sys, $sysfs, MS_NOSUID | MS_NODEV | MS_NOEXEC);
}
