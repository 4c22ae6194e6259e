// Checks of programs: the system's tools, CNI plugins, Node, git, the engine, Go.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../../infra/util/dirs.ts';
import { findCniPlugin, findTool } from '../../infra/util/tools.ts';
import { type Distribution, installCommand } from '../setup/distribution.ts';
import { ENGINE_VERSION, findEngine } from '../setup/engine.ts';
import { currentBackend } from '../setup/engine-env.ts';
import { findGo } from '../setup/go-build.ts';
import { run } from '../setup/run.ts';
import {
  CNI_PLUGINS,
  CNI_PLUGINS_PACKAGE,
  locate,
  OPTIONAL_TOOLS,
  SYSTEM_TOOLS,
} from '../setup/system-tools.ts';
import { formatVersion, parseVersion } from '../setup/version.ts';
import type { Check } from './check.ts';

/** Who asks, on what. */
export interface Situation {
  readonly root: boolean;
  readonly system: Distribution;
}

export async function checkTools({ root, system }: Situation): Promise<Check[]> {
  return await Promise.all(
    [...SYSTEM_TOOLS, ...OPTIONAL_TOOLS].map(async (tool): Promise<Check> => {
      const file = locate(tool);
      const required = SYSTEM_TOOLS.includes(tool);
      const base = { need: tool.name, use: tool.use, required, found: file !== undefined };
      if (file !== undefined)
        return { ...base, from: file, ...version(tool.version && (await said([file, ...tool.version]))) };
      const advice = system.family
        ? installCommand(system.family, [tool.packages[system.family]], root)
        : `install it with the package manager of ${system.name}`;
      return { ...base, advice };
    }),
  );
}

export async function checkPlugins({ root, system }: Situation): Promise<Check[]> {
  return await Promise.all(
    [...CNI_PLUGINS, 'flannel'].map(async (type): Promise<Check> => {
      const file = findCniPlugin(type);
      const base = { need: `CNI ${type}`, use: 'wiring of pods', required: true, found: file !== undefined };
      if (file !== undefined) return { ...base, from: file, ...version(pluginVersion(await said([file]))) };
      const packaged = type !== 'flannel' && system.family;
      const advice = packaged
        ? `${installCommand(packaged, [CNI_PLUGINS_PACKAGE[packaged]], root)} (or let npm run up download or build it)`
        : 'npm run up downloads or builds it';
      return { ...base, advice };
    }),
  );
}

/** Without input a plugin prints its version ("unknown" in some packages) and the versions of the specification. */
export function pluginVersion(text: string): string | undefined {
  const own = /plugin version (v?\d\S*)/.exec(text)?.[1];
  const spec = /protocol versions supported: (.*)/.exec(text)?.[1]?.split(/,\s*/).at(-1);
  return [own, spec && `CNI ${spec}`].filter(Boolean).join(', ') || undefined;
}

export async function checkProject(root: string): Promise<Check[]> {
  const wanted = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).name;
  const git = findTool('git');
  return [
    {
      need: 'Node >= 24',
      use: `${wanted} itself and the Pulumi program`,
      required: true,
      found: true,
      version: process.version,
      from: process.execPath,
    },
    {
      need: 'git',
      use: 'cloning; stack tags',
      required: false,
      found: git !== undefined,
      ...(git && { from: git, ...version(await said([git, '--version'])) }),
    },
  ];
}

export async function checkEngine(): Promise<Check[]> {
  const engine = await findEngine();
  const go = findGo();
  const backend = currentBackend();
  const how = go
    ? 'npm run up downloads it, or builds it with Go (8 minutes on two cores)'
    : `npm run up downloads Pulumi ${ENGINE_VERSION}; without internet, install Go 1.21 or newer and let it be built from your module proxy`;
  const missing = { advice: how };
  return [
    {
      need: 'Pulumi engine',
      use: 'up, preview, refresh, destroy',
      required: true,
      found: engine !== undefined,
      ...(engine ? { from: engine.pulumi, version: formatVersion(engine.version) } : missing),
    },
    {
      need: 'language host',
      use: 'the engine’s way to Node programs',
      required: true,
      found: engine !== undefined,
      ...(engine ? { from: engine.languageHost } : missing),
    },
    {
      need: 'Pulumi login',
      use: 'where stacks are kept',
      required: false,
      found: backend !== undefined,
      from: backend ? `${backend.url} (${backend.source})` : 'npm run up logs in to local files',
    },
    {
      need: 'Go',
      use: 'building what cannot be downloaded',
      required: false,
      found: go !== undefined,
      ...(go && { from: go, ...version((await said([go, 'version'])).replace('go version go', '')) }),
    },
    {
      need: 'cache',
      use: 'engine and plugins, shared by checkouts',
      required: false,
      found: true,
      from: cacheDir(),
    },
  ];
}

/** Both streams: tools differ in where they print their version. */
async function said(argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(argv);
  return `${stdout}\n${stderr}`;
}

function version(text: string | undefined): { version?: string } {
  if (text?.includes('CNI')) return { version: text };
  const parsed = text === undefined ? undefined : parseVersion(text);
  return parsed ? { version: formatVersion(parsed) } : {};
}
