// The night as a plain page: a table of its runs, what failed, and links to everything that was kept. Pure.
import { count } from '../../infra/report/words.ts';
import { type Night, type NightRun, runVerdict } from './night.ts';
import { nightWords, runWord } from './night-words.ts';

/** One self-contained file; links are relative to the night's directory. */
export function indexPage(night: Night): string {
  const { night: began, commit, dirty, machine, runs, leftOut, unusable } = night;
  const facts = `${began} · ${machine} · commit ${commit}${dirty ? ', with changes' : ''}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${html(`Night of ${began.slice(0, 10)}: ${nightWords(night)}`)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8886; }
.fail, .failed { color: light-dark(#b00020, #ff8a80); font-weight: 600; }
.inconclusive, .stopped { color: light-dark(#7a5200, #ffca5f); font-weight: 600; }
.pass { color: light-dark(#1b6e2c, #7fd48f); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0; }
</style>
</head>
<body>
<h1>${html(nightWords(night))}</h1>
<p>${html(facts)}</p>
<p><a href="summary.json">summary.json</a> · <a href="junit.xml">junit.xml</a></p>
<table>
<thead><tr><th scope="col">Lab</th><th scope="col">Backend</th><th scope="col">Repeat</th><th scope="col">Verdict</th><th scope="col">Checks</th><th scope="col">Time</th><th scope="col">Kept</th></tr></thead>
<tbody>
${runs.map(rowOf).join('\n')}
</tbody>
</table>
${list(
  'What is no pass',
  runs.flatMap((run) => problemsOf(run)),
)}
${list('Not run', [
  ...leftOut.map(({ lab, backend, reason }) => html(`${lab} on ${backend}: ${reason}`)),
  ...unusable.map(({ name, reason }) => html(`backend ${name}: ${reason}`)),
])}
</body>
</html>
`;
}

function rowOf(run: NightRun): string {
  const { lab, backend, repeat, durationMs, checks, artifacts, report } = run;
  const word = runWord(run);
  const made = checks.filter(({ check }) => check !== undefined);
  const passed = made.filter(({ verdict }) => verdict === 'pass').length;
  const links = [
    ...(report === undefined ? [] : [link(report, 'report')]),
    ...artifacts.map((file) => link(file, file.split('/').slice(3).join('/'))),
  ];
  const cells = [
    html(lab),
    html(backend),
    String(repeat),
    `<span class="${runVerdict(run) ?? run.state}">${html(word)}</span>`,
    `${passed} of ${made.length}`,
    `${(durationMs / 1000).toFixed(1)} s`,
    links.length <= 4
      ? links.join(' ')
      : `<details><summary>${count(links.length, 'file')}</summary>${links.join('<br>')}</details>`,
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function problemsOf(run: NightRun): readonly string[] {
  const where = `${run.lab} on ${run.backend}, repeat ${run.repeat}`;
  const own = [run.reason, run.left].flatMap((text) =>
    text === undefined ? [] : [`${html(where)}:<pre>${html(text)}</pre>`],
  );
  const checks = run.checks.flatMap(({ experiment, check, verdict, rounds }) => {
    if (verdict === 'pass') return [];
    const lines = Object.entries(rounds).flatMap(([round, of]) =>
      of.verdict === 'pass' ? [] : of.details.map((line) => `in ${round}: ${line}`),
    );
    const what = `${where}: ${experiment}${check === undefined ? '' : `, ${check}`}: `;
    return [`${html(what)}<span class="${verdict}">${verdict}</span><pre>${html(lines.join('\n'))}</pre>`];
  });
  return [...own, ...checks];
}

/** @param items HTML */
function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<h2>${html(title)}</h2>\n<ul>\n${items.map((item) => `<li>${item}</li>`).join('\n')}\n</ul>`;
}

function link(file: string, text: string): string {
  return `<a href="${html(file.split('/').map(encodeURIComponent).join('/'))}">${html(text)}</a>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
