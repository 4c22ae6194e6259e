// Wireshark's reading of a capture, as rows of fields.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exec } from '../../infra/util/exec.ts';
import { findTool, searchPath } from '../../infra/util/tools.ts';

/** Why tests that need tshark are left out; undefined when it is here. */
export const NO_TSHARK =
  findTool('tshark') === undefined ? 'tshark is not installed (Debian: apt-get install tshark)' : undefined;

/** Values of one field of one packet: one for each layer that has it, outermost first. */
export type Row = Readonly<Record<string, string>>;

/** What is decoded here, and nothing else: GRE or DNS would show further layers that we leave alone. */
const PROTOCOLS =
  /^(frame|pkt_comment|eth|ethertype|vlan|ieee8021ad|arp|ip|ip\.options\..*|ipv6|ipv6\..*|icmp|icmpv6|udp|tcp|tcp\.options\..*|vxlan)$/;
const PREFERENCES = [
  'ip.defragment:FALSE',
  'ipv6.defragment:FALSE',
  'tcp.relative_sequence_numbers:FALSE',
  'tcp.analyze_sequence_numbers:FALSE',
  'tcp.desegment_tcp_streams:FALSE',
  // The kernel's offloads leave lengths at 0 for the device to fill in.
  'ip.tso_support:TRUE',
];

/**
 * @param file pcap or pcapng
 * @param vxlanPorts UDP ports that carry VXLAN
 * @throws Error with tshark's words when it cannot read the file
 */
export async function tsharkRows(
  file: Buffer,
  fields: readonly string[],
  vxlanPorts: readonly number[] = [8472, 4789],
): Promise<readonly Row[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'cnilab-tshark-'));
  try {
    const capture = path.join(dir, 'file');
    await writeFile(capture, file);
    const argv = [
      ...['tshark', '-n', '-r', capture, '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=;'],
      ...vxlanPorts.flatMap((port) => ['-d', `udp.port==${port},vxlan`]),
      ...PREFERENCES.flatMap((preference) => ['-o', preference]),
      ...fields.flatMap((field) => ['-e', field]),
    ];
    await writeFile(path.join(dir, 'disabled_protos'), (await others()).join('\n'));
    // A profile of its own: neither the protocols nor the preferences of whoever runs the tests.
    const { stdout, stderr, exitCode } = await exec(argv, {
      env: { PATH: searchPath(), WIRESHARK_CONFIG_DIR: dir },
    });
    if (exitCode !== 0) throw new Error(`tshark ended with ${exitCode}: ${stderr}`);
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const values = line.split('\t');
        return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? '']));
      });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

let disabled: Promise<readonly string[]> | undefined;

/** Every protocol but those compared; versions of tshark differ in what they know. */
function others(): Promise<readonly string[]> {
  disabled ??= exec(['tshark', '-G', 'protocols']).then(({ stdout }) =>
    stdout
      .split('\n')
      .map((line) => line.split('\t')[2] ?? '')
      .filter((name) => name !== '' && !PROTOCOLS.test(name)),
  );
  return disabled;
}
