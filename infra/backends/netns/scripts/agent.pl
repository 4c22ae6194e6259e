# The resident process of a node: does what the provider asks for over a pipe. Perl, because it can unshare, setns and
# mount by itself: a pod costs one fork and one exec, where a shell needs a program for each of these.
#
# Both ways, a message is a string with its length before it (32 bits, big-endian), and so is each field in it.
# Argument: the directory of its own files, /lab when there is none.
# In:   run id pod stdin count-of-variables variable… argument…   standard input is a file; pod: PID to enter, net:PID for its network and host name alone, or ""
#       tap id file pod count-of-variables variable… argument…    long-running; output is kept in that file
#       kill id signal                                            to the process group of a run or tap
#       kill-processes id PID…
#       pods id name…                                             pause processes in namespaces of their own
#       containers id (pod container PID count argument…)…        inside those
#       read id path
#       write id (path mode content)…                             each whole or not at all
#       take id name                                              a tap's file, which is then gone
# Out:  line id text                                              of a tap's standard error, as it comes
#       end id status start end output errors                     times in ns since the epoch; a tap's output: none
sub SFD_CLOEXEC() { 0x80000 }
sub SIG_BLOCK() { 0 }
sub SIG_UNBLOCK() { 1 }
sub SIGCHLD() { 17 }
sub WNOHANG() { 1 }
sub CHUNK() { 1 << 14 }

my %jobs;       # id → what runs; see start
my %by_pid;     # its process → the same
my %readers;    # file descriptor → [handle, what to do when it can be read]
my @environment = map { "$_=$ENV{$_}" } sort keys %ENV;
my $scratch = 0;
my ($lab) = @ARGV;
$lab //= '/lab';
umask 022;

sub now {
  my $time = "\0" x 16;
  syscall($number{clock_gettime}, 0, $time);
  my ($s, $ns) = unpack 'q2', $time;
  return $s * 1_000_000_000 + $ns;
}

# Of SIGCHLD: a child's end is an event among the others, a file descriptor, so that none is missed between two waits.
my $mask = pack 'Q', 1 << (SIGCHLD - 1);
sub mask_children { my ($how) = @_; syscall($number{rt_sigprocmask}, $how, $mask, 0, 8) }

sub send_message {
  my $bytes = pack 'N/a*', pack '(N/a*)*', @_;
  my $at = 0;
  while ($at < length $bytes) {
    my $written = syswrite STDOUT, $bytes, length($bytes) - $at, $at;
    if (defined $written) { $at += $written }
    elsif ($! != EINTR) { quit() }
  }
}

sub on_readable { my ($handle, $action) = @_; $readers{fileno $handle} = [$handle, $action] }
sub forget { my ($handle) = @_; delete $readers{fileno $handle}; close $handle }

# Reads what there is. False at the end of the file.
sub read_some {
  my ($handle, $buffer) = @_;
  my $read = sysread $handle, $$buffer, CHUNK, length $$buffer;
  return defined $read ? $read > 0 : $! == EINTR;
}

# A file for a process's input or output that nobody else can open: it grows in the lab's directory, which has a limit.
sub scratch_file {
  my $name = "$lab/.$$-" . ++$scratch;
  sysopen my $file, $name, O_RDWR | O_CREAT | O_EXCL, 0600 or return;
  unlink $name;
  return $file;
}

sub slurp {
  my ($file) = @_;
  return '' if -z $file;
  sysseek $file, 0, 0;
  my $text = '';
  1 while read_some($file, \$text);
  return $text;
}

# In a child: ends it with a reason on standard error.
sub fail {
  my ($status, $why) = @_;
  syswrite STDERR, "$why\n";
  exit $status;
}

# A pod of a real cluster has other tools than its node, or none: with net:PID, files and tools stay the node's, but /sys
# shows the pod's interfaces. It shows them already for a pod in its node's own network (hostNetwork), and the kernel mounts no
# filesystem over itself (fs/namespace.c, do_add_mount: EBUSY).
sub enter {
  my ($network, $pid) = $_[0] =~ /^(net:)?(.*)/;
  my @spaces;
  my ($own, $its) = map { readlink("/proc/$_/ns/net") // '' } 'self', $pid;
  for my $kind ($network ? qw(net uts) : qw(net uts mnt)) {
    open my $space, '<', "/proc/$pid/ns/$kind" or return 0;
    push @spaces, $space;
  }
  for my $space (@spaces) { syscall($number{setns}, fileno $space, 0) == 0 or return 0 }
  if ($network && $own ne $its) {
    eval { unshare_mounts(); mount_sysfs(); 1 } or return 0;
  }
  return chdir '/';
}

# What execve(2) is to be given, made before the fork: whatever a child changes costs it a copy. Pointers into $kept.
sub executable {
  my ($argv, $env) = @_;
  my ($name) = @$argv;
  my ($path) = map { /^PATH=(.*)/s } @$env;
  my @files = $name =~ m{/} ? $name : map { "$_/$name" } split /:/, $path // '/usr/bin:/bin';
  my @shells = map { ['/bin/sh', $_, @$argv[1 .. $#$argv]] } @files;
  my $kept = { files => \@files, argv => $argv, env => $env, shells => \@shells };
  $kept->{argv_pointers} = pack 'p*', @$argv, undef;
  $kept->{env_pointers} = pack 'p*', @$env, undef;
  return $kept;
}

# Returns when it could not, with the reason in $!. A file without an interpreter is a script for sh (execvp(3)).
sub execute {
  my ($kept) = @_;
  my $reason = ENOENT;
  for my $i (0 .. $#{ $kept->{files} }) {
    syscall($number{execve}, $kept->{files}[$i], @$kept{qw(argv_pointers env_pointers)});
    if ($! == ENOEXEC) {
      my ($sh, $script) = ('/bin/sh', pack 'p*', @{ $kept->{shells}[$i] }, undef);
      syscall($number{execve}, $sh, $script, $kept->{env_pointers});
    }
    $reason = 0 + $! if $! != ENOENT && $! != ENOTDIR;
  }
  $! = $reason;
}

# As a child: nothing of the agent but what it is given.
sub become {
  my ($in, $out, $err) = @_;
  mask_children(SIG_UNBLOCK);
  syscall($number{dup3}, fileno $in, 0, 0);
  syscall($number{dup3}, fileno $out, 1, 0);
  syscall($number{dup3}, fileno $err, 2, 0);
}

sub dev_null { open my $null, '+<', '/dev/null' or return; return $null }

# job: id, pod, in, out, err (handles), env, argv; kept until it ends.
sub start {
  my ($job) = @_;
  my @argv = @{ $job->{argv} };
  my $executable = executable(\@argv, @{ $job->{env} } ? $job->{env} : \@environment);
  # Whatever the child touches costs it a copy of a page: all that it needs is at hand, and it calls no function.
  my ($file, $argv_pointers, $env_pointers) = ($executable->{files}[0], @$executable{qw(argv_pointers env_pointers)});
  my ($rt_sigprocmask, $dup3, $execve) = @number{qw(rt_sigprocmask dup3 execve)};
  my @fds = map { $_ ? fileno $_ : () } @$job{qw(in out err)};
  my $pod = $job->{pod};
  $job->{started} = now();
  my $pid = @fds == 3 ? fork : undef;
  if (!defined $pid) {
    return send_message('end', $job->{id}, 125, $job->{started}, now(), '', "cannot start $argv[0]: $!\n");
  }
  if ($pid == 0) {
    setpgrp 0, 0;
    syscall($rt_sigprocmask, SIG_UNBLOCK, $mask, 0, 8);
    syscall($dup3, $fds[0], 0, 0);
    syscall($dup3, $fds[1], 1, 0);
    syscall($dup3, $fds[2], 2, 0);
    $pod eq '' or enter($pod) or fail(125, "cannot enter the namespaces of PID $pod: $!");
    syscall($execve, $file, $argv_pointers, $env_pointers);
    execute($executable);
    fail($! == ENOENT ? 127 : 126, "cannot run $argv[0]: $!");
  }
  setpgrp $pid, $pid;
  $job->{pid} = $pid;
  $jobs{ $job->{id} } = $by_pid{$pid} = $job;
}

sub take_env { my ($rest) = @_; return [splice @$rest, 0, shift @$rest] }

sub run {
  my ($id, $pod, $stdin, @rest) = @_;
  my $env = take_env(\@rest);
  my $in = $stdin eq '' ? dev_null() : scratch_file();
  if ($stdin ne '' && $in) {
    write_all($in, $stdin) or undef $in;
    sysseek $in, 0, 0 if $in;
  }
  start({ id => $id, pod => $pod, in => $in, out => scratch_file(), err => scratch_file(), env => $env, argv => \@rest });
}

sub tap {
  my ($id, $name, $pod, @rest) = @_;
  my $env = take_env(\@rest);
  my $out;
  sysopen $out, "$lab/$name", O_WRONLY | O_CREAT | O_EXCL, 0644 or undef $out;
  pipe my $said, my $err;
  my $job = { id => $id, pod => $pod, in => dev_null(), out => $out, err => $err, env => $env, argv => \@rest, tap => 1 };
  start($job);
  close $err;
  my $text = '';
  $job->{said} = $said;
  on_readable($said, sub {
    my $more = read_some($said, \$text);
    send_message('line', $id, $1) while $text =~ s/^([^\n]*)\n//;
    return if $more;
    send_message('line', $id, $text) if $text ne '';
    forget($said);
    delete $job->{said};
    finish($job);
  });
}

# A process has ended; a tap has ended when its standard error has, too.
sub finish {
  my ($job) = @_;
  return if !defined $job->{status} || $job->{said};
  delete $jobs{ $job->{id} };
  my @output = $job->{tap} ? ('', '') : (slurp($job->{out}), slurp($job->{err}));
  send_message('end', @$job{qw(id status started ended)}, @output);
}

sub reap {
  while ((my $pid = waitpid -1, WNOHANG) > 0) {
    my $job = delete $by_pid{$pid} or next;
    $job->{ended} = now();
    $job->{status} = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    finish($job);
  }
}

sub kill_job {
  my ($id, $signal) = @_;
  kill $signal, -$jobs{$id}{pid} if $jobs{$id} && !defined $jobs{$id}{status};
}

sub kill_processes {
  my ($id, @pids) = @_;
  my $started = now();
  kill 'KILL', map { 0 + $_ } @pids;
  send_message('end', $id, 0, $started, now(), '', '');
}

# Starts a process for each name that outlives the agent. `make` runs in it before it executes its arguments; it says
# "name PID" or "name: what is wrong" on a pipe that closes with the exec. The end of the pipe is the end of the job.
sub start_lasting {
  my ($id, $names, $argvs, $make) = @_;
  my $started = now();
  my $null = dev_null();
  pipe my $said, my $report;
  for my $i (0 .. $#$names) {
    my ($name, $argv) = ($names->[$i], $argvs->[$i]);
    my $executable = executable($argv, \@environment);
    my $pid = fork;
    if (!defined $pid) { syswrite $report, "$name: $!\n" }
    elsif ($pid == 0) {
      syscall($number{setsid});
      become($null, $null, $null);
      if (!eval { $make->($i); 1 }) { syswrite $report, "$name: $@"; exit 1 }
      syswrite $report, "$name $$\n";
      execute($executable);
      my $why = $! == ENOENT ? "there is no command \"$argv->[0]\" on this machine" : "cannot run $argv->[0]: $!";
      syswrite $report, "$name: $why\n";
      exit 1;
    }
  }
  close $report;
  my $text = '';
  on_readable($said, sub {
    return if read_some($said, \$text);
    forget($said);
    send_message('end', $id, 0, $started, now(), $text, '');
  });
}

sub pods {
  my ($id, @names) = @_;
  my $ipv6 = has_ipv6();
  start_lasting($id, \@names, [map { ['/pause'] } @names], sub {
    my $name = $names[shift];
    unshare_all();
    mount_sysfs();
    set_hostname($name);
    configure_ipv6($ipv6);
    set_to("/lab/pod-$name", "$$\n");
  });
}

sub containers {
  my ($id, @rest) = @_;
  my (@names, @argvs, @places);
  while (@rest) {
    my ($pod, $container, $pid, $count) = splice @rest, 0, 4;
    push @names, "$pod/$container";
    push @argvs, [splice @rest, 0, $count];
    push @places, [$pid, "/run/cnilab/$pod.$container.log"];
  }
  start_lasting($id, \@names, \@argvs, sub {
    my ($pid, $log) = @{ $places[shift] };
    enter($pid) or die "cannot enter the namespaces of PID $pid: $!\n";
    sysopen my $out, $log, O_WRONLY | O_CREAT | O_TRUNC, 0644 or die "$log: $!\n";
    syscall($number{dup3}, fileno $out, $_, 0) for 1, 2;
  });
}

sub write_all {
  my ($file, $content) = @_;
  my $at = 0;
  while ($at < length $content) {
    my $written = syswrite $file, $content, length($content) - $at, $at;
    if (defined $written) { $at += $written }
    elsif ($! != EINTR) { return 0 }
  }
  return 1;
}

sub make_directory {
  my ($path) = @_;
  return 1 if -d $path || mkdir $path;
  return 0 if $! != ENOENT || $path !~ m{^(.+)/[^/]+$};
  return make_directory($1) && (mkdir($path) || -d $path);
}

sub write_file {
  my ($path, $mode, $content) = @_;
  my ($directory) = $path =~ m{^(.*)/[^/]+$} or die "$path: not a path from the root\n";
  make_directory($directory) or die "$directory: $!\n";
  my $new = "$directory/.$$-" . ++$scratch;
  sysopen my $file, $new, O_WRONLY | O_CREAT | O_EXCL, 0600 or die "$path: $!\n";
  if (!(write_all($file, $content) && chmod($mode, $file) && close($file) && rename $new, $path)) {
    my $why = $!;
    unlink $new;
    die "$path: $why\n";
  }
}

sub write_files {
  my ($id, @rest) = @_;
  my $started = now();
  eval { write_file(splice @rest, 0, 3) while @rest };
  send_message('end', $id, $@ ? 1 : 0, $started, now(), '', $@);
}

sub read_file {
  my ($id, $path) = @_;
  my $started = now();
  my ($status, $text, $why) = (0, '', '');
  # Opening a pipe could wait for ever.
  if (-e $path && !-f _) { ($status, $why) = (1, "$path: not a regular file\n") }
  elsif (open my $file, '<:raw', $path) { 1 while read_some($file, \$text) }
  else { ($status, $why) = ($! == ENOENT ? 44 : 1, "$path: $!\n") }
  send_message('end', $id, $status, $started, now(), $text, $why);
}

sub take_file {
  my ($id, $name) = @_;
  my $started = now();
  my $text = '';
  if (open my $file, '<:raw', "$lab/$name") { 1 while read_some($file, \$text) }
  unlink "$lab/$name";
  send_message('end', $id, 0, $started, now(), $text, '');
}

# The caller is gone: whatever it has started goes, too, but what lasts.
sub quit {
  kill 'KILL', -$_ for keys %by_pid;
  exit;
}

my %verbs = (
  run => \&run, tap => \&tap, kill => \&kill_job, 'kill-processes' => \&kill_processes, pods => \&pods, containers => \&containers,
  read => \&read_file, write => \&write_files, take => \&take_file,
);

$SIG{PIPE} = \&quit;
mask_children(SIG_BLOCK);
my $fd = syscall($number{signalfd4}, -1, $mask, 8, SFD_CLOEXEC);
open my $signals, '<&=', $fd or die "no signalfd: $!\n";
on_readable($signals, sub { my $seen = ''; read_some($signals, \$seen); reap() });

my $asked = '';
on_readable(\*STDIN, sub {
  read_some(\*STDIN, \$asked) or quit();
  while (length($asked) >= 4) {
    my $size = 4 + unpack 'N', $asked;
    last if length($asked) < $size;
    my ($verb, @fields) = unpack '(N/a*)*', substr $asked, 4, $size - 4;
    substr $asked, 0, $size, '';
    $verbs{$verb}->(@fields);
  }
});

while (1) {
  my $set = '';
  vec($set, $_, 1) = 1 for keys %readers;
  select(my $ready = $set, undef, undef, undef) > 0 or next;
  for my $fd (keys %readers) {
    my $reader = $readers{$fd};
    $reader->[1]->() if $reader && vec $ready, $fd, 1;
  }
}
