# Sends echo requests to many addresses from one socket each for IPv4 and IPv6, and says what came of each.
# Arguments: identifier (0-65535), payload as hexadecimal, rounds, ms between two requests, ms to wait for the last answer,
# payload bytes or "mtu" (as many as the route to the address takes), 1 where routers may not fragment.
# In: addresses, each in hexadecimal (4 or 16 bytes) on a line.
# Out: lines "reply ROUND INDEX TTL MICROSECONDS ADDRESS" (TTL - for IPv6) and "error ROUND INDEX WORDS".
# No modules, as in the scripts of a lab: not every distribution has them with its Perl.

# icmp(7), ip(7), ipv6(7), socket(2), RFC 792, RFC 4443
sub IPPROTO_ICMP() { 1 }
sub IPPROTO_ICMPV6() { 58 }
sub MSG_DONTWAIT() { 0x40 }
my %family = (
  4 => {
    name => 2, protocol => IPPROTO_ICMP, request => 8, reply => 0, errors => { 3 => 1, 11 => 1, 12 => 1 }, inner => 20,
    header => 28, level => 0, discover => 10, mtu => 14,
    address => sub { pack 'S n a4 x8', 2, 0, $_[0] }, told => sub { substr $_[0], 4, 4 },
  },
  16 => {
    name => 10, protocol => IPPROTO_ICMPV6, request => 128, reply => 129, errors => { map { $_ => 1 } 1 .. 4 }, inner => 40,
    header => 48, level => 41, discover => 23, mtu => 24,
    address => sub { pack 'S n N a16 N', 10, 0, 0, $_[0], 0 }, told => sub { substr $_[0], 8, 16 },
  },
);

# e_machine of this Perl's ELF header: x86-64 or AArch64, whose tables have clock_gettime at different places.
open my $self, '<', '/proc/self/exe' or die "/proc/self/exe: $!\n";
read $self, my $elf, 20;
my $clock_gettime = { 62 => 228, 183 => 113 }->{unpack 'x18 S', $elf} or die "no clock on this processor\n";
sub microseconds {
  my $time = "\0" x 16;
  syscall $clock_gettime, 1, $time;
  my ($s, $ns) = unpack 'qq', $time;
  return $s * 1_000_000 + int($ns / 1000);
}

my ($identifier, $filling, $rounds, $interval, $patience, $size, $whole) = @ARGV;
$filling = pack 'H*', $filling;
my @targets = map { chomp; pack 'H*', $_ } <STDIN>;
my %sockets;
for my $target (@targets) {
  my $family = $family{length $target};
  next if $sockets{length $target};
  socket my $socket, $family->{name}, 3, $family->{protocol} or die "no raw socket: $!\n";
  # IP_PMTUDISC_DO: never fragmented, not even here. IP_PMTUDISC_DONT: by whoever has to.
  setsockopt $socket, $family->{level}, $family->{discover}, pack 'i', $whole ? 2 : 0;
  $sockets{length $target} = $socket;
}

sub checksum {
  my ($packet) = @_;
  my $sum = unpack '%32n*', length($packet) % 2 ? "$packet\0" : $packet;
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  return ~$sum & 0xffff;
}

# What the route to an address takes, as a socket that is connected to it is told; connecting sends nothing.
sub payload_bytes {
  my ($target) = @_;
  return $size if $size ne 'mtu';
  my $family = $family{length $target};
  socket my $probe, $family->{name}, 2, 0 or return;
  connect $probe, $family->{address}->($target) or return;
  my $mtu = getsockopt $probe, $family->{level}, $family->{mtu} or return;
  return unpack('i', $mtu) - $family->{header};
}

my %sent;
my $out = '';
sub refused { my ($number, $words) = @_; delete $sent{$number}; $out .= "error " . place($number) . " $words\n" }
sub place { my ($number) = @_; return int($number / @targets) . ' ' . $number % @targets }

sub request {
  my ($number) = @_;
  my $target = $targets[$number % @targets];
  my $family = $family{length $target};
  my $bytes = payload_bytes($target);
  return refused($number, "$!") if !defined $bytes;
  my $data = substr $filling x (1 + $bytes / length $filling), 0, $bytes;
  my @fields = ($family->{request}, 0, 0, $identifier, $number);
  # The kernel fills in that of ICMPv6, which covers addresses that are not known here.
  $fields[2] = checksum(pack 'C C n n n a*', @fields, $data) if $family->{protocol} == IPPROTO_ICMP;
  $sent{$number} = microseconds();
  my $gone = send $sockets{length $target}, pack('C C n n n a*', @fields, $data), 0, $family->{address}->($target);
  refused($number, "$!") if !defined $gone;
}

sub take {
  my ($length, $packet, $from) = @_;
  my $family = $family{$length};
  my $now = microseconds();
  my $ttl = '-';
  if ($length == 4) {
    $ttl = unpack 'x8 C', $packet;
    $packet = substr $packet, (ord($packet) & 15) * 4;
  }
  my ($type, $code, undef, $id, $number) = unpack 'C C n n n', $packet;
  my $teller = unpack 'H*', $family->{told}->($from);
  if ($type == $family->{reply} && $id == $identifier && length($packet) >= 8 && $number < $rounds * @targets) {
    my $data = substr $packet, 8;
    return if $data ne substr $filling x (1 + length($data) / length $filling), 0, length $data;
    my $begun = delete $sent{$number};
    $out .= join(' ', 'reply', place($number), $ttl, defined $begun ? $now - $begun : '-', $teller) . "\n";
  }
  elsif ($family->{errors}{$type}) {
    my $inner = substr $packet, 8;
    $inner = substr $inner, $length == 4 ? (ord($inner) & 15) * 4 : 40;
    my ($asked, undef, undef, $whose, $which) = unpack 'C C n n n', $inner;
    return if $asked != $family->{request} || $whose != $identifier || !defined $sent{$which};
    refused($which, "$teller type $type code $code");
  }
}

# Waits, and takes what comes meanwhile.
sub listen_until {
  my ($end, $done) = @_;
  while (!$done->()) {
    my $left = $end - microseconds();
    return if $left < 0;
    my $ready = '';
    vec($ready, fileno $_, 1) = 1 for values %sockets;
    select $ready, undef, undef, $left / 1_000_000 or next;
    for my $length (keys %sockets) {
      while (defined(my $from = recv $sockets{$length}, my $packet, 65_536, MSG_DONTWAIT)) {
        take($length, $packet, $from);
      }
    }
  }
}

my $last = $rounds * @targets - 1;
for my $number (0 .. $last) {
  my $next = microseconds() + $interval * 1000;
  request($number);
  listen_until($next, sub { $number == $last });
}
listen_until(microseconds() + $patience * 1000, sub { !%sent });
print $out;
