// Words to put in front of a command so that it runs where something of the machine is taken away. Nothing outside changes.

const isRoot = process.getuid?.() === 0;

/**
 * A mount namespace of its own in which `script` has run; an ordinary user gets the right to mount in a user namespace
 * in which the user stays who they are.
 */
function mounts(script: string): readonly string[] {
  const user = isRoot ? [] : ['-U', '--map-current-user', '--keep-caps'];
  return [
    'unshare',
    ...user,
    '-m',
    '--propagation',
    'private',
    '--',
    'sh',
    '-e',
    '-c',
    `${script}; exec "$@"`,
    'sh',
  ];
}

/** A tool that is not there: in its place is something that cannot be executed. @param file absolute path */
export function withoutTool(file: string): readonly string[] {
  return mounts(`mount --bind /dev/null ${file}`);
}

/**
 * A directory (which is there) on a disk of one page, the smallest a tmpfs can have.
 * @param listing file that gets the paths of the files that are in it when the command has ended, a line each
 */
export function withFullDisk(directory: string, listing: string): readonly string[] {
  const then = `"$@"; code=$?; find ${directory} -type f > ${listing}; exit $code`;
  return [...mounts(`mount -t tmpfs -o size=4k,mode=700 tmpfs ${directory}`), 'sh', '-c', then, 'sh'];
}

/** A chroot, in which the kernel makes no user namespaces (unshare(2), EPERM), though no sysctl says so. */
export function inChroot(root: string): readonly string[] {
  // The working directory would be outside of it.
  return mounts(
    `here=$PWD; mount --rbind / ${root}; set -- chroot ${root} sh -c 'cd "$0" && exec "$@"' "$here" "$@"`,
  );
}

/** A user namespace that may have none inside (user_namespaces(7), max_user_namespaces). */
export function withoutUserNamespaces(): readonly string[] {
  const user = isRoot ? ['--map-root-user'] : ['--map-current-user', '--keep-caps'];
  const script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
  return ['unshare', '-U', ...user, '--', 'sh', '-c', script, 'sh'];
}

/** As `withoutUserNamespaces`, but the limit is that of a namespace above: what can be read here says nothing of it. */
export function belowUserNamespaceLimit(): readonly string[] {
  const user = isRoot ? '--map-root-user' : '--map-current-user --keep-caps';
  const script = `echo 1 > /proc/sys/user/max_user_namespaces && exec unshare -U ${user} -- "$@"`;
  return ['unshare', '-U', ...user.split(' '), '--', 'sh', '-c', script, 'sh'];
}
