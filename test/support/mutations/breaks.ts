// Ways to break a rule that several mutations share, each with its undo.
import type { Live } from './mutation.ts';

/** One command that breaks it and one that undoes it, in the same place. */
export function live(at: string, run: string, undo: string): Live {
  return { steps: [{ at, run }], undo: [{ at, run: undo }] };
}

/** Several at once, undone in the opposite order. */
export function together(...all: readonly Live[]): Live {
  return {
    steps: all.flatMap(({ steps }) => steps),
    undo: all.toReversed().flatMap(({ undo }) => undo),
  };
}

/** @param name with slashes: those of devices have dots */
export function sysctl(at: string, name: string, value: number, was: number): Live {
  const file = `/proc/sys/net/ipv4/${name}`;
  return live(at, `echo ${value} > ${file}`, `echo ${was} > ${file}`);
}

/** It gets echo requests and answers none. */
export const deaf = (at: string): Live => sysctl(at, 'icmp_echo_ignore_all', 1, 0);

/** It sends with another TTL than Linux does by default. */
export const ttl60 = (at: string): Live => sysctl(at, 'ip_default_ttl', 60, 64);

/** Packets vanish in a queue that keeps none of more than ten bytes: no table tells that. */
export function swallowing(at: string, dev: string): Live {
  const bucket = 'root tbf rate 8kbit burst 10 limit 10';
  return live(at, `tc qdisc replace dev ${dev} ${bucket}`, `tc qdisc del dev ${dev} root`);
}

export function mtu(at: string, dev: string, value: number, was: number): Live {
  return live(at, `ip link set ${dev} mtu ${value}`, `ip link set ${dev} mtu ${was}`);
}

/** First in its chain. */
export function rule(at: string, table: string, chainAndRule: string): Live {
  return live(at, `iptables -w -t ${table} -I ${chainAndRule}`, `iptables -w -t ${table} -D ${chainAndRule}`);
}

/** Runs all the while. @param name of the file with its PID @param command without apostrophes */
export function meanwhile(at: string, name: string, command: string, ready = ''): Live {
  const start = `setsid sh -c '${command}' > /dev/null 2>&1 < /dev/null & echo $! > /run/${name}.pid`;
  return live(
    at,
    ready ? `${start}; ${ready}` : start,
    `kill -9 -$(cat /run/${name}.pid); rm /run/${name}.pid`,
  );
}
