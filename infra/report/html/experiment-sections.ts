// Experiments: verdict, faults that were in the lab, checks with their differences, and what a kind has to show.
import type { NodePair } from '../../experiments/mesh/observation.ts';
import { isHole, meshSquare } from '../mesh-square.ts';
import type { ChangeReport, CheckReport, ExperimentReport, MeshReport } from '../model/report-model.ts';
import { count } from '../words.ts';
import { type Html, html } from './html.ts';
import { moment } from './moment.ts';
import { verdictBadge } from './verdict-badge.ts';

/** Of more nodes than these no square is drawn: the holes are what matters. */
const SQUARE = 24;

export function experimentSections(experiments: readonly ExperimentReport[]): Html {
  if (experiments.length === 0) return html`<p>No experiment has been run.</p>`;
  return html`${experiments.map(experimentSection)}`;
}

function experimentSection(experiment: ExperimentReport, index: number): Html {
  const { name, kind, title, verdict, reason, faults, startedAt, durationMs, checks } = experiment;
  const passed = checks.filter((check) => check.verdict === 'pass').length;
  return html`<details class="experiment" ${verdict !== 'pass' && 'open'}>
<summary>${verdictBadge(verdict)} <h3>${name}</h3> <span class="title">${title ?? ''}</span> <span class="note">${kind}, ${passed}/${checks.length} checks, ${(durationMs / 1000).toFixed(2)} s${faults.map((fault) => `, with ${fault.name}`)}</span></summary>
<div class="body">
<p class="note">Begun ${moment(startedAt)}</p>
${reason !== undefined && html`<p class="reason">${reason}</p>`}
${faults.length > 0 && html`<h4>Broken on purpose meanwhile</h4><ul class="facts">${faults.map(({ name: fault, host, row }) => html`<li><strong>${fault}</strong> on ${host}: <code>${row}</code></li>`)}</ul>`}
${experiment.journey && journeyPart(experiment)}
${experiment.mesh && meshPart(experiment.mesh)}
${experiment.changes && changesPart(experiment.changes)}
${checks.length > 0 && html`<h4>Checks</h4><ul class="checks">${checks.map((check, at) => checkItem(check, `${index}.${at}`))}</ul>`}
${experiment.notes.map((note) => html`<p class="note">Here are ${note}.</p>`)}
${experiment.artifacts.length > 0 && html`<p class="note">Kept beside the results: ${experiment.artifacts.join(', ')}</p>`}
</div>
</details>
`;
}

function checkItem({ name, claim, verdict, differences }: CheckReport, place: string): Html {
  return html`<li><details data-check="${place}" ${verdict !== 'pass' && 'open'}><summary>${verdictBadge(verdict)} ${name}${claim !== undefined && html` <span class="claim">${claim}</span>`}</summary>
${differences.length > 0 && html`<ul class="differences">${differences.map((line) => html`<li>${line}</li>`)}</ul>`}</details></li>
`;
}

function journeyPart({ name, journey }: ExperimentReport): Html | undefined {
  if (journey === undefined) return undefined;
  const { from, to, transmitted, received, journeys, evidence, noise } = journey;
  const { cni, kernel, packets, conclusion } = evidence;
  const rule = kernel.rule && ` (${kernel.rule.host}, ${kernel.rule.table}: ${kernel.rule.line})`;
  return html`<p>${from} → ${to}: ${received} of ${transmitted} answered, ${count(journeys.length, 'way')}. <button type="button" class="link scripted" data-play="${name}">Play it over the drawing</button></p>
<h4>Three witnesses</h4>
<dl><dt>CNI</dt><dd>${cni.words}</dd><dt>kernel</dt><dd>${kernel.words}${rule}</dd><dt>packets</dt><dd>${packets.words}</dd><dt>together</dt><dd><strong>${conclusion}</strong></dd></dl>
${noise.length > 0 && html`<h4>Beside them</h4><ul class="facts">${noise.map(({ packet, packets: seen, why, at }) => html`<li>${count(seen, packet)} at ${at.join(', ')}: ${why ?? 'other traffic'}</li>`)}</ul>`}`;
}

function meshPart({ asked, answered, byNode, rtt, unanswered }: MeshReport): Html {
  const { targets, rows, size } = meshSquare(byNode);
  const cell = (pair: NodePair | undefined) => {
    if (!pair) return html`<td>–</td>`;
    return html`<td class="${isHole(pair) ? 'hole' : 'whole'}">${pair.answered}/${pair.asked}</td>`;
  };
  const times =
    rtt && `; shortest round trips ${rtt.minMs} to ${rtt.maxMs} ms, half of them within ${rtt.medianMs} ms`;
  const square =
    size <= SQUARE &&
    html`<div class="scroll" tabindex="0" role="region" aria-label="Square of nodes"><table class="mesh"><caption>Answered of asked pairs, from the row’s node to the column’s</caption>
<thead><tr><td></td>${targets.map((to) => html`<th scope="col">${to}</th>`)}</tr></thead>
<tbody>${rows.map(({ from, cells }) => html`<tr><th scope="row">${from}</th>${cells.map(cell)}</tr>`)}</tbody></table></div>`;
  return html`<p>${answered} of ${asked} pairs answered${times}.</p>
${square}
${unanswered.length > 0 && html`<h4>Not answered</h4><p>${unanswered.join(', ')}</p>`}`;
}

const SIGNS: Readonly<Record<string, string>> = { added: '+', removed: '−', changed: '~' };

function changesPart(changes: readonly ChangeReport[]): Html {
  const row = ({ host, change, text, cause }: ChangeReport) =>
    html`<tr class="${change}"><td><span aria-hidden="true">${SIGNS[change] ?? ''}</span> ${change}</td><td>${host}</td><td><code>${text}</code></td><td>${cause ?? '–'}</td></tr>
`;
  if (changes.length === 0) return html`<h4>What changed in the kernels</h4><p>Nothing.</p>`;
  return html`<h4>What changed in the kernels</h4>
<div class="scroll" tabindex="0" role="region" aria-label="What changed in the kernels"><table class="changes"><thead><tr><th scope="col">Change</th><th scope="col">Host</th><th scope="col">Row</th><th scope="col">Cause</th></tr></thead>
<tbody>${changes.map(row)}</tbody></table></div>`;
}
