// What may be written in a key's place, in a few words of Markdown. Pure.
import { type JsonSchema, referred } from './json-schema.ts';

const FORMATS: Readonly<Record<string, string>> = {
  ipv4: 'IPv4 address',
  ipv6: 'IPv6 address',
  cidrv4: 'IPv4 range',
  cidrv6: 'IPv6 range',
};
/** RFC 1123 label, as infra/lab/schema-parts.ts has it. */
const LABEL = '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$';

/**
 * @param link Markdown of a link to a heading, or to a shared part
 */
export function typeWords(schema: JsonSchema, link: (to: JsonSchema | string) => string): string {
  const name = referred(schema);
  if (name !== undefined) return link(name);
  if (schema.anyOf) return schema.anyOf.map((each) => typeWords(each, link)).join(' or ');
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.oneOf || schema.properties) return link(schema);
  if (schema.type === 'array') return `list of ${typeWords(schema.items ?? {}, link)}${counted(schema)}`;
  if (typeof schema.additionalProperties === 'object')
    return `mapping of names to ${typeWords(schema.additionalProperties, link)}`;
  if (schema.type === 'string')
    return FORMATS[schema.format ?? ''] ?? (schema.pattern === LABEL ? 'label' : 'text');
  if (schema.type === 'integer' || schema.type === 'number')
    return `${schema.type === 'integer' ? 'integer' : 'number'}${bounds(schema)}`;
  return schema.type ?? 'anything';
}

function bounds({ minimum, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): string {
  if (maximum >= Number.MAX_SAFE_INTEGER) return minimum === undefined ? '' : ` (from ${minimum})`;
  return ` (${minimum} to ${maximum})`;
}

function counted({ minItems, maxItems }: JsonSchema): string {
  if (maxItems !== undefined) return minItems ? ` (${minItems} to ${maxItems})` : ` (at most ${maxItems})`;
  return minItems ? ` (at least ${minItems})` : '';
}
