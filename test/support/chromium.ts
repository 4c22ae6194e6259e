// A real Chromium, for tests of pages: the system's own, driven by playwright-core.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findTool } from '../../infra/util/tools.ts';

const file = findTool('chromium') ?? findTool('chromium-browser') ?? findTool('google-chrome');

/** Why tests that need a browser are left out; undefined when it is here. */
export const NO_CHROMIUM =
  file === undefined ? 'Chromium is not installed (Debian: apt-get install chromium)' : undefined;

/** Its own sandbox is of no use for a page of ours, and root cannot have it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ ...(file !== undefined && { executablePath: file }), args: ['--no-sandbox'] });
}

/** What went wrong in a page, and what it asked the network for: both are to stay empty. */
export interface Watched {
  readonly errors: readonly string[];
  readonly requests: readonly string[];
}

/** To be called before the page goes anywhere. */
export function watch(page: Page): Watched {
  const [errors, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (!request.isNavigationRequest()) requests.push(request.url());
  });
  return { errors, requests };
}

/** Rules of WCAG 2 A and AA that the page breaks, each with where (https://github.com/dequelabs/axe-core). */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(options: unknown): Promise<{
          violations: { id: string; help: string; nodes: { target: string[]; failureSummary?: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 3)
          .map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary}`)
          .join('; ')}`,
    );
  });
}
