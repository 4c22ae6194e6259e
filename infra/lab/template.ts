// Templates: `${pod2.address}` in an assertion or a command, filled in from the live lab when the experiment runs.
import type { Matcher } from './schema.ts';

/** What can be asked of a pod. */
export const podFields = [
  'name',
  'node',
  'address',
  'mac',
  'hostVeth',
  'gateway',
  'cidr',
  'pid',
  'containerId',
  'address6',
  'gateway6',
  'cidr6',
] as const;
/** What can be asked of a node. `cni0Mac` and `vtepMac` are empty where there is no such device. */
export const nodeFields = [
  ...['name', 'address', 'podCIDR', 'gateway', 'cni0Mac', 'vtepMac'],
  ...['address6', 'podCIDR6', 'gateway6'],
] as const;
/** Fields that a lab without IPv6 has not. */
export const ipv6Fields: readonly string[] = ['address6', 'gateway6', 'cidr6', 'podCIDR6'];

/** What can be asked of the router and of the host behind it. `address` is that of eth0. */
export const outsideFields = ['name', 'address'] as const;

export type PodField = (typeof podFields)[number];
export type NodeField = (typeof nodeFields)[number];

/** The value of a field, or undefined when there is no such pod, node or field. */
export type TemplateLookup = (name: string, field: string) => string | number | undefined;

/** One `${name.field}`. */
export interface Template {
  /** As written. */
  readonly text: string;
  readonly name: string;
  readonly field: string;
}

/** A pod, node or field that the lab has not: resolving the lab finds this first, so it is a changed lab's error. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** POSIX shells have no `${a.b}`, so their own expansions never look like this and pass through untouched. */
const TEMPLATE = /\$\{\s*([A-Za-z0-9_-]+)\.([A-Za-z0-9_]+)\s*\}/g;

/** Every template in a text, in order. */
export function templatesIn(text: string): readonly Template[] {
  return [...text.matchAll(TEMPLATE)].map(([whole, name = '', field = '']) => ({ text: whole, name, field }));
}

/**
 * Fills every template in a value, at any depth; keys of mappings are left alone. A text that is nothing but one
 * template becomes the field's own value, so that a PID stays a number.
 * @throws TemplateError naming the template that nothing answers
 */
export function fillTemplates(value: Matcher, lookup: TemplateLookup): Matcher {
  if (typeof value === 'string') return fillText(value, lookup);
  if (Array.isArray(value)) return value.map((element) => fillTemplates(element, lookup));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, fillTemplates(inner, lookup)]),
    );
  return value;
}

/** As {@link fillTemplates} for the words of a command, which stay text. */
export function fillArgv(argv: readonly string[], lookup: TemplateLookup): string[] {
  return argv.map((word) => String(fillText(word, lookup)));
}

function fillText(text: string, lookup: TemplateLookup): string | number {
  const templates = templatesIn(text);
  const [only] = templates;
  if (only && only.text === text) return answer(only, lookup);
  return text.replace(TEMPLATE, (whole, name: string, field: string) =>
    String(answer({ text: whole, name, field }, lookup)),
  );
}

function answer(template: Template, lookup: TemplateLookup): string | number {
  const value = lookup(template.name, template.field);
  if (value === undefined)
    throw new TemplateError(
      `${template.text}: nothing in this lab is called ${template.name} and has ${template.field}`,
    );
  return value;
}
