// A machine for tests of the k3s backend: a directory that stands for /, stand-ins of systemd, K3s and its installer.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const DIR = path.join(import.meta.dirname, 'stand-in-k3s');
export const STAND_IN_INSTALLER = path.join(import.meta.dirname, 'stand-in-k3s-installer.sh');
export const STAND_IN_BINARY = path.join(DIR, 'k3s');

export interface StandInMachine {
  readonly root: string;
  /** Of processes on it. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes a file of the machine. */
  put(file: string, content?: string): void;
  /** Writes a file of the stand-ins' state: what is to fail, say. */
  tell(name: string, content?: string): void;
  untell(name: string): void;
  /** Every file and link of the machine but those that were there from the start, sorted. */
  files(): readonly string[];
  mode(file: string): number;
  close(): void;
}

export function standInMachine(): StandInMachine {
  const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-test-k3s-'));
  const root = path.join(directory, 'root');
  const state = path.join(directory, 'state');
  const put = (file: string, content = '') => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  };
  for (const made of [
    'etc/systemd/system',
    'run/systemd/system',
    'usr/local/bin',
    'var/lib',
    'proc/net',
    'sys/class/net',
  ])
    mkdirSync(path.join(root, made), { recursive: true });
  mkdirSync(state);
  chmodSync(directory, 0o755);
  put('proc/net/tcp', '  sl  local_address rem_address   st\n');
  return {
    root,
    env: {
      PATH: `${DIR}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      LANG: 'C',
      STAND_IN_STATE: state,
      STAND_IN_ROOT: root,
      STAND_IN_DIR: DIR,
      // Not to get to the installer.
      K3S_URL: 'https://not-ours:6443',
      INSTALL_K3S_EXEC: 'agent',
    },
    put,
    tell: (name, content = '') => writeFileSync(path.join(state, name), content),
    untell: (name) => rmSync(path.join(state, name), { force: true }),
    files: () => listed(root).filter((file) => file !== 'proc/net/tcp'),
    mode: (file) => statSync(path.join(root, file)).mode & 0o777,
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function listed(root: string): readonly string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}
