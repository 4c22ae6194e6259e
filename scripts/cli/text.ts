// Paths and times as a person would write them.
import { homedir } from 'node:os';
import path from 'node:path';

/** A path as a person would write it here: relative to where they are, else to their home, else as is shorter. */
export function shortPath(file: string, from?: string, home: string = homedir()): string {
  const short = readablePath(file, from, home);
  return isIn(short, home) ? `~/${path.relative(home, short)}` : short;
}

/** The same for a program to open: `~` is for shells. `explainError` writes it into messages. */
export function readablePath(file: string, from: string = process.cwd(), home: string = homedir()): string {
  const relative = path.relative(from, file);
  if (relative === '' || (relative.startsWith('..') && isIn(file, home))) return file;
  return relative.length < file.length ? relative : file;
}

const isIn = (file: string, directory: string) => directory.length > 1 && file.startsWith(`${directory}/`);

/** How long ago, in one unit: 40 s, 5 min, 3 h, 2 d. */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
