// Machines of the user's, as `cnilab:k3s` in Pulumi's config names them.
import { z } from 'zod';
import type { LabNode } from '../../lab/lab.ts';
import type { SshHost } from './ssh-host.ts';

/** One machine: how it is entered, and where the other nodes see it. */
export interface K3sHost extends SshHost {
  /** Address by which the other nodes reach it. Default: `host`. */
  readonly address?: string;
}

const KEY =
  /(?:^|\s)((?:sk-)?(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521))(?:@openssh\.com)?) (AAAA[A-Za-z0-9+/]+=*)/;
const absolute = z.string().startsWith('/', 'must be an absolute path');

const hostSchema = z
  .strictObject({
    name: z.string().min(1),
    host: z.string().regex(/^[^\s-]\S*$/, 'must be an address or a DNS name'),
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]*$/i, 'must be a user name')
      .default('root'),
    port: z.number().int().min(1).max(65535).default(22),
    privateKeyFile: absolute.optional(),
    agent: absolute.optional(),
    hostKey: z.string().optional(),
    acceptAnyHostKey: z.boolean().default(false),
    address: z
      .string()
      .regex(/^[0-9a-f:.]+$/i, 'must be an IP address')
      .optional(),
  })
  .superRefine((host, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((host.privateKeyFile === undefined) === (host.agent === undefined))
      wrong('privateKeyFile', 'give exactly one of privateKeyFile and agent (the path of an agent’s socket)');
    if (host.hostKey === undefined && !host.acceptAnyHostKey) {
      wrong(
        'hostKey',
        'is missing: without it nobody knows which machine this is. Give what is in /etc/ssh/ssh_host_ed25519_key.pub there ' +
          '(acceptAnyHostKey: true takes any, also that of somebody in between)',
      );
    }
    // Pulumi's command plugin offers the key's own type as the algorithm, and servers take ssh-rsa (SHA-1) no more.
    if (host.hostKey !== undefined && !KEY.test(host.hostKey))
      wrong(
        'hostKey',
        'is no public key of type ed25519 or ECDSA, as in /etc/ssh/ssh_host_ed25519_key.pub there',
      );
  });

const schema = z.strictObject({
  hosts: z.array(hostSchema).min(1, 'names no machine'),
  version: z.string().optional(),
  installer: absolute.optional(),
  binary: absolute.optional(),
  images: absolute.optional(),
  flannel: z.enum(['vxlan', 'none']).optional(),
});

export interface K3sHostsConfig {
  readonly hosts: readonly K3sHost[];
  readonly version?: string;
  readonly installer?: string;
  readonly binary?: string;
  readonly images?: string;
  readonly flannel?: 'vxlan' | 'none';
}

/** @throws Error with a line for everything that is wrong */
export function parseK3sHosts(
  value: unknown,
  nodes: readonly Pick<LabNode, 'name' | 'role'>[],
): K3sHostsConfig {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => issue(path, message)).join('\n'));
  const { hosts, ...rest } = parsed.data;
  const problems = nameProblems(hosts, nodes);
  if (problems.length > 0) throw new Error(problems.map((text) => issue(['hosts'], text)).join('\n'));
  const inOrder = nodes.flatMap(({ name }) => hosts.filter((host) => host.name === name));
  return defined({ ...rest, hosts: inOrder.map(toHost) });
}

function toHost({ acceptAnyHostKey: _, hostKey, ...host }: z.infer<typeof hostSchema>): K3sHost {
  const [, type, key] = KEY.exec(hostKey ?? '') ?? [];
  return defined({ ...host, hostKey: type === undefined ? undefined : `${type} ${key}` });
}

function nameProblems(
  hosts: readonly { readonly name: string }[],
  nodes: readonly Pick<LabNode, 'name' | 'role'>[],
): readonly string[] {
  const names = hosts.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const strangers = names.filter((name) => !nodes.some((node) => node.name === name));
  const without = nodes.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  const servers = nodes.filter(({ role }) => role === 'control-plane');
  return [
    ...(twice === undefined ? [] : [`two machines are for node ${twice}`]),
    ...strangers.map(
      (name) => `the lab has no node ${name}; it has: ${nodes.map((node) => node.name).join(', ')}`,
    ),
    ...without.map((name) => `node ${name} of the lab has no machine`),
    ...(servers.length === 1
      ? []
      : [`K3s is made with one server here, and the lab has ${servers.length} control-plane nodes`]),
  ];
}

function issue(path: readonly PropertyKey[], message: string): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return `cnilab:k3s${text}: ${message}`;
}

/** Without the keys that have no value. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}
