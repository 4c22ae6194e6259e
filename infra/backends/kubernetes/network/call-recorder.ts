// The call recorder: a script in the place of each CNI plugin that the runtime calls, so that a cluster of ours has records of
// plugin calls as the netns backend has. The plugins themselves move beside it. See scripts/record-call.pl.
import { readFileSync } from 'node:fs';
import type { Operation } from '../../backend.ts';
import type { Host } from '../../host.ts';
import { NODE_PATHS, type NodePaths } from './node-paths.ts';
import { runOrThrow } from './run-or-throw.ts';

/** Second line of the script, by which it is known. */
const MARK = '# cnilab call recorder';

/** By `uname -m`; kernel: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h. */
const CLOCK_GETTIME: Readonly<Record<string, number>> = { x86_64: 228, aarch64: 113 };

/** $1: plugins, $2: own directory, $3: what to do, then plugin types. A plugin is there at every moment of it. */
const SCRIPT = `set -e
plugins=$1 own=$2 verb=$3
shift 3
recorder=$own/record-call
mark() { [ ! -L "$1" ] && [ "$(head -c 200 "$1" | tr -d '\\0' | sed -n 2p)" = '${MARK}' ]; }
install_one() {
  at=$plugins/$1
  [ -e "$at" ] || return 0
  mark "$at" && cmp -s "$recorder" "$at" && [ -e "$own/cni-bin/$1" ] && return 0
  if ! mark "$at"; then
    from=$(readlink -f "$at")
    ! mark "$from" || from=$own/cni-bin/\${from##*/}
    cp -p "$from" "$own/cni-bin/.$1"
    mv -f "$own/cni-bin/.$1" "$own/cni-bin/$1"
    rm -f "$own/cni-links/$1"
    [ ! -L "$at" ] || cp -P "$at" "$own/cni-links/$1"
  fi
  cp "$recorder" "$plugins/.$1"
  chmod 755 "$plugins/.$1"
  mv -f "$plugins/.$1" "$at"
}
remove_one() {
  at=$plugins/$1
  if mark "$at"; then
    if [ -L "$own/cni-links/$1" ]; then cp -P "$own/cni-links/$1" "$plugins/.$1"
    else cp -p "$own/cni-bin/$1" "$plugins/.$1"; fi
    mv -f "$plugins/.$1" "$at"
  fi
  rm -f "$own/cni-bin/$1"
}
case $verb in
  install)
    mkdir -p -m 755 "$own/cni-bin" "$own/cni-links"
    mkdir -p -m 700 "$own/cni-calls"
    rm -f "$own"/cni-bin/.[!.]*
    for type; do install_one "$type"; done ;;
  remove)
    for file in "$own"/cni-bin/*; do [ ! -e "$file" ] || remove_one "\${file##*/}"; done
    rm -rf "$own/cni-bin" "$own/cni-links" "$own/cni-calls" "$recorder" ;;
  bare)
    for type; do [ ! -e "$plugins/$type" ] || mark "$plugins/$type" || echo "$type"; done ;;
esac
`;

export interface RecorderSite {
  readonly host: Host;
  readonly paths?: NodePaths;
}

/** Whether calls can be recorded on a node. @param perl its path there; @param machine as `uname -m` says */
export function canRecord({ perl, machine }: { readonly perl: string; readonly machine: string }): boolean {
  return perl !== '' && CLOCK_GETTIME[machine] !== undefined;
}

/**
 * Puts the recorder before those of the plugins that are there; one that somebody has put back since, too. Idempotent.
 * @throws HostError
 */
export async function installRecorder(
  { host, paths = NODE_PATHS }: RecorderSite,
  types: readonly string[],
  { perl, machine }: { readonly perl: string; readonly machine: string },
  op: Pick<Operation, 'signal'>,
): Promise<void> {
  const content = readFileSync(new URL('./scripts/record-call.pl', import.meta.url), 'utf8')
    .replace('@PERL@', perl)
    .replace('@DIRECTORY@', paths.own)
    .replace('@CLOCK_GETTIME@', String(CLOCK_GETTIME[machine]));
  await host.write([{ path: `${paths.own}/record-call`, content, mode: 0o755 }]);
  await run(host, paths, 'install', types, 'cannot set up the recording of plugin calls', op);
}

/** Puts every plugin back and removes the records. Idempotent. @throws HostError */
export async function removeRecorder(
  { host, paths = NODE_PATHS }: RecorderSite,
  op: Pick<Operation, 'signal'>,
): Promise<void> {
  await run(host, paths, 'remove', [], 'cannot end the recording of plugin calls', op);
}

/** Of `types`, the plugins that are there and whose calls are not recorded. @throws HostError */
export async function unrecorded(
  { host, paths = NODE_PATHS }: RecorderSite,
  types: readonly string[],
  op: Pick<Operation, 'signal'>,
): Promise<readonly string[]> {
  const { stdout } = await run(host, paths, 'bare', types, 'cannot look at the CNI plugins', op);
  return stdout.split('\n').filter((line) => line !== '');
}

function run(
  host: Host,
  { plugins, own }: NodePaths,
  verb: 'install' | 'remove' | 'bare',
  types: readonly string[],
  what: string,
  { signal }: Pick<Operation, 'signal'>,
) {
  return runOrThrow(host, ['sh', '-c', SCRIPT, 'recorder', plugins, own, verb, ...types], what, { signal });
}
