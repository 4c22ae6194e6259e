// The shape of an experiment in a lab file: what runs, and the checks on what was observed.
import { z } from 'zod';
import { faultNames } from './fault-names.ts';
import { label, matcher, shared, told } from './schema-parts.ts';

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
  name: told(
    z.string().min(1),
    'What a reader learns when this holds.',
    'the default route goes by the gateway',
  ),
  claim: told(z.string().optional(), 'What it is evidence for, such as a row of a list of claims.', 'K8'),
  expect: told(matcher, 'What it must be.', { $count: 1, $every: { dev: 'eth0' } }),
};

const inspectCheck = shared(
  'tableCheck',
  z.strictObject({
    ...checkCommon,
    at: told(
      z.string().optional(),
      'Node or pod whose table is looked at; left out for lab-wide tables.',
      'web-1',
    ),
    table: told(
      z.enum([...hostTables, ...labTables]),
      `Of one node or pod (needs \`at\`): ${hostTables.join(', ')}. Of the whole lab: ${labTables.join(', ')}.`,
      'routes',
    ),
    where: told(
      z.record(z.string(), matcher).optional(),
      'Keep only the rows that match: column → matcher.',
      {
        dst: 'default',
      },
    ),
  }),
  'What must be seen in a table, of an `inspect` experiment.',
);

const observedCheck = shared(
  'check',
  z.strictObject({
    ...checkCommon,
    select: told(
      z.string().optional(),
      'Dotted path into what was observed: a ping has received, replies, …; a capture has ping.received or traffic.stdout, taps, packets, paths; learning has changes and bridged as well; a diagnosis has causes, flows, undecided. Default: all of it.',
      'ping.received',
    ),
    where: told(
      z.record(z.string(), matcher).optional(),
      'Of a selected list, keep only the elements that match: field → matcher.',
      { tap: 'pod', kind: 'echo-request' },
    ),
  }),
  'What must be seen in what the experiment observed.',
);

const faultName = shared('fault', z.enum(faultNames), 'Name of a fault; docs/faults.md has what each does.');

const experimentCommon = {
  name: told(label, 'Unique in the lab; how results and commands call it.', 'across-nodes'),
  title: told(z.string().optional(), 'One line for people.', 'Two routers are on the way'),
  fault: told(
    z
      // The list first: of what is no list, the message is then about names.
      .union([z.array(faultName).min(1), faultName])
      .optional(),
    'Brought into the lab before the experiment and undone after it, whatever happens: a fault, or a list of them. docs/faults.md has what each does.',
    'route-missing',
  ),
  onFailure: told(
    z.enum(['fail', 'record']).default('fail'),
    'Whether a failed check fails `up`: `record` keeps it green.',
    'record',
  ),
};

const pingTraffic = {
  from: told(z.string(), 'Pod or node that sends.', 'web-1'),
  to: told(z.string(), 'Pod, node or address that is asked.', 'web-2'),
  family: told(
    z.literal([4, 6]).optional(),
    'Which of its addresses a pod or node is asked at. Default: that of the address, else 4.',
    6,
  ),
  count: told(z.int().min(1).max(1000).default(3), 'Echo requests.', 5),
  interval: told(z.number().min(0.002).max(10).default(0.2), 'Seconds between requests.', 0.1),
  size: told(z.int().min(0).max(65507).optional(), 'Payload bytes. Default: 56, as ping(8).', 1400),
  dontFragment: told(
    z.boolean().default(false),
    'Set DF, so that an MTU on the way is met, not evaded.',
    true,
  ),
  timeout: told(z.number().min(0.1).max(60).default(2), 'Seconds to wait for the last reply.', 0.5),
};

const ping = shared('ping', z.strictObject(pingTraffic), 'Echo requests from one host to another.');

const meshHosts = z.union([z.literal(['pods', 'nodes']), z.array(z.string()).min(1)]).default('pods');

const command = {
  in: told(z.string(), 'Node, pod or pod/container.', 'web-1/server'),
  command: told(
    z.array(z.string()).min(1),
    'Program and arguments; no shell unless it is one. Words may hold ${pod.address} templates.',
    ['ip', 'route', 'get', '${web-2.address}'],
  ),
  json: told(z.boolean().default(false), 'Parse standard output as JSON.', true),
  timeout: told(z.number().min(0.1).max(600).default(30), 'Seconds until it is ended.', 5),
};

const execStep = shared(
  'step',
  z.strictObject({
    ...command,
    expect: told(matcher.default({ exitCode: 0 }), 'Matched against {exitCode, stdout, stderr, json}.', {
      exitCode: 0,
      stdout: { $contains: '1 received' },
    }),
  }),
  'A command that is run, and what is expected of it.',
);

const tap = shared(
  'tap',
  z.strictObject({
    name: told(label, 'What checks call this tap; unique in the experiment.', 'receiver'),
    at: told(z.string(), 'Node or pod.', 'web-1'),
    dev: told(z.string().min(1), 'Interface; `${pod.hostVeth}` names the node end of a pod’s veth.', 'eth0'),
  }),
  'An interface that is listened at.',
);

const forget = told(
  z.array(z.string()).default([]),
  'Nodes and pods that are to know nobody at first: their neighbours, and what their bridges have learned, are deleted.',
  ['web-1', 'n1'],
);

const cleanup = told(z.array(execStep).default([]), 'Run at the end whatever happened.', [
  { in: 'n1', command: ['ip', 'link', 'set', 'cni0', 'up'] },
]);

/** @param without what is asserted where there are none */
const checks = (without: string, example: z.input<typeof observedCheck>) =>
  told(z.array(observedCheck).default([]), `What must be seen. Without any: ${without}.`, [example]);

const place = z.strictObject({
  at: told(z.string(), 'Node or pod.', 'web-1'),
  dev: told(z.string().min(1), 'Interface; `${pod.hostVeth}` names the node end of a pod’s veth.', 'eth0'),
});

export const experiment = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('inspect'),
        ...experimentCommon,
        checks: told(z.array(inspectCheck).min(1), 'What must be seen.', [
          {
            name: 'a way out',
            at: 'web-1',
            table: 'routes',
            where: { dst: 'default' },
            expect: { $count: 1 },
          },
        ]),
      })
      .describe('Looks at tables of one snapshot of the lab.'),
    z
      .strictObject({
        kind: z.literal('ping'),
        ...experimentCommon,
        ...pingTraffic,
        checks: checks('every request is answered', { name: 'no answer is lost', expect: { received: 3 } }),
      })
      .describe('Sends echo requests and looks at the replies.'),
    z
      .strictObject({
        kind: z.literal('mesh'),
        ...experimentCommon,
        from: told(
          meshHosts,
          'Who asks: `pods`, `nodes`, or a list of pods, nodes and workloads, which stand for their pods.',
          ['web', 'n1'],
        ),
        to: told(meshHosts, 'Who is asked, in the same words. Nobody asks itself.', 'nodes'),
        between: told(
          z.enum(['any', 'same-node', 'across-nodes']).default('any'),
          'Which pairs count: all, those on one node, or those on two.',
          'across-nodes',
        ),
        peers: told(
          z.int().min(1).optional(),
          'How many others each asks, drawn, and as many as ask it, for labs too large for all pairs: at most 100,000. Default: all, a full mesh.',
          3,
        ),
        seed: told(z.int().min(0).default(0), 'Another one draws other peers; the same one the same.', 1),
        family: pingTraffic.family,
        count: told(z.int().min(1).max(100).default(1), 'Echo requests of each pair.', 3),
        interval: told(
          z.number().min(0).max(10).default(0.005),
          'Seconds between two requests of one sender.',
          0.01,
        ),
        size: told(
          z.union([z.int().min(0).max(65507), z.literal('mtu')]).default(56),
          'Payload bytes; `mtu`: as many as the sender’s route takes in one packet, which nobody may fragment.',
          'mtu',
        ),
        dontFragment: pingTraffic.dontFragment,
        timeout: pingTraffic.timeout,
        patience: told(
          z.number().min(0).max(600).default(0),
          'Seconds in which those that are not answered are asked again. A network that has just changed may need some: a neighbour entry whose MAC has gone is only given up after 5 s and three probes.',
          10,
        ),
        atOnce: told(z.int().min(1).max(256).default(32), 'Senders at work at the same time.', 8),
        checks: checks('nobody is left unanswered', {
          name: 'nobody is left without an answer',
          select: 'unanswered',
          expect: [],
        }),
      })
      .describe('Lets many hosts send echo requests to many, and looks who answers whom.'),
    z
      .strictObject({
        kind: z.literal('capture'),
        ...experimentCommon,
        taps: told(z.array(tap).min(1).max(64), 'Interfaces listened at, all before the first packet.', [
          { name: 'receiver', at: 'web-2', dev: 'eth0' },
        ]),
        filter: told(
          z.string().optional(),
          'pcap-filter(7) expression for every tap. Default: `icmp or arp` for a ping, `icmp6` for one to an IPv6 address, `ip or arp` for a command.',
          'icmp or udp port 8472',
        ),
        before: told(
          z.array(execStep).default([]),
          'Run before the taps start, such as flushing neighbours.',
          [{ in: 'web-1', command: ['ip', 'neigh', 'flush', 'dev', 'eth0'] }],
        ),
        ping: told(ping.optional(), 'The traffic: this, or `traffic`.', {
          from: 'web-1',
          to: 'web-2',
        }),
        traffic: told(
          z.strictObject(command).optional(),
          'The traffic: whatever this command sends and gets.',
          { in: 'web-1', command: ['busybox', 'wget', '-q', '-O', '-', 'http://${web-2.address}/'] },
        ),
        checks: checks('every request is answered, or the command ends with 0', {
          name: 'the asked one sees who asks',
          select: 'packets',
          where: { tap: 'receiver' },
          expect: { $every: { src: '${web-1.address}' } },
        }),
      })
      .describe(
        'Listens at several interfaces while a ping or a command runs, and ties the packets together.',
      ),
    z
      .strictObject({
        kind: z.literal('journey'),
        ...experimentCommon,
        ping: told(ping, 'The traffic whose way is foretold, then watched.', {
          from: 'web-1',
          to: 'web-2',
        }),
        taps: told(
          z.array(place).max(64).default([]),
          'Interfaces listened at beside those on the foretold way, such as one that must see nothing.',
          [{ at: 'web-3', dev: 'eth0' }],
        ),
        forget,
        before: told(z.array(execStep).default([]), 'Run then, before anything is foretold.', [
          { in: 'n1', command: ['ip', 'route', 'flush', 'cache'] },
        ]),
        checks: checks('every request is answered, and every packet is as predicted', {
          name: 'every packet goes as foretold',
          select: 'journeys',
          expect: { $every: { asPredicted: true } },
        }),
      })
      .describe(
        'Foretells the way of each packet from kernel state, then sends it and looks where it really was.',
      ),
    z
      .strictObject({
        kind: z.literal('learning'),
        ...experimentCommon,
        taps: told(
          z.array(tap).min(1).max(64).optional(),
          'Interfaces listened at. Default: both ends of the veths of the pods that ping (`<pod>-eth0`, `<pod>-veth`), the bridge that the sender (or else the target) is plugged into, and all of its ports.',
          [{ name: 'bridge', at: 'n1', dev: 'cni0' }],
        ),
        filter: told(
          z.string().default(''),
          'pcap-filter(7) expression for every tap. Default: everything, for every frame teaches a bridge.',
          'arp',
        ),
        forget,
        before: told(
          z.array(execStep).default([]),
          'Run then, before anything is watched, such as deleting a forwarding entry.',
          [
            {
              in: 'n1',
              command: ['bridge', 'fdb', 'del', '${web-2.mac}', 'dev', '${web-2.hostVeth}', 'master'],
            },
          ],
        ),
        ping: told(ping, 'The traffic.', { from: 'web-1', to: 'web-2', count: 1 }),
        waitFor: told(
          z.array(z.record(z.string(), matcher)).default([]),
          'Changes to wait for after the ping, such as an entry that ages: column → matcher, as in `changes`.',
          [{ host: 'n1', table: 'fdb', change: 'removed' }],
        ),
        patience: told(
          z.number().min(0.1).max(600).default(10),
          'Seconds to wait for them; what has not come then counts as failed.',
          30,
        ),
        checks: checks('every request is answered', {
          name: 'the reply teaches the bridge',
          select: 'changes',
          where: { table: 'fdb' },
          expect: { $any: { mac: '${web-2.mac}' } },
        }),
        cleanup,
      })
      .describe('Pings, and ties what bridges and hosts learn from it to the packet that taught them.'),
    z
      .strictObject({
        kind: z.literal('exec'),
        ...experimentCommon,
        steps: told(
          z
            .array(
              execStep.extend({
                name: told(
                  z.string().optional(),
                  'What a reader learns when this holds.',
                  'cal does not answer',
                ),
                claim: checkCommon.claim,
              }),
            )
            .min(1),
          'Run one after the other.',
          [{ in: 'web-1', command: ['ip', 'route'], expect: { stdout: { $contains: 'default' } } }],
        ),
        cleanup,
      })
      .describe('Runs commands and looks at what they print.'),
    z
      .strictObject({
        kind: z.literal('diagnose'),
        ...experimentCommon,
        checks: checks('nothing is wrong', {
          name: 'the route is to blame',
          select: 'causes',
          expect: [{ host: 'n1', table: 'routes' }],
        }),
      })
      .describe(
        'Says what is wrong in the lab and which row of kernel state is to blame. Without checks: nothing is.',
      ),
  ])
  .describe('Something that is tried, and what must be seen.');

export type RawExperiment = z.infer<typeof experiment>;
export type ExecStep = z.infer<typeof execStep>;
export type PingTraffic = { readonly [K in keyof typeof pingTraffic]: z.infer<(typeof pingTraffic)[K]> };
