// Splits what the observe script printed back into its sections, and gives each tool's JSON a shape or a clear error.
import type { z } from 'zod';

/** The output of one tool. */
export interface Section {
  readonly name: string;
  readonly exitCode: number;
  readonly text: string;
  /** What it wrote on standard error. */
  readonly stderr: string;
}

/** What a tool printed is not what is expected of it. */
export class ObserveError extends Error {
  override readonly name = 'ObserveError';
}

/** Every mark starts with this; a random word follows, so that no file's content can be taken for one. */
export const MARK_PREFIX = '@@cnilab-';

/**
 * POSIX sh: `begin <name>`, the tool, `end <name> $?`; `$mark` is the mark. It goes to both streams, so that a tool's own
 * words on stderr can be told apart too.
 */
export const MARKING = `begin() { printf '%s begin %s\\n' "$mark" "$1"; printf '%s begin %s\\n' "$mark" "$1" >&2; }
end() { printf '\\n%s end %s %s\\n' "$mark" "$1" "$2"; }`;

/**
 * @param stdout what the observe script printed
 * @param stderr what it and its tools wrote on standard error
 * @throws ObserveError when it is cut short or is not the script's output at all
 */
export function splitSections(stdout: string, stderr = ''): ReadonlyMap<string, Section> {
  const mark = stdout.slice(0, stdout.indexOf(' '));
  if (!mark.startsWith(MARK_PREFIX)) {
    const said = stderr.trim() || stdout.trim().slice(0, 200) || 'nothing';
    throw new ObserveError(`the observe script did not run: it printed ${said}`);
  }
  const complaints = splitStderr(stderr, mark);
  const sections = new Map<string, Section>();
  let name: string | undefined;
  let lines: string[] = [];
  for (const line of stdout.split('\n')) {
    const [word, verb, what, code] = line.startsWith(`${mark} `) ? line.split(' ') : [];
    if (word === undefined || (verb !== 'begin' && verb !== 'end')) {
      if (name !== undefined) lines.push(line);
    } else if (verb === 'begin') {
      name = what;
      lines = [];
    } else if (name !== undefined && name === what) {
      // The mark is printed on a line of its own, which costs one newline that the tool did not print.
      const text = lines.join('\n').replace(/\n$/, '');
      sections.set(name, { name, exitCode: Number(code), text, stderr: complaints.get(name) ?? '' });
      name = undefined;
    }
  }
  if (name !== undefined) {
    throw new ObserveError(
      `the output ends in the middle of section "${name}": the script was killed or cut off`,
    );
  }
  return sections;
}

/** The mark that a section's own sub-headings (files) begin with. */
export function markOf(stdout: string): string {
  return stdout.slice(0, stdout.indexOf(' '));
}

function splitStderr(stderr: string, mark: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let name = '';
  for (const line of stderr.split('\n')) {
    if (line.startsWith(`${mark} begin `)) name = line.slice(mark.length + 7);
    else if (line.trim())
      texts.set(name, `${texts.get(name) ?? ''}${texts.has(name) ? '\n' : ''}${line.trim()}`);
  }
  return texts;
}

/** A section whose tool must have succeeded. @throws ObserveError naming the tool, its exit code and its words. */
export function requireSection(
  sections: ReadonlyMap<string, Section>,
  name: string,
  tool: string,
  needs: string,
): Section {
  const section = sections.get(name);
  if (section === undefined) throw new ObserveError(`section "${name}" (${tool}) is missing from the output`);
  if (section.exitCode !== 0) {
    const said = section.stderr || section.text.trim().slice(0, 200) || 'it said nothing';
    throw new ObserveError(`${tool} ended with ${section.exitCode}: ${said}; ${needs}`);
  }
  return section;
}

/** One JSON document of the given shape. @throws ObserveError naming the tool and the first place that differs. */
export function readJson<T>(text: string, tool: string, shape: z.ZodType<T>): T {
  let value: unknown;
  try {
    // bridge, tc and ip of some versions print nothing at all instead of an empty list.
    value = text.trim() === '' ? [] : JSON.parse(text);
  } catch (cause) {
    const start = text.trim().slice(0, 80);
    throw new ObserveError(`${tool} did not print JSON but: ${start}`, { cause });
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.map(String).join('.') || 'the document';
    throw new ObserveError(`${tool} printed JSON of another shape: at ${where}: ${issue?.message}`);
  }
  return parsed.data;
}
