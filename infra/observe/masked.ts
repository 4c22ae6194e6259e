// What a text says that is random in every lab, and the times in it, each replaced by a mark. Pure.
import { BROADCAST, NO_MAC } from './packets/mac.ts';

/** What looks random though nothing is known of it, and times in the output of tools. */
export function masked(text: string, pid: (n: number) => string = () => '<pid:?>'): string {
  return (
    text
      .replaceAll(/(?<![0-9A-Za-z])veth[0-9a-f]{8}\b/g, '<veth:?>')
      .replaceAll(/(?<![0-9A-Za-z])bwp[0-9a-f]{12}\b/g, '<ifb:?>')
      .replaceAll(/\bCNI-(DN-)?[0-9a-f]{21,24}\b/g, '<chain:?>')
      .replaceAll(/\bnet:\[\d+\]/g, '<netns:?>')
      .replaceAll(/\b[0-9a-f]{64}\b/g, '<id:?>')
      .replaceAll(/\/proc\/(\d+)\//g, (_, n: string) => `/proc/${pid(Number(n))}/`)
      .replaceAll(/(?<![0-9a-f:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![0-9a-f:])/g, (mac) =>
        isFixed(mac) ? mac : '<mac:?>',
      )
      // What the kernel makes of a MAC (RFC 4291, appendix A).
      .replaceAll(/\bfe80::[0-9a-f]{0,4}:?[0-9a-f]{0,2}ff:fe[0-9a-f]{1,2}:[0-9a-f]{1,4}\b/g, '<fe80:?>')
      .replaceAll(/\btime([=<]\s?)[\d.]+ ?ms/g, 'time$1<time>')
      .replaceAll(/\btime \d+ms/g, 'time <time>')
      .replaceAll(/(min\/avg\/max\/mdev = )[\d./]+ ms/g, '$1<time>')
      .replaceAll(/\b(ip-)?id \d+\b/g, '$1id <id>')
  );
}

/** Groups that the standards fix are facts; a solicited-node group ends in somebody's random address. */
const isFixed = (mac: string) =>
  mac === NO_MAC ||
  mac === BROADCAST ||
  (/^(01:00:5e|33:33|01:80:c2):/.test(mac) && !mac.startsWith('33:33:ff:'));
