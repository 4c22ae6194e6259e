// The part of JSON Schema (draft 2020-12) that the published schemas use.

export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** `ping` of `#/$defs/ping`; undefined of what is no reference. */
export function referred(schema: JsonSchema): string | undefined {
  return schema.$ref?.replace('#/$defs/', '');
}

/** Kinds of a mapping that a key of it tells apart, such as `type` or `kind`. */
export function variantsOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  return schema.oneOf?.every(({ properties }) => properties) ? schema.oneOf : undefined;
}

/** The key whose value is another constant in each of the variants. */
export function discriminatorOf(variants: readonly JsonSchema[]): string {
  const key = Object.keys(variants[0]?.properties ?? {}).find((name) =>
    variants.every(({ properties }) => properties?.[name]?.const !== undefined),
  );
  if (key === undefined) throw new Error('no key tells the variants apart');
  return key;
}
