// The forms that a topology is drawn in.

export const GRAPH_FORMATS = ['mermaid', 'svg', 'dot', 'json'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];
