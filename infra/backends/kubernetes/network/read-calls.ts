// What the recorder has kept on a node → plugin calls, oldest first. (scripts/record-call.pl writes the records.)
import { z } from 'zod';
import type { CniCall } from '../../../cni/call.ts';
import type { Host } from '../../host.ts';
import { NODE_PATHS, type NodePaths } from './node-paths.ts';
import { runOrThrow } from './run-or-throw.ts';

const ns = z.string().regex(/^\d+$/).transform(BigInt);
const record = z.object({
  plugin: z.string(),
  path: z.string(),
  env: z.record(z.string(), z.string()),
  stdin: z.string(),
  stdout: z.string(),
  stderr: z.string(),
  exitCode: z.number().int(),
  startedNs: ns,
  durationNs: ns,
});

/** Names begin with the time of the call, so that the shell's order is theirs. One that makes room meanwhile is not missed. */
const READ = 'cat "$1"/cni-calls/* 2> /dev/null || :';

/** One command. No records: none were made, or none can be made there. @throws HostError */
export async function readCalls(
  host: Host,
  node: string,
  { own }: NodePaths = NODE_PATHS,
): Promise<readonly CniCall[]> {
  const argv = ['sh', '-c', READ, 'calls', own];
  const { stdout } = await runOrThrow(host, argv, 'cannot read the records of plugin calls');
  return parseCalls(stdout, node);
}

/** @param text one record a line; a line that is none is left out */
export function parseCalls(text: string, node: string): readonly CniCall[] {
  return text.split('\n').flatMap((line) => {
    const parsed = record.safeParse(parseJson(line));
    if (!parsed.success) return [];
    const { env, stdin } = parsed.data;
    const { name } = (parseJson(stdin) ?? {}) as { readonly name?: unknown };
    const call: CniCall = {
      ...parsed.data,
      node,
      command: env.CNI_COMMAND as CniCall['command'],
      network: typeof name === 'string' ? name : '',
      containerId: env.CNI_CONTAINERID ?? '',
      ifName: env.CNI_IFNAME ?? '',
    };
    return [call];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
