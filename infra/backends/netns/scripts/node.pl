# A node's keeper, from its first namespaces to its sleep: its own CNI directories and /run. Arguments: the node's
# name, and `ipv6` in a dual-stack lab.
my ($node, $ipv6) = @ARGV;
my @own = (['/mnt/run', '/run'], ['/mnt/cni', '/etc/cni'], ['/mnt/lib', '/var/lib/cni'], ['/mnt/hostname', '/etc/hostname']);
unshare_all();
my ($tmpfs, $mnt, $data) = ('tmpfs', '/mnt', 'mode=755,size=64m');
mount_at($tmpfs, $mnt, $tmpfs, MS_NOSUID | MS_NODEV, $data);
for my $directory (qw(run run/cnilab cni cni/net.d lib)) { mkdir "/mnt/$directory" or die "$directory: $!\n" }
set_to('/mnt/hostname', "$node\n");
mount_at(@$_, undef, MS_BIND) for @own;
mount_sysfs();
set_hostname($node);
configure_ipv6($ipv6);
set_to('/proc/sys/net/ipv4/ip_forward', "1\n");
set_ipv6('forwarding', 1) if $ipv6;
set_to("/lab/node-$node", "$$\n");
syswrite STDOUT, "node $node $$\n";
open STDOUT, '>', '/dev/null';
open STDERR, '>', '/dev/null';
exec 'sleep', 'infinity';
