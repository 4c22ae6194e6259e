// All taps of an experiment as one capture file has them: where each interface is, and where on its way each packet is.
import type { Lab } from '../lab/lab.ts';
import type { OtherClock } from '../observe/clocks.ts';
import { hopComments } from '../observe/hop-comments.ts';
import type { Packet } from '../observe/packets/packet.ts';
import { clockOfTap, type DecodedTap, type PacketPath } from '../observe/paths.ts';
import type { PcapngPacket, PcapngTap } from '../observe/pcapng.ts';

/**
 * @param places host and interface of each tap
 * @param decoded the same taps, in the same order
 * @returns interfaces described as `node/netns interface`: `minikube/web-1 eth0`, `minikube/host cni0`, and by how much the
 *   stamps of another clock have been moved
 */
export function mergedCapture(
  lab: Lab,
  places: readonly { readonly host: string; readonly dev: string }[],
  decoded: readonly DecodedTap[],
  paths: readonly PacketPath[],
): PcapngTap[] {
  const comments = hopComments(paths, clockOfTap(decoded));
  return decoded.map(({ name, snaplen, packets, raw, otherClock }, tap) => {
    const { host = '', dev = '' } = places[tap] ?? {};
    return {
      name,
      description: `${netnsName(lab, host)} ${dev}${otherClock ? `, ${movedWords(otherClock)}` : ''}`,
      snaplen,
      packets: raw.map((captured, index): PcapngPacket => {
        const comment = comments.get(packets[index] as Packet);
        return { ...captured, ...(comment !== undefined && { comment }) };
      }),
    };
  });
}

/** Stamps in the file are those by which packets were followed; the kernel's own are found again by what is said here. */
function movedWords({ aheadNs, uncertainNs }: OtherClock): string {
  const seconds = (ns: bigint) => (Number(ns) / 1e9).toFixed(9);
  return `another clock: ${seconds(-aheadNs)} s was added to its stamps, give or take ${seconds(uncertainNs)} s`;
}

/** @param host a node, a pod, or `pod/container`: the containers of a pod share its network namespace */
function netnsName({ workloads }: Lab, host: string): string {
  const [name] = host.split('/');
  const pod = workloads.flatMap(({ pods }) => pods).find((known) => known.name === name);
  return pod === undefined ? `${host}/host` : `${pod.node}/${pod.name}`;
}
