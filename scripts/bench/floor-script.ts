// The barest loop that makes the plugin calls for some pods: text for bash. Pure. Each call is one fork and one exec;
// everything it is given has been written before, but prevResult, which is pasted in as text.
import { podAttachment } from '../../infra/backends/netns/pod-network.ts';
import type { PodRecord } from '../../infra/backends/netns/pod-record.ts';
import type { Attachment } from '../../infra/cni/attachment.ts';
import { deriveConfig } from '../../infra/cni/derived-config.ts';
import type { NetworkList } from '../../infra/cni/network-list.ts';
import { pluginEnv } from '../../infra/cni/plugin-env.ts';
import { shellWord } from '../../infra/util/shell-quote.ts';

/** Where the loop's files are on the node. */
export const FLOOR_DIR = '/run/floor';

const PREVIOUS = '@previous result@';

export interface FloorPod {
  readonly record: PodRecord;
  /** Such as /proc/123/ns/net. */
  readonly netns: string;
}

export interface FloorPlan {
  /** Base name → content of the standard inputs. */
  readonly files: Readonly<Record<string, string>>;
  /**
   * For bash's standard input. Prints "ready", waits for a line, makes the calls, prints start and end in seconds and
   * the last exit status that was not 0.
   */
  readonly script: string;
  readonly calls: number;
}

/**
 * @param lists what each pod is attached to, in order, with the name of the interface
 * @param paths path of a plugin's binary, by type
 * @param workers pods worked on at a time
 */
export function floorPlan(
  pods: readonly FloorPod[],
  lists: readonly { readonly list: NetworkList; readonly ifName: string }[],
  { paths, binDirs, workers }: FloorTools,
): FloorPlan {
  const files: Record<string, string> = {};
  let calls = 0;
  const podLines = ({ record, netns }: FloorPod, index: number) =>
    lists.flatMap(({ list, ifName }) => {
      const attachment = podAttachment(record, ifName, netns);
      return list.plugins.flatMap((plugin, place) => {
        const { capabilityArgs } = attachment;
        const file = `${index}.${ifName}.${place}`;
        const extras = { capabilityArgs, ...(place > 0 && { prevResult: PREVIOUS }) };
        const input = JSON.stringify(deriveConfig(list, plugin, extras));
        calls++;
        const command = `${environment(attachment, binDirs)} ${shellWord(paths(plugin.type))}`;
        const output = `> out/${file} || exit`;
        if (place === 0) {
          files[file] = input;
          return [`${command} < in/${file} ${output}`];
        }
        const [before = '', after = ''] = input.split(JSON.stringify(PREVIOUS));
        const paste = `${shellWord(before)}"$previous"${shellWord(after)}`;
        return [
          `IFS= read -rd '' previous < out/${index}.${ifName}.${place - 1}`,
          `${command} <<< ${paste} ${output}`,
        ];
      });
    });
  const shares = Array.from({ length: workers }, (_, worker) =>
    pods.flatMap((pod, i) => (i % workers === worker ? podLines(pod, i) : [])),
  );
  const functions = shares.map((lines, i) => [`worker${i}() {`, ...lines, ':', '}'].join('\n'));
  const script = [
    ...functions,
    'main() {',
    `cd ${FLOOR_DIR} && mkdir -p out || exit`,
    'echo ready; read -r _; start=$EPOCHREALTIME',
    ...shares.map((_, i) => `worker${i} & pid${i}=$!`),
    ...shares.map((_, i) => `wait $pid${i} || failed=$?`),
    'end=$EPOCHREALTIME',
    'echo "$start $end ${failed:-0}"',
    '}',
    'main',
    '',
  ].join('\n');
  return { files, script, calls };
}

export interface FloorTools {
  readonly paths: (type: string) => string;
  readonly binDirs: readonly string[];
  readonly workers: number;
}

function environment(attachment: Attachment, binDirs: readonly string[]): string {
  return Object.entries(pluginEnv('ADD', binDirs, attachment))
    .map(([key, value]) => `${key}=${shellWord(value)}`)
    .join(' ');
}
