import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { reportPage } from '../../../../infra/report/html/page.ts';
import { reportOf } from '../../../../infra/report/model/report-of.ts';
import { renderTopology } from '../../../../infra/report/topology/render-topology.ts';
import { madeLab, madeSources } from '../../../support/report-fixture.ts';

const HOSTILE = `</script><script>alert(1)</script><img src=http://x.example/ onerror=alert(2)>"'\u202e--><svg onload=alert(3)>`;

const elements = (page: string) => page.match(/<[a-z!][^>]*>/gi) ?? [];

describe('the page of a report', () => {
  const page = reportPage(reportOf(madeSources(madeLab(2, 3))));

  it('has the very markup whether its texts are a stranger’s or not', () => {
    const hostile = reportPage(reportOf(madeSources(madeLab(2, 3, HOSTILE), HOSTILE)));
    const tags = (text: string) => elements(text).map((tag) => tag.match(/^<\/?[a-z!]+/i)?.[0]);
    expect(tags(hostile)).toEqual(tags(page));
    expect(elements(hostile).filter((tag) => / on[a-z]+\s*=/.test(tag.replaceAll(/"[^"]*"/g, '""')))).toEqual(
      [],
    );
    expect(hostile).not.toContain('\u202e');
    const svg = renderTopology(madeLab(2, 3, HOSTILE), 'svg', HOSTILE);
    expect(svg.match(/<script|<img|<svg onload/g)).toBe(null);
  });

  it('loads nothing: no element names an address, and the policy lets none through', () => {
    const named = elements(page).filter((tag) => /\s(src|href|action|data|poster|srcset)="(?!#)/.test(tag));
    expect(named).toEqual([]);
    expect(page).not.toMatch(/@import|url\(/);
    expect(page).toContain(`content="default-src &#39;none&#39;;`);
  });

  it('names its own script and style by their hashes', () => {
    const [, style = ''] = page.match(/<style>([\s\S]*?)<\/style>/) ?? [];
    const [, script = ''] = page.match(/<script>([\s\S]*?)<\/script>/) ?? [];
    for (const text of [style, script]) {
      expect(page).toContain(`sha256-${createHash('sha256').update(text).digest('base64')}`);
    }
  });

  it('has a heading of each level in turn, landmarks, and the drawing as a table', () => {
    expect(page.match(/<(header|nav|main|aside)/g)).toEqual(['<header', '<nav', '<main', '<aside']);
    for (const pod of madeLab(2, 3).pods) {
      expect(page).toContain(
        `<button type="button" class="link" data-choose="${pod.name}">${pod.name}</button>`,
      );
    }
  });

  it('says so when the lab could not be read, and shows the experiments all the same', () => {
    const sources = { ...madeSources(madeLab(1, 1)), live: { problem: 'its processes are gone' } };
    const dead = reportPage(reportOf(sources));
    expect(dead).toContain('there is no drawing: its processes are gone');
    expect(dead).toContain('<h3>look</h3>');
    expect(dead).not.toContain('<svg');
  });

  it('says when each experiment was begun: the drawing may be of another time', () => {
    expect(page).toContain('Begun <time datetime="2026-11-28T00:00:00Z">2026-11-28 00:00:00 UTC</time>');
  });

  it('of 200 pods stays below 3 MB', () => {
    const large = reportPage(reportOf(madeSources(madeLab(10, 20))));
    expect(Buffer.byteLength(large)).toBeLessThan(3_000_000);
  });
});
