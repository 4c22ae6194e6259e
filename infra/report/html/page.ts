// A report as one HTML file: nothing is loaded, and nothing runs but the script that the page's policy names by its hash.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ReportModel } from '../model/report-model.ts';
import { clientScript } from './client-script.ts';
import { experimentSections } from './experiment-sections.ts';
import { embeddedFile, embeddedJson, html } from './html.ts';
import { moment } from './moment.ts';
import { topologySection } from './topology-section.ts';
import { verdictBadge } from './verdict-badge.ts';

/** The whole file. */
export function reportPage(model: ReportModel): string {
  const style = ['../topology/topology.css', 'page.css'].map(readText).join('\n');
  const script = clientScript();
  const { lab, title, stack, backend, verdict, writtenAt, experiments } = model;
  const nothingRun = experiments.length === 0 && 'no experiment has been run';
  const checks = experiments.flatMap((experiment) => experiment.checks);
  const passed = checks.filter((check) => check.verdict === 'pass').length;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${lab}: ${nothingRun || verdict} (cnilab report)</title>
<style>${embeddedFile(style)}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<div>
<h1>${lab}</h1>
<p class="title">${title !== lab && title}</p>
<p class="note">Stack ${stack}, backend ${backend}, written ${moment(writtenAt)}</p>
</div>
<div class="outcome">
<p>${nothingRun || [verdictBadge(verdict), html` ${passed} of ${checks.length} checks in ${experiments.length} experiments`]}</p>
<button type="button" id="theme" class="scripted">Dark</button>
</div>
</header>
<nav aria-label="Parts of the report"><ul>
<li><a href="#topology">Topology and journeys</a></li>
<li><a href="#experiments">Experiments</a></li>
${model.live !== undefined && html`<li><a href="#table">The lab as a table</a></li>`}
</ul></nav>
<main id="main" tabindex="-1">
<noscript><p class="note">Without JavaScript this page shows the drawing, the table and the verdicts; facts, journeys and what checks observed need it.</p></noscript>
${topologySection(model)}
<section id="experiments" aria-labelledby="experiments-title">
<h2 id="experiments-title">Experiments</h2>
${experimentSections(experiments)}
${!nothingRun && html`<p class="note">All that was observed is in <code>${model.resultsFile}</code> of the machine that ran it.</p>`}
</section>
<div id="for-print"></div>
</main>
<p id="said" role="status" class="unseen"></p>
<script type="application/json" id="model">${embeddedJson(model)}</script>
<script>${embeddedFile(script)}</script>
</body>
</html>
`;
  return page.toString();
}

/**
 * Nothing but this very style and script; no connection, no frame, no form. Trusted types, where a browser has them,
 * refuse every way to make markup from text (https://www.w3.org/TR/CSP3/, https://w3c.github.io/trusted-types/).
 */
function policy(style: string, script: string): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

const readText = (file: string) => readFileSync(path.join(import.meta.dirname, file), 'utf8');
