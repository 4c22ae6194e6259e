// What every Mermaid drawing of ours needs: ids, texts that do not break it, participants in boxes by host.

/** Mermaid's ids take letters, digits and underscores. */
export const mermaidId = (...words: readonly string[]): string =>
  words.map((word) => word.replaceAll(/[^A-Za-z0-9]/g, '_')).join('__');

/** A semicolon ends a Mermaid statement, a hash begins an entity. */
export const mermaidSafe = (text: string): string =>
  text.replaceAll(/#/g, 'no. ').replaceAll(/;/g, ',').replaceAll(/\n/g, ' ');

/** Lines of a sequence diagram's participants: interfaces, each once, in a box for each host. */
export function mermaidParticipants(
  places: readonly { readonly host: string; readonly dev: string }[],
): string[] {
  return [...Map.groupBy(places, ({ host }) => host)].flatMap(([host, here]) => [
    `  box transparent ${host}`,
    ...[...new Set(here.map(({ dev }) => dev))].map(
      (dev) => `    participant ${mermaidId(host, dev)} as ${dev}`,
    ),
    '  end',
  ]);
}
