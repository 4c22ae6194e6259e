// Paths and times as a person would write them.
import path from 'node:path';

/** A path as a person would write it here: relative when that is shorter. */
export function shortPath(file: string, from: string = process.cwd()): string {
  const relative = path.relative(from, file);
  return relative !== '' && relative.length < file.length ? relative : file;
}

/** How long ago, in one unit: 40 s, 5 min, 3 h, 2 d. */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
