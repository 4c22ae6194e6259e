// The shape of an experiment in a lab file: what runs, and the checks on what was observed.
import { z } from 'zod';
import { faultNames } from './fault-names.ts';
import { label, matcher } from './schema-parts.ts';

/** Tables of a snapshot that belong to one node or pod (`at`). */
export const hostTables = [
  'interfaces',
  'addresses',
  'routes',
  'rules',
  'neighbours',
  'fdb',
  'qdiscs',
  'netfilter',
  'sysctls',
  'cniConfig',
  'leases',
] as const;
/** Tables of a snapshot that belong to the whole lab. */
export const labTables = ['nodes', 'pods', 'containers', 'veths', 'attachments', 'cniCalls'] as const;

const checkCommon = {
  name: z.string().min(1).describe('What a reader learns when this holds.'),
  claim: z.string().optional().describe('The acceptance row or other claim it shows, such as K8.'),
  expect: matcher,
};

const inspectCheck = z.strictObject({
  ...checkCommon,
  at: z.string().optional().describe('Node or pod whose table is looked at; left out for lab-wide tables.'),
  table: z
    .enum([...hostTables, ...labTables])
    .describe(
      `Of one node or pod (needs \`at\`): ${hostTables.join(', ')}. Of the whole lab: ${labTables.join(', ')}.`,
    ),
  where: z
    .record(z.string(), matcher)
    .optional()
    .describe('Keep only the rows that match: column → matcher.'),
});

const observedCheck = z.strictObject({
  ...checkCommon,
  select: z
    .string()
    .optional()
    .describe(
      'Dotted path into what was observed: a ping has received, replies, …; a capture has ping.received or traffic.stdout, taps, packets, paths; learning has changes and bridged as well; a diagnosis has causes, flows, undecided. Default: all of it.',
    ),
  where: z
    .record(z.string(), matcher)
    .optional()
    .describe('Of a selected list, keep only the elements that match: field → matcher.'),
});

const faultName = z.enum(faultNames);

const experimentCommon = {
  name: label.describe('Unique in the lab; how results and commands call it.'),
  title: z.string().optional().describe('One line for people.'),
  fault: z
    // The list first: of what is no list, the message is then about names.
    .union([z.array(faultName).min(1), faultName])
    .optional()
    .describe(
      'Brought into the lab before the experiment and undone after it, whatever happens: a fault, or a list of them. docs/faults.md has what each does.',
    ),
  onFailure: z.enum(['fail', 'record']).default('fail').describe('Whether a failed check fails `up`.'),
};

const pingTraffic = {
  from: z.string().describe('Pod or node that sends.'),
  to: z.string().describe('Pod, node or address that is asked.'),
  family: z
    .literal([4, 6])
    .optional()
    .describe('Which of its addresses a pod or node is asked at. Default: that of the address, else 4.'),
  count: z.int().min(1).max(1000).default(3).describe('Echo requests.'),
  interval: z.number().min(0.002).max(10).default(0.2).describe('Seconds between requests.'),
  size: z.int().min(0).max(65507).optional().describe('Payload bytes. Default: 56, as ping(8).'),
  dontFragment: z.boolean().default(false).describe('Set DF, so that an MTU on the way is met, not evaded.'),
  timeout: z.number().min(0.1).max(60).default(2).describe('Seconds to wait for the last reply.'),
};

const meshHosts = z.union([z.literal(['pods', 'nodes']), z.array(z.string()).min(1)]).default('pods');

const command = {
  in: z.string().describe('Node, pod or pod/container.'),
  command: z
    .array(z.string())
    .min(1)
    .describe('Program and arguments; no shell unless it is one. Words may hold ${pod.address} templates.'),
  json: z.boolean().default(false).describe('Parse standard output as JSON.'),
  timeout: z.number().min(0.1).max(600).default(30).describe('Seconds.'),
};

const execStep = z.strictObject({
  ...command,
  expect: matcher.default({ exitCode: 0 }).describe('Matched against {exitCode, stdout, stderr, json}.'),
});

const tap = z.strictObject({
  name: label.describe('What checks call this tap; unique in the experiment.'),
  at: z.string().describe('Node or pod.'),
  dev: z.string().min(1).describe('Interface; `${pod.hostVeth}` names the node end of a pod’s veth.'),
});

const forget = z
  .array(z.string())
  .default([])
  .describe(
    'Nodes and pods that are to know nobody at first: their neighbours, and what their bridges have learned, are deleted.',
  );

const place = z.strictObject({
  at: z.string().describe('Node or pod.'),
  dev: z.string().min(1).describe('Interface; `${pod.hostVeth}` names the node end of a pod’s veth.'),
});

export const experiment = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('inspect'), ...experimentCommon, checks: z.array(inspectCheck).min(1) })
    .describe('Looks at tables of one snapshot of the lab.'),
  z
    .strictObject({
      kind: z.literal('ping'),
      ...experimentCommon,
      ...pingTraffic,
      checks: z.array(observedCheck).default([]),
    })
    .describe('Sends echo requests and looks at the replies.'),
  z
    .strictObject({
      kind: z.literal('mesh'),
      ...experimentCommon,
      from: meshHosts.describe(
        'Who asks: `pods`, `nodes`, or a list of pods, nodes and workloads, which stand for their pods.',
      ),
      to: meshHosts.describe('Who is asked, in the same words. Nobody asks itself.'),
      between: z
        .enum(['any', 'same-node', 'across-nodes'])
        .default('any')
        .describe('Which pairs count: all, those on one node, or those on two.'),
      peers: z
        .int()
        .min(1)
        .optional()
        .describe('How many others each asks, drawn, and as many as ask it. Default: all, a full mesh.'),
      seed: z.int().min(0).default(0).describe('Another one draws other peers; the same one the same.'),
      family: pingTraffic.family,
      count: z.int().min(1).max(100).default(1).describe('Echo requests of each pair.'),
      interval: z
        .number()
        .min(0)
        .max(10)
        .default(0.005)
        .describe('Seconds between two requests of one sender.'),
      size: z
        .union([z.int().min(0).max(65507), z.literal('mtu')])
        .default(56)
        .describe(
          'Payload bytes; `mtu`: as many as the sender’s route takes in one packet, which nobody may fragment.',
        ),
      dontFragment: pingTraffic.dontFragment,
      timeout: pingTraffic.timeout,
      patience: z
        .number()
        .min(0)
        .max(600)
        .default(0)
        .describe(
          'Seconds in which those that are not answered are asked again: a network that has just changed may need some.',
        ),
      atOnce: z.int().min(1).max(256).default(32).describe('Senders at work at the same time.'),
      checks: z.array(observedCheck).default([]),
    })
    .describe('Lets many hosts send echo requests to many, and looks who answers whom.'),
  z
    .strictObject({
      kind: z.literal('capture'),
      ...experimentCommon,
      taps: z.array(tap).min(1).max(64).describe('Interfaces listened at, all before the first packet.'),
      filter: z
        .string()
        .optional()
        .describe(
          'pcap-filter(7) expression for every tap. Default: `icmp or arp` for a ping, `icmp6` for one to an IPv6 address, `ip or arp` for a command.',
        ),
      before: z
        .array(execStep)
        .default([])
        .describe('Run before the taps start, such as flushing neighbours.'),
      ping: z.strictObject(pingTraffic).optional().describe('The traffic: this, or `traffic`.'),
      traffic: z
        .strictObject(command)
        .optional()
        .describe('The traffic: whatever this command sends and gets.'),
      checks: z.array(observedCheck).default([]),
    })
    .describe('Listens at several interfaces while a ping or a command runs, and ties the packets together.'),
  z
    .strictObject({
      kind: z.literal('journey'),
      ...experimentCommon,
      ping: z.strictObject(pingTraffic).describe('The traffic whose way is foretold, then watched.'),
      taps: z
        .array(place)
        .max(64)
        .default([])
        .describe(
          'Interfaces listened at beside those on the foretold way, such as one that must see nothing.',
        ),
      forget,
      before: z.array(execStep).default([]).describe('Run then, before anything is foretold.'),
      checks: z.array(observedCheck).default([]),
    })
    .describe(
      'Foretells the way of each packet from kernel state, then sends it and looks where it really was.',
    ),
  z
    .strictObject({
      kind: z.literal('learning'),
      ...experimentCommon,
      taps: z
        .array(tap)
        .min(1)
        .max(64)
        .optional()
        .describe(
          'Interfaces listened at. Default: both ends of the veths of the pods that ping, and the bridge between them with all of its ports.',
        ),
      filter: z
        .string()
        .default('')
        .describe(
          'pcap-filter(7) expression for every tap. Default: everything, for every frame teaches a bridge.',
        ),
      forget,
      before: z
        .array(execStep)
        .default([])
        .describe('Run then, before anything is watched, such as deleting a forwarding entry.'),
      ping: z.strictObject(pingTraffic).describe('The traffic.'),
      waitFor: z
        .array(z.record(z.string(), matcher))
        .default([])
        .describe(
          'Changes to wait for after the ping, such as an entry that ages: column → matcher, as in `changes`.',
        ),
      patience: z.number().min(0.1).max(600).default(10).describe('Seconds to wait for them.'),
      checks: z.array(observedCheck).default([]),
      cleanup: z.array(execStep).default([]).describe('Run at the end whatever happened.'),
    })
    .describe('Pings, and ties what bridges and hosts learn from it to the packet that taught them.'),
  z
    .strictObject({
      kind: z.literal('exec'),
      ...experimentCommon,
      steps: z
        .array(
          execStep.extend({
            name: z.string().optional().describe('What a reader learns when this holds.'),
            claim: z.string().optional().describe('The acceptance row or other claim it shows.'),
          }),
        )
        .min(1)
        .describe('Run one after the other.'),
      cleanup: z.array(execStep).default([]).describe('Run at the end whatever happened.'),
    })
    .describe('Runs commands and looks at what they print.'),
  z
    .strictObject({
      kind: z.literal('diagnose'),
      ...experimentCommon,
      checks: z.array(observedCheck).default([]),
    })
    .describe(
      'Says what is wrong in the lab and which row of kernel state is to blame. Without checks: nothing is.',
    ),
]);

export type RawExperiment = z.infer<typeof experiment>;
export type ExecStep = z.infer<typeof execStep>;
export type PingTraffic = { readonly [K in keyof typeof pingTraffic]: z.infer<(typeof pingTraffic)[K]> };
