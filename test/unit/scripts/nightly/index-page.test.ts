import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexPage } from '../../../../scripts/nightly/index-page.ts';
import { check, failing, night, run } from './nights.ts';

test('a row for each run, with links to what was kept; what is no pass, and what was not run', () => {
  const artifacts = ['small/netns/1/up/results.json', 'small/netns/1/up/captures/a b#1.pcapng'];
  const page = indexPage(
    night(
      [
        run([check('whole', { check: undefined } as never), failing('wrong'), check('fine')], { artifacts }),
        run([], { state: 'failed', reason: 'no engine', repeat: 2 }),
      ],
      {
        leftOut: [{ lab: 'small', backend: 'k3s', reason: 'it has 2 nodes' }],
        unusable: [{ name: 'kind', reason: 'no docker', asked: false }],
      },
    ),
  );
  expect(page).toContain(
    '<tr><td>small</td><td>netns</td><td>1</td><td><span class="fail">FAIL</span></td><td>1 of 2</td><td>5.0 s</td>' +
      '<td><a href="small/netns/1/up/results.json">up/results.json</a> ' +
      '<a href="small/netns/1/up/captures/a%20b%231.pcapng">up/captures/a b#1.pcapng</a></td></tr>',
  );
  expect(page).toContain('<span class="failed">not run</span>');
  expect(page).toContain('small on netns, repeat 1: ping, wrong: <span class="fail">fail</span>');
  expect(page).toContain('small on netns, repeat 2:<pre>no engine</pre>');
  expect(page).toContain('<li>small on k3s: it has 2 nodes</li>\n<li>backend kind: no docker</li>');
  expect(page).toContain('<title>Night of 2026-01-01: 0 of 2 runs pass, 1 FAIL, 1 not run</title>');
});

test('the rich report, where there is one, comes first', () => {
  const page = indexPage(night([run([check('a')], { report: 'small/netns/1/report.html' })]));
  expect(page).toContain('<td><a href="small/netns/1/report.html">report</a></td>');
});

test('no text of a lab or a machine becomes markup', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const hostile = `<img src=x onerror="alert('1')">&${text}`;
      const page = indexPage(
        night([run([{ ...failing(hostile), experiment: hostile }], { lab: hostile, reason: hostile })], {
          machine: hostile,
          commit: hostile,
        }),
      );
      expect(page).not.toContain('<img');
      expect(page).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none';`);
      expect(page.match(/<[a-z]+ [^>]*onerror/)).toBeNull();
    }),
  );
});
