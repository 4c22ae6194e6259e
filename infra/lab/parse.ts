// YAML text → RawLab.
import { parseYaml } from './parse-yaml.ts';
import { labFile, type RawLab } from './schema.ts';
import type { LabSource } from './source.ts';

export interface ParsedLab {
  readonly raw: RawLab;
  /** Where everything in `raw` is written: hand it to `resolveLab`. */
  readonly source: LabSource;
}

/**
 * Reads a lab file's text. `file` is only its name in messages.
 * @throws LabError naming every problem of the first kind met: syntax, then shape
 */
export function parseLab(text: string, file: string): RawLab {
  return parseLabSource(text, file).raw;
}

/** As {@link parseLab}, with the places of everything. */
export function parseLabSource(text: string, file: string): ParsedLab {
  const kind = { noun: 'a lab file', least: 'a lab has at least name, cluster.nodes and network' };
  const { data, source } = parseYaml(text, file, labFile, kind);
  return { raw: data, source };
}
