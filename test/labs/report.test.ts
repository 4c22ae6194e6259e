// The report of a real lab, opened in a real Chromium.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reportPage } from '../../infra/report/html/page.ts';
import { reportOf } from '../../infra/report/model/report-of.ts';
import {
  accessibilityProblems,
  launchChromium,
  NO_CHROMIUM,
  type Watched,
  watch,
} from '../support/chromium.ts';
import { type CliResult, LabSession, type LabStack } from '../support/lab-session.ts';
import { madeLab, madeSources } from '../support/report-fixture.ts';

const WIDE = { width: 1440, height: 900 };

/** As it is seen: of what is not shown there is nothing. */
const textOf = async (place: Locator) => (await place.allInnerTexts()).join('\n');

describe('the report of a lab', () => {
  let session: LabSession;
  let stack: LabStack;
  let file: string;
  let browser: Browser;
  let written: CliResult;

  beforeAll(async () => {
    session = await LabSession.open();
    stack = await session.stack('flannel');
    await stack.up();
    file = path.join(session.directory, 'report.html');
    written = await report();
    if (NO_CHROMIUM === undefined) browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await session?.close();
  });

  const report = (...args: string[]) => session.cli(['report', '--stack', stack.name, '-o', file, ...args]);

  it('is written where it was asked for, and its path is all that goes to standard output', async () => {
    const { exitCode, stdout, stderr } = written;
    expect({ exitCode, file: path.resolve(stdout.trimEnd()) }, stderr).toEqual({ exitCode: 0, file });
    expect(await readFile(file, 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('cannot be written: says so, and leaves nothing', async () => {
    const { exitCode, stderr } = await report('-o', '/dev/null/report.html');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 3,
      stderr: expect.stringMatching(/cannot write .*report -o/s),
    });
  });

  it('the same lab drawn as svg, dot and json', async () => {
    const graph = async (format: string) =>
      (await session.cli(['graph', '--stack', stack.name, '--format', format])).stdout;
    const { machines } = JSON.parse(await graph('json'));
    const pods = machines.flatMap(({ pods: here }: { pods: { name: string }[] }) =>
      here.map(({ name }) => name),
    );
    expect(pods.toSorted()).toEqual(['pod1', 'pod2', 'pod3', 'pod4', 'slow', 'twins']);
    const [svg, dot] = [await graph('svg'), await graph('dot')];
    for (const pod of pods) {
      expect(svg).toContain(`data-key="${pod}"`);
      expect(dot).toContain(`-- "${pod}" [penwidth=3];`);
    }
    expect(await graph('mermaid')).toMatch(/^graph TB\n/);
  });

  describe.skipIf(NO_CHROMIUM !== undefined)(`in Chromium${NO_CHROMIUM ? ` (${NO_CHROMIUM})` : ''}`, () => {
    let page: Page;
    let watched: Watched;

    afterEach(async () => {
      await page.context().close();
    });
    const open = async (options: Parameters<Browser['newContext']>[0] = {}, opened = file) => {
      page = await (
        await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ...options })
      ).newPage();
      watched = watch(page);
      await page.goto(`file://${opened}`);
    };
    const box = (key: string) => page.locator(`svg.topology:visible g.box[data-key="${key}"]`);
    const facts = () => textOf(page.locator('#facts'));

    it('opens without an error and without asking the network for anything', async () => {
      await open();
      expect(await textOf(page.locator('h1'))).toBe('flannel');
      expect(watched).toEqual({ errors: [], requests: [] });
    });

    it('draws every pod, veth and bridge; choosing one shows what the kernel has and what made it', async () => {
      await open();
      for (const pod of ['pod1', 'pod2', 'pod3', 'pod4', 'slow', 'twins'])
        expect(await box(pod).count()).toBe(1);
      await box('pod1').click();
      const shown = await facts();
      expect(shown).toContain('Pod pod1');
      expect(shown).toContain('inet 10.42.0.2/24 scope global dev eth0');
      expect(shown).toContain('default via 10.42.0.1 dev eth0');
      expect(shown).toContain('host-local has its lease');
      await page.getByText(/^ADD flannel · exit 0/).click();
      // What is in it is made when it opens.
      await page
        .getByText(/CNI_COMMAND=ADD/)
        .first()
        .waitFor();
      expect(await facts()).toMatch(
        /CNI_COMMAND=ADD[\s\S]*standard input[\s\S]*"type": "flannel"[\s\S]*standard output[\s\S]*10\.42\.0\.2\/24/,
      );
      await box('k3s-server/cni0').click();
      expect(await facts()).toMatch(
        /bridge cni0 of k3s-server[\s\S]*Made by the CNI plugin bridge[\s\S]*Forwarding database/,
      );
      await box('k3s-server#routing').click();
      expect(await facts()).toContain('10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink');
      expect(await box('k3s-server#routing').getAttribute('aria-pressed')).toBe('true');
    });

    it('plays a journey: each step is marked in the drawing, told to who listens, with headers, bytes and the rule', async () => {
      await open();
      const choice = page.locator('#journey-choice');
      const value = await choice
        .locator('optgroup[label="vxlan-journey"] option', { hasText: 'echo-request' })
        .first()
        .getAttribute('value');
      await choice.selectOption(value);
      const next = page.getByRole('button', { name: 'Next' });
      for (let step = 0; step < 5; step++) await next.click();
      expect(await textOf(page.getByRole('status'))).toMatch(
        /^Hop 5 of 12: k3s-server eth0 out, seen as foretold, /,
      );
      expect(await box('k3s-server/eth0').getAttribute('class')).toMatch(/\bcurrent\b/);
      expect(await box('k3s-server/flannel.1').getAttribute('class')).toMatch(/\bpassed\b/);
      expect(await box('pod4').getAttribute('class')).not.toMatch(/passed/);
      const hop = await textOf(page.locator('#hop'));
      expect(hop).toMatch(/FDB [0-9a-f:]{17} dev flannel\.1 dst 192\.168\.56\.3/);
      expect(hop).toMatch(/UDP port, VNI\s+8472, VNI 1\s+8472, VNI 1/);
      expect(hop).toMatch(
        /Captured here[\s\S]*Ethernet[\s\S]*IPv4[\s\S]*UDP[\s\S]*VXLAN[\s\S]*Ethernet[\s\S]*IPv4[\s\S]*ICMP/,
      );
      await page.getByText('Its first bytes').click();
      expect(await textOf(page.locator('#hop pre'))).toMatch(/^0000 {2}([0-9a-f]{2} ){16}/);
    });

    it('can be used by keyboard alone', async () => {
      await open();
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.className')).toBe('skip');
      await box('underlay').focus();
      // Down to the first machine's uplink, its routing, its bridge, a veth, and the pod on it.
      for (let step = 0; step < 12 && !(await focused()).startsWith('pod1 '); step++)
        await page.keyboard.press('ArrowDown');
      expect(await focused()).toBe('pod1 10.42.0.2, pod on k3s-server, eth0');
      await page.keyboard.press('Enter');
      expect(await facts()).toContain('Pod pod1');
      await page.keyboard.press('ArrowRight');
      expect(await focused()).toMatch(/^pod[23] /);
      await page.locator('#tab-facts').focus();
      await page.keyboard.press('ArrowLeft');
      expect(await page.locator('#journey').isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Next' }).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowRight');
      expect(await textOf(page.locator('.where'))).toMatch(/^hop 2 of /);
      await page.keyboard.press('ArrowLeft');
      expect(await textOf(page.locator('.where'))).toMatch(/^hop 1 of /);
    });
    const focused = () => page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? ""');

    it('opens a check to what was expected and what was observed', async () => {
      await open();
      await page.locator('details.experiment', { hasText: 'pod-routes' }).locator('summary').first().click();
      await page
        .locator('details.experiment', { hasText: 'pod-routes' })
        .locator('details[data-check] summary')
        .first()
        .click();
      const shown = page.locator('details.experiment', { hasText: 'pod-routes' }).locator('pre');
      await shown.nth(1).waitFor();
      expect(await shown.count()).toBe(2);
    });

    it('is dark where that is preferred, and where it is asked for', async () => {
      const ground = async () => [
        await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'),
        await page.evaluate<string>('getComputedStyle(document.querySelector(".pod rect")).fill'),
      ];
      await open({ colorScheme: 'dark' });
      const dark = await ground();
      await page.getByRole('button', { name: 'Show it light' }).click();
      const light = await ground();
      expect(dark.filter((colour) => light.includes(colour))).toEqual([]);
      await page.context().close();
      await open({ colorScheme: 'light' });
      expect(await ground()).toEqual(light);
      await page.getByRole('button', { name: 'Show it dark' }).click();
      expect(await ground()).toEqual(dark);
    });

    it.each(['light', 'dark'] as const)('breaks no rule of accessibility, %s', async (colorScheme) => {
      await open({ colorScheme });
      await page.getByRole('button', { name: 'Next' }).click();
      expect(await accessibilityProblems(page)).toEqual([]);
      await box('pod1').click();
      await page.locator('details.experiment > summary').first().click();
      await page.locator('#table > summary').click();
      expect(await accessibilityProblems(page)).toEqual([]);
    });

    it('is one column on a narrow screen, and nothing is wider than it', async () => {
      await open({ viewport: { width: 390, height: 800 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      expect(await box('pod1').count()).toBe(1);
    });

    it('takes no text of a stranger for markup or a script, whatever is opened', async () => {
      const hostile = `</script><img src=x onerror="globalThis.taken=1"><svg onload="globalThis.taken=1">\u202e`;
      const made = path.join(session.directory, 'hostile.html');
      await writeFile(made, reportPage(reportOf(madeSources(madeLab(2, 2, hostile), hostile))));
      await open({}, made);
      await page.locator('svg.topology:visible g.box.pod').first().click();
      for (const summary of await page
        .locator('#facts summary, #table > summary, #experiments summary')
        .all()) {
        if (await summary.isVisible()) await summary.click();
      }
      expect(await facts()).toMatch(
        /^Pod pod-1-1<\/script><img src=x onerror="globalThis.taken=1">.*\\u202e\s+on node node-1/,
      );
      expect(await page.locator('img, [onerror], [onload]').count()).toBe(0);
      expect(await page.evaluate('globalThis.taken')).toBe(undefined);
      expect(await page.locator('body').innerHTML()).not.toContain('\u202e');
      expect(watched).toEqual({ errors: [], requests: [] });
    });

    it('lets nothing through that would make markup of a text, or fetch anything', async () => {
      await open();
      // A text, since the tests' types know of no page.
      const tried = await page.evaluate<string[]>(`Promise.all(
        [
          async () => document.body.insertAdjacentHTML('beforeend', '<p>'),
          async () => fetch('http://127.0.0.1:9/'),
        ].map((one) => one().then(() => 'done', () => 'refused')),
      )`);
      expect(tried).toEqual(['refused', 'refused']);
      expect(watched.requests).toEqual([]);
    });

    it('prints with everything open', async () => {
      await open();
      const pdf = await page.pdf();
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      await page.emulateMedia({ media: 'print' });
      await page.evaluate('dispatchEvent(new Event("beforeprint"))');
      const text = await textOf(page.locator('#for-print'));
      expect(text).toContain('vxlan-journey: echo-request');
      expect(text).toContain('inet 10.42.0.2/24 scope global dev eth0');
      expect(await page.locator('details:not([open])').count()).toBe(0);
      expect(watched.errors).toEqual([]);
    });
  });

  it('of a lab that is gone: its experiments without a drawing, and why', async () => {
    const record = await stack.record();
    process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
    const { netnsBackend } = await import('../../infra/backends/netns/netns-backend.ts');
    if (record) await netnsBackend.deleteCluster(record.handle, { signal: AbortSignal.timeout(60_000) });
    const { exitCode, stderr } = await report();
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining('so the report has no drawing'),
    });
    const page = await readFile(file, 'utf8');
    expect(page).toContain('there is no drawing: the lab under stack');
    expect(page).toContain('<h3>vxlan-journey</h3>');
    if (NO_CHROMIUM !== undefined) return;
    const opened = await browser.newPage();
    const { errors } = watch(opened);
    await opened.goto(`file://${file}`);
    expect(await opened.getByRole('button', { name: 'Next' }).isEnabled()).toBe(true);
    expect(errors).toEqual([]);
  });
});
