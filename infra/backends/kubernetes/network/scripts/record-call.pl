#!@PERL@
# cnilab call recorder
# Stands in a CNI plugin's place: runs the plugin with the same environment and input, hands on what it says byte by byte
# and its exit status, and keeps a record of the call, one line of JSON in a file of its own. Perl, because a shell cannot
# read a nanosecond clock, nor anything binary; and it costs one start, where a shell would need a dozen.
#
# Two processes: the one that the runtime knows waits, the other does the work. So when the runtime kills a plugin that
# hangs, the other sees it, ends the plugin, and there is a record of that, too.
#
# Whatever goes wrong with recording, the plugin runs.
use strict;
use Fcntl qw(F_SETFL O_NONBLOCK);

my ($directory, $clock) = ('@DIRECTORY@', '@CLOCK_GETTIME@');
my ($most, $longest) = (1000, 1 << 15);    # records kept; bytes kept of each stream
my ($REALTIME, $MONOTONIC) = (0, 1);
my ($path) = $0;
my ($type) = $path =~ m{([^/]+)\z};
my $plugin = "$directory/cni-bin/$type";
# Called by a link to it of another name.
$plugin = "$directory/cni-bin/$1" if !-e $plugin && (readlink $path // '') =~ m{([^/]+)\z};

sub become_plugin {
  exec { $plugin } $plugin, @ARGV;
  my $why = "$plugin: $!";
  $why =~ s/["\\]/\\$&/g;
  syswrite STDOUT, qq({"cniVersion":"0.3.1","code":5,"msg":"the plugin cannot be started: $why"}\n);
  exit 1;
}

# A plugin that delegates to this one says who it is on its command line.
sub is_delegate {
  open my $file, '<', '/proc/' . getppid() . '/cmdline' or return 0;
  my $line = <$file> // '';
  return index($line, "$directory/cni-bin/") == 0;
}

sub now {
  my $time = "\0" x 16;
  syscall(0 + $clock, shift, $time);
  my ($s, $ns) = unpack 'q2', $time;
  return $s * 1_000_000_000 + $ns;
}

sub quote {
  my ($text) = @_;
  $text =~ s/(["\\])/\\$1/g;
  $text =~ s/([\x00-\x1f\x7f])/sprintf '\\u%04x', ord $1/ge;
  return qq("$text");
}

# Written under another name first; the oldest make room.
sub keep {
  my ($call) = @_;
  my $calls = "$directory/cni-calls";
  my %said = map { $_ => length $call->{$_} > $longest ? '' : $call->{$_} } qw(stdin stdout stderr);
  my @env = map { quote($_) . ':' . quote($ENV{$_}) } sort grep { /^CNI_/ || $_ eq 'PATH' } keys %ENV;
  my $line = join ',', qq("plugin":) . quote($type), qq("path":) . quote($path), '"env":{' . join(',', @env) . '}',
    (map { qq("$_":) . quote($said{$_}) } sort keys %said), qq("exitCode":$call->{exit_code}),
    qq("startedNs":"$call->{started}"), qq("durationNs":"$call->{duration}");
  my $name = sprintf '%020d-%d', $call->{started}, $$;
  my $new = "$calls/.$name";
  open my $file, '>', $new or return;
  chmod 0600, $file;
  print({$file} "{$line}\n") && close $file && rename $new, "$calls/$name" or unlink $new;
  opendir my $all, $calls or return;
  my @names = sort grep { !/^\./ } readdir $all;
  unlink map { "$calls/$_" } @names[0 .. $#names - $most] if @names > $most;
}

# All of it or, when nobody reads any more, nothing.
sub hand_on {
  my ($to, $text) = @_;
  my $at = 0;
  while ($at < length $text) {
    my $written = syswrite $to, $text, length($text) - $at, $at;
    if (defined $written) { $at += $written }
    elsif (!$!{EINTR}) { return }
  }
}

# Runs the plugin. `$life` can be read from when the runtime has killed the other process.
sub work {
  my ($life) = @_;
  my %call = (stdin => '', stdout => '', stderr => '', started => now($REALTIME));
  my $begun = now($MONOTONIC);
  pipe my $in, my $to_plugin;
  pipe my $said, my $out;
  pipe my $complained, my $err;
  my $pid = fork;
  defined $pid or return 1 << 8;
  if ($pid == 0) {
    $SIG{PIPE} = 'DEFAULT';
    setpgrp 0, 0;
    open STDIN, '<&', $in;
    open STDOUT, '>&', $out;
    open STDERR, '>&', $err;
    become_plugin();
  }
  close $_ for $in, $out, $err;
  my %from = (stdin => \*STDIN, stdout => $said, stderr => $complained, life => $life);
  my %to = (stdout => \*STDOUT, stderr => \*STDERR);
  # A plugin may write before it has read everything: nothing waits for it to read.
  my $unread = '';
  fcntl $to_plugin, F_SETFL, O_NONBLOCK;
  # The plugin is done when both of its outputs have ended; its caller may never end the input.
  while ($from{stdout} || $from{stderr}) {
    my ($readable, $writable) = ('', '');
    vec($readable, fileno $_, 1) = 1 for values %from;
    vec($writable, fileno $to_plugin, 1) = 1 if $to_plugin && $unread ne '';
    select($readable, $writable, undef, undef) > 0 or next;
    for my $name (grep { vec $readable, fileno $from{$_}, 1 } keys %from) {
      my $read = sysread $from{$name}, my $piece, 1 << 16;
      next if !defined $read && $!{EINTR};
      if ($read) {
        $call{$name} .= $piece;
        if ($name eq 'stdin') { $unread .= $piece }
        else { hand_on($to{$name}, $piece) }
        next;
      }
      delete $from{$name};
      kill 'KILL', -$pid, $pid if $name eq 'life';
    }
    if ($to_plugin && $unread ne '') {
      my $written = syswrite $to_plugin, $unread;
      if (defined $written) { substr $unread, 0, $written, '' }
      elsif (!$!{EAGAIN} && !$!{EINTR}) { ($unread, $to_plugin) = ('', undef) }
    }
    undef $to_plugin if !$from{stdin} && $unread eq '';
  }
  waitpid $pid, 0;
  my $status = $?;
  $call{duration} = now($MONOTONIC) - $begun;
  $call{exit_code} = $status & 127 ? 128 + ($status & 127) : $status >> 8;
  eval { keep(\%call) };
  return $status;
}

# A runtime asks these two over and over.
become_plugin() if ($ENV{CNI_COMMAND} // '') =~ /^(STATUS|VERSION|)$/ || is_delegate();

pipe my $life, my $alive or become_plugin();
pipe my $answer, my $reply or become_plugin();
my $worker = fork // become_plugin();
if ($worker == 0) {
  close $alive;
  close $answer;
  # What the runtime kills, it may kill with its process group.
  setpgrp 0, 0;
  $SIG{PIPE} = 'IGNORE';
  syswrite $reply, work($life);
  exit;
}
close $_ for $life, $reply, *STDIN;
my $status = <$answer> // 9;
if ($status & 127) {
  $SIG{ $_ } = 'DEFAULT' for qw(INT TERM HUP PIPE);
  kill $status & 127, $$;
}
exit $status >> 8;
