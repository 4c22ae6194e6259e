// `trace`: the path that a packet would take through the live lab, foretold from what its kernels say. Nothing is sent
// unless it is asked for.

import { senderOf } from '../../../infra/journey/in-node.ts';
import { familyOf, isAddress } from '../../../infra/lab/cidr.ts';
import { machines } from '../../../infra/lab/machines.ts';
import { observePaths } from '../../../infra/observe/observe-paths.ts';
import type { LabSnapshot } from '../../../infra/observe/snapshot.ts';
import { type Exchange, predictExchange } from '../../../infra/predict/exchange.ts';
import type { Flow, Protocol } from '../../../infra/predict/flow.ts';
import { type Outcome, type Prediction, predict } from '../../../infra/predict/predict.ts';
import { endWords } from '../../../infra/predict/steps.ts';
import { type Terminal, terminalOf } from '../../../infra/report/paint.ts';
import { mermaidPath, packetTable, pathTable } from '../../../infra/report/predicted-path.ts';
import { recordedLab } from '../../../infra/state/stack-store.ts';
import { chooseRecord } from '../choose-stack.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { unknownName } from '../unknown-name.ts';

export interface TraceOptions {
  readonly stack?: string;
  readonly proto: Protocol;
  /** Of a node or pod its IPv6 address is meant. */
  readonly ipv6?: boolean;
  readonly port?: number;
  readonly size?: number;
  readonly df?: boolean;
  readonly packets?: boolean;
  /** Echo requests to send. */
  readonly send?: number;
  readonly mermaid?: boolean;
  readonly json?: boolean;
}

/** For a picture of the lab, ms. */
const OBSERVING_MS = 60_000;

const CODE: Readonly<Record<Outcome, ExitCode>> = {
  delivered: EXIT.pass,
  dropped: EXIT.fail,
  unknown: EXIT.inconclusive,
};

/** A UDP datagram has arrived when it is there; an echo or a connection only when the answer is back. */
export async function trace(from: string, to: string, options: TraceOptions): Promise<ExitCode> {
  const record = await chooseRecord(options.stack, `npm run -s lab -- trace ${from} ${to}`);
  const { definition } = record;
  const known = [...machines(definition), ...definition.workloads.flatMap(({ pods }) => pods)];
  const names = known.map(({ name }) => name);
  checkName(from, names);
  if (!isAddress(to)) checkName(to, names);
  if (options.ipv6 && familyOf(to) === 4) throw usageError(`${to} is an IPv4 address`, 'leave --ipv6 out');
  if (options.proto === 'icmp' && options.port !== undefined) {
    throw usageError('ICMP has no ports', 'leave --port out, or add --proto udp or --proto tcp');
  }
  if (options.send !== undefined) {
    if (options.proto !== 'icmp') {
      throw usageError('only ICMP echoes are sent', 'leave --proto out, or --send');
    }
    if (options.ipv6 && known.some(({ name, address6 }) => name === to && address6 === undefined)) {
      throw usageError(`${to} has no IPv6 address`, 'leave --ipv6 out');
    }
    return (await import('./trace-sent.ts')).traceSent(record, from, to, options.send, options);
  }
  const signal = AbortSignal.timeout(OBSERVING_MS);
  const [{ lab, beyond }, pods] = await withCluster(record, (cluster) =>
    Promise.all([observePaths(cluster, recordedLab(record), { signal }), cluster.pods()]),
  );
  const hosts = { ...lab.hosts, ...beyond };
  const flow: Flow = {
    from: senderOf(from, pods),
    to: addressOf(hosts, senderOf(to, pods), options.ipv6 ? 'inet6' : 'inet'),
    proto: options.proto,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.size !== undefined && { size: options.size }),
    ...(options.df && { df: 'do' }),
  };
  const exchange =
    options.proto === 'udp' ? oneWay(predict({ hosts }, flow)) : predictExchange({ hosts }, flow);
  process.stdout.write(traceText(exchange, options, terminalOf(process.stdout)));
  return CODE[exchange.outcome];
}

function checkName(name: string, names: readonly string[]): void {
  if (!names.includes(name)) {
    throw unknownName(`there is no node or pod "${name}"`, name, names, 'nodes and pods');
  }
}

const oneWay = (request: Prediction): Exchange => ({ request, outcome: request.outcome, end: request.end });

/** The address that a host's kernel has, not the one that the lab's file or CNI says. */
function addressOf(hosts: LabSnapshot['hosts'], to: string, wanted: 'inet' | 'inet6'): string {
  if (isAddress(to)) return to;
  const own =
    hosts[to]?.addresses.filter(({ family, scope }) => family === wanted && scope === 'global') ?? [];
  const address = (own.find(({ dev }) => dev === 'eth0') ?? own[0])?.address;
  if (address === undefined) {
    throw usageError(
      `${to} has no ${wanted === 'inet' ? 'IPv4' : 'IPv6'} address now`,
      'name the address itself: npm run -s lab -- trace <from> <address>',
    );
  }
  return address;
}

function traceText(exchange: Exchange, options: TraceOptions, terminal: Terminal): string {
  const { request, reply, outcome, end } = exchange;
  if (options.json) return `${JSON.stringify(exchange, null, 2)}\n`;
  if (options.mermaid) return mermaidPath(reply ? [request, reply] : [request]);
  const table = options.packets ? packetTable : pathTable;
  const part = (title: string, prediction: Prediction) =>
    `${terminal.paint('bold', title)} ${prediction.flow.from} → ${prediction.flow.to}\n${table(prediction, terminal)}\n`;
  const tone = outcome === 'delivered' ? 'green' : outcome === 'dropped' ? 'red' : 'yellow';
  const verdict = outcome === 'delivered' && reply ? 'answered' : endWords(end);
  return `${[part('Request', request), ...(reply ? [part('Reply', reply)] : [])].join('\n')}\n${terminal.paint(tone, verdict)}\n`;
}
