// What a network is attached to: one interface of one container.
import { CniError } from './error.ts';
import { NAME } from './network-list.ts';

export interface Attachment {
  readonly containerId: string;
  /** Path of the network namespace, as seen from the node. Empty when it is gone (DEL only). */
  readonly netns: string;
  readonly ifName: string;
  /** CNI_ARGS, without IgnoreUnknown. */
  readonly args: Readonly<Record<string, string>>;
  /** Addresses asked of IPAM beside CNI_ARGS' one (CNI conventions, "Dynamic Plugin specific fields": args.cni.ips). */
  readonly ips?: readonly string[];
  /** Given to the plugins that declare the capability, such as portMappings. */
  readonly capabilityArgs: Readonly<Record<string, unknown>>;
}

/** The pod's name where the runtime passed it, else the container ID: what a message calls it. */
export function attachmentName({ args, containerId }: Pick<Attachment, 'args' | 'containerId'>): string {
  return args.K8S_POD_NAME ?? `container ${containerId.slice(0, 13)}`;
}

/** Rules of the CNI specification, sections 2 and 3. @throws CniError with reason "invalid" */
export function checkAttachment(attachment: Attachment, netnsNeeded: boolean): void {
  const { containerId, ifName, netns, args } = attachment;
  const fail = (msg: string) => {
    throw new CniError({ reason: 'invalid', msg, containerId, pod: attachmentName(attachment) });
  };
  if (!NAME.test(containerId))
    fail(`the container ID ${JSON.stringify(containerId)} must match ${NAME.source}`);
  // The kernel counts bytes, and takes NEL for a space (dev_valid_name).
  if (!/^[^/:\s\u0085]+$/.test(ifName) || Buffer.byteLength(ifName) > 15 || /^\.\.?$/.test(ifName)) {
    fail(`${JSON.stringify(ifName)} cannot be an interface name: 1 to 15 bytes without "/", ":" and spaces`);
  }
  if (netnsNeeded && netns === '') fail('a network namespace is needed, but none was given');
  for (const [key, value] of Object.entries(args)) {
    // Plugins split CNI_ARGS at these and there is no way to escape them.
    if (key === '' || /[;=]/.test(key) || /[;=]/.test(value)) {
      fail(`CNI_ARGS cannot carry ${key}=${value}: neither part may contain ";" or "="`);
    }
  }
}
