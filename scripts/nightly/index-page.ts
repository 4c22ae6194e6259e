// The night as a plain page: a table of its runs, what failed, and links to everything that was kept. Pure.
import { embeddedFile, type Html, html } from '../../infra/report/html/html.ts';
import { count } from '../../infra/report/words.ts';
import { checkCounts, type Night, type NightRun, runVerdict } from './night.ts';
import { nightWords, runWord } from './night-words.ts';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8886; }
.fail, .failed { color: light-dark(#b00020, #ff8a80); font-weight: 600; }
.inconclusive, .stopped { color: light-dark(#7a5200, #ffca5f); font-weight: 600; }
.pass { color: light-dark(#1b6e2c, #7fd48f); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0; }
`;

const HEADS = ['Lab', 'Backend', 'Repeat', 'Verdict', 'Checks', 'Time', 'Kept'];

/** One self-contained file; links are relative to the night's directory. */
export function indexPage(night: Night): string {
  const { night: began, commit, dirty, machine, runs, leftOut, unusable } = night;
  const facts = `${began} · ${machine} · commit ${commit}${dirty ? ', with changes' : ''}`;
  const notRun = [
    ...leftOut.map(({ lab, backend, reason }) => `${lab} on ${backend}: ${reason}`),
    ...unusable.map(({ name, reason }) => `backend ${name}: ${reason}`),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
<title>Night of ${began.slice(0, 10)}: ${nightWords(night)}</title>
<style>${embeddedFile(STYLE)}</style>
</head>
<body>
<h1>${nightWords(night)}</h1>
<p>${facts}</p>
<p><a href="summary.json">summary.json</a> · <a href="junit.xml">junit.xml</a></p>
<table>
<thead><tr>${HEADS.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>
${runs.map(rowOf)}</tbody>
</table>
${list('What is no pass', runs.flatMap(problemsOf))}${list('Not run', notRun)}</body>
</html>
`;
  return page.toString();
}

function rowOf(run: NightRun): Html {
  const { lab, backend, repeat, durationMs, artifacts, report } = run;
  const { passed, made } = checkCounts(run);
  const kept = artifacts.filter((file) => file !== report);
  const links = [
    ...(report === undefined ? [] : [link(report, 'report')]),
    ...kept.map((file) => link(file, file.split('/').slice(3).join('/'))),
  ];
  const cells = [
    lab,
    backend,
    repeat,
    html`<span class="${runVerdict(run) ?? run.state}">${runWord(run)}</span>`,
    `${passed} of ${made}`,
    `${(durationMs / 1000).toFixed(1)} s`,
    links.length <= 4
      ? links.flatMap((one, i) => (i === 0 ? [one] : [' ', one]))
      : html`<details><summary>${count(links.length, 'file')}</summary>${links.map((one) => html`${one}<br>`)}</details>`,
  ];
  return html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}

function problemsOf(run: NightRun): readonly Html[] {
  const where = `${run.lab} on ${run.backend}, repeat ${run.repeat}`;
  const own = [run.reason, run.left].flatMap((text) =>
    text === undefined ? [] : [html`${where}:<pre>${text}</pre>`],
  );
  const checks = run.checks.flatMap(({ experiment, check, verdict, rounds }) => {
    if (verdict === 'pass') return [];
    const lines = Object.entries(rounds).flatMap(([round, of]) =>
      of.verdict === 'pass' ? [] : of.details.map((line) => `in ${round}: ${line}`),
    );
    const what = `${where}: ${experiment}${check === undefined ? '' : `, ${check}`}: `;
    return [html`${what}<span class="${verdict}">${verdict}</span><pre>${lines.join('\n')}</pre>`];
  });
  return [...own, ...checks];
}

function list(title: string, items: readonly (Html | string)[]): Html | undefined {
  if (items.length === 0) return undefined;
  return html`<h2>${title}</h2>
<ul>
${items.map(
  (item) => html`<li>${item}</li>
`,
)}</ul>
`;
}

function link(file: string, text: string): Html {
  return html`<a href="${file.split('/').map(encodeURIComponent).join('/')}">${text}</a>`;
}
