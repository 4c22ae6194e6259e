// A diagnosis as text: each cause with what is wrong, and who suffers from it.
import type { Diagnosis } from '../diagnose/diagnose.ts';
import { count, indent } from './words.ts';

/** Flows that are named; of the others there is the number. */
const NAMED = 3;

/** Lines without a newline at the end. */
export function diagnosisText(lab: string, { findings, flows, undecided }: Diagnosis): string {
  const causes = findings.map(({ host, subject, words, flows: suffering }) =>
    [`${host}: ${subject}`, indent([words, ...some(suffering)].join('\n'), 2)].join('\n'),
  );
  const open = undecided.map(({ flow, words }) => `${flow}: ${words}`);
  const head =
    findings.length > 0
      ? `Lab ${lab}: ${count(findings.length, 'cause')} found.`
      : `Lab ${lab}: nothing wrong was found in ${count(flows, 'flow')} between its pods.`;
  return [
    head,
    ...causes.map((text) => indent(text, 2)),
    ...(open.length > 0 ? ['What cannot be told:', ...open.map((text) => indent(text, 2))] : []),
  ].join('\n');
}

function some(flows: readonly string[]): readonly string[] {
  if (flows.length === 0) return [];
  const rest = flows.length - NAMED;
  return [`suffering: ${flows.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}
