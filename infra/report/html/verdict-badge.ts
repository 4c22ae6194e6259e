// A verdict as a badge: a word and a sign, so that nobody has to see its colour.
import type { Verdict } from '../../experiments/result.ts';
import { type Html, html } from './html.ts';

const SIGNS = { pass: '✓', fail: '✗', inconclusive: '?' } as const;

export const verdictBadge = (verdict: Verdict): Html =>
  html`<span class="verdict ${verdict}">${SIGNS[verdict]} ${verdict}</span>`;
