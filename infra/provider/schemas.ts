// The shapes of resource inputs, for `check`. The program is typed; these are for whoever is not.
import { z } from 'zod';
import { backendProblem } from '../backends/registry.ts';

const name = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be an RFC 1123 label');

export const handle = z.strictObject({
  backend: z.string(),
  id: z.string().min(1),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const backendName = z.string().superRefine((value, context) => {
  const problem = backendProblem(value);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

export const node = z.strictObject({
  name,
  role: z.enum(['control-plane', 'worker']),
  address: z.ipv4(),
  podCIDR: z.cidrv4(),
  address6: z.ipv6().optional(),
  podCIDR6: z.cidrv6().optional(),
});

export const underlay = z.strictObject({
  cidr: z.cidrv4(),
  gateway: z.ipv4(),
  cidr6: z.cidrv6().optional(),
  gateway6: z.ipv6().optional(),
});

export const outside = z.strictObject({
  cidr: z.cidrv4(),
  router: z.strictObject({ name, address: z.ipv4(), outsideAddress: z.ipv4() }),
  host: z.strictObject({ name, address: z.ipv4() }),
});

export const network = z.strictObject({
  type: z.enum(['kindnet', 'flannel', 'conflist']),
  podCIDR: z.cidrv4(),
  podCIDR6: z.cidrv6().optional(),
  mtu: z.int().min(576).max(65535),
  vni: z.int().min(1).max(16777215),
  port: z.int().min(1).max(65535),
  routes: z.boolean(),
  configs: z.record(z.string(), z.string()),
});

const podShape = z.strictObject({
  name,
  node: name,
  address: z.ipv4().optional(),
  address6: z.ipv6().optional(),
  annotations: z.record(z.string(), z.string()),
  ports: z.array(
    z.strictObject({
      containerPort: z.int().min(1).max(65535),
      hostPort: z.int().min(1).max(65535),
      protocol: z.enum(['tcp', 'udp']),
    }),
  ),
  containers: z.array(z.strictObject({ name, command: z.array(z.string()).min(1) })),
  selector: z.strictObject({ namespace: name, matchLabels: z.record(z.string(), z.string()) }).optional(),
});

/** One that is made has an address to ask for, and something to run; one that is selected has both already. */
export const pod = podShape.superRefine(({ selector, address, containers }, context) => {
  const add = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  if (selector === undefined && address === undefined) add('address', 'is missing');
  if (selector === undefined && containers.length === 0) add('containers', 'must have at least one');
});

/** A list whose items have names, each once. */
export function named<T extends z.ZodType<{ readonly name: string }>>(item: T, least = 0) {
  return z
    .array(item)
    .min(least)
    .superRefine((items, context) => {
      items.forEach((one, index) => {
        if (items.findIndex((other) => other.name === one.name) < index) {
          context.addIssue({ code: 'custom', path: [index, 'name'], message: `there are two "${one.name}"` });
        }
      });
    });
}

/** A text whose JSON has this shape. */
export function jsonOf<T extends z.ZodType>(shape: T) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: `is no JSON: ${(error as Error).message}` });
        return z.NEVER;
      }
    })
    .pipe(shape);
}

export { name as label };
