// Who made an interface, told from what the kernel shows of it. The kernel keeps no record of that: these are the makers' habits.
import type { AddressRow, InterfaceRow, RouteRow } from './snapshot.ts';

export interface CreatorContext {
  readonly role: 'node' | 'pod';
  readonly interfaces: readonly Omit<InterfaceRow, 'creator'>[];
  readonly addresses: readonly AddressRow[];
  readonly routes: readonly RouteRow[];
}

/** Node ends of CNI veths: `veth` and 8 hex digits (containernetworking/plugins pkg/ip RandomVethName). */
const CNI_VETH = /^veth[0-9a-f]{8}$/;

/** VXLAN devices of flannel: `flannel.<VNI>` (flannel pkg/backend/vxlan). */
export const FLANNEL_DEVICE = /^flannel(-v6)?\.\d+$/;

/**
 * The words used: `kernel`, `loopback plugin`, `ptp plugin`, `bridge plugin`, `bandwidth plugin`, `flannel`,
 * `underlay` (the node's own uplink, made with the node) and `unknown`. What joins a router with the host behind it is
 * `outside`; a lab's snapshot says so, since a host cannot know.
 */
export function creatorOf(link: Omit<InterfaceRow, 'creator'>, context: CreatorContext): string {
  const { role } = context;
  const { name, kind, master } = link;
  if (kind === 'loopback') return role === 'pod' && link.up ? 'loopback plugin' : 'kernel';
  if (kind === 'vxlan' && FLANNEL_DEVICE.test(name)) return 'flannel';
  if (kind === 'ifb' && /^bwp[0-9a-f]+$/.test(name)) return 'bandwidth plugin';
  if (role === 'pod') return kind === 'veth' ? podVethCreator(name, context) : 'unknown';
  if (kind === 'bridge' && isCniBridge(name, context)) return 'bridge plugin';
  if (kind === 'veth' && CNI_VETH.test(name)) {
    if (master !== undefined) return 'bridge plugin';
    if (context.addresses.some((a) => a.dev === name && a.family === 'inet' && a.prefix === 32)) {
      return 'ptp plugin';
    }
  }
  if (name === 'eth0') return 'underlay';
  return 'unknown';
}

/** `cni0` is the plugin's default name; under another name it is known by its ports. */
function isCniBridge(name: string, { interfaces }: CreatorContext): boolean {
  return name === 'cni0' || interfaces.some((port) => port.master === name && CNI_VETH.test(port.name));
}

/** ptp replaces the connected route by one to the gateway alone; bridge leaves the kernel's. */
function podVethCreator(dev: string, { routes, addresses }: CreatorContext): string {
  const own = routes.filter((r) => r.dev === dev && r.family !== 'inet6');
  const gateways = new Set(own.map((r) => r.via).filter((via) => via !== undefined));
  if (own.some((r) => gateways.has(r.dst) && r.scope === 'link' && r.src !== undefined)) return 'ptp plugin';
  const addressed = addresses.some((a) => a.dev === dev && a.family === 'inet');
  if (addressed && own.some((r) => r.protocol === 'kernel' && r.scope === 'link')) return 'bridge plugin';
  return 'unknown';
}
