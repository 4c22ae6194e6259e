// Between the engine's wire form and plain data: secrets, values not known yet, and `undefined`.

/** What stands for a value that preview cannot know yet, anywhere in an input. Fixed by the Pulumi protocol. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** Key and value that mark an object as a secret. Fixed by the Pulumi protocol. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

/** A value as a protobuf Struct carries it. */
export type Wire = null | boolean | number | string | readonly Wire[] | { readonly [key: string]: Wire };
export type WireObject = { readonly [key: string]: Wire };

/** Takes every secret's wrapping off, however deep. Unknown values stay the sentinel. */
export function reveal(wire: Wire): Wire {
  if (Array.isArray(wire)) return wire.map(reveal);
  if (!isObject(wire)) return wire;
  if (isSecret(wire)) return reveal(wire.value ?? null);
  return Object.fromEntries(Object.entries(wire).map(([key, value]) => [key, reveal(value)]));
}

/** Marks a value as secret: the engine encrypts it in state and never prints it. */
export function seal(wire: Wire): Wire {
  return { [SIGNATURE]: SECRET, value: wire };
}

/** Whether anything in it is secret. */
export function holdsSecret(wire: Wire): boolean {
  if (Array.isArray(wire)) return wire.some(holdsSecret);
  return isObject(wire) && (isSecret(wire) || Object.values(wire).some(holdsSecret));
}

/** Every text that is inside a secret, so that messages can leave it out. */
export function secretTexts(wire: Wire, inSecret = false): readonly string[] {
  if (typeof wire === 'string') return inSecret && wire !== '' ? [wire] : [];
  if (Array.isArray(wire)) return wire.flatMap((item) => secretTexts(item, inSecret));
  if (!isObject(wire)) return [];
  return Object.values(isSecret(wire) ? { value: wire.value ?? null } : wire).flatMap((value) =>
    secretTexts(value, inSecret || isSecret(wire)),
  );
}

/** Whether anything in it is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isObject(value) && Object.values(value).some(holdsUnknown);
}

/**
 * Plain data as a Struct can carry it: properties that are `undefined` are left out (a Struct refuses them), an
 * `undefined` in an array becomes null, as in JSON.
 * @throws TypeError for what is not data (functions, bigints, numbers that are not finite), naming where it is.
 */
export function toWire(value: unknown, path = 'value'): Wire {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, index) => toWire(item, `${path}[${index}]`));
  if (!isObject(value)) throw new TypeError(`${path} is no plain data: ${String(value)}`);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toWire(member, `${path}.${key}`)]),
  );
}

/**
 * State to be stored: inputs echoed as they came, secret parts still wrapped; what was computed from them beside
 * them, and secret as soon as any input was, because it may contain it.
 */
export function stateOf(inputs: WireObject, computed: Readonly<Record<string, unknown>>): WireObject {
  const secret = holdsSecret(inputs);
  const state: Record<string, Wire> = { ...inputs };
  for (const [key, value] of Object.entries(computed)) {
    if (value === undefined) continue;
    const wire = toWire(value, key);
    state[key] = secret && wire !== UNKNOWN ? seal(wire) : wire;
  }
  return state;
}

/**
 * State that was read again. What has been computed anew is secret where it was so before (the program may mark an output),
 * or as soon as something else of the state is: an input, which it may contain.
 */
export function stateAsRead(state: WireObject, computed: Readonly<Record<string, unknown>>): WireObject {
  const given = Object.entries(state).filter(([key]) => computed[key] === undefined);
  const secret = given.some(([, wire]) => holdsSecret(wire));
  const anew = Object.entries(computed).flatMap(([key, value]): [string, Wire][] => {
    if (value === undefined) return [];
    const wire = toWire(value, key);
    return [[key, secret || holdsSecret(state[key] ?? null) ? seal(wire) : wire]];
  });
  return { ...state, ...Object.fromEntries(anew) };
}

function isObject(value: unknown): value is { readonly [key: string]: Wire } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSecret(value: { readonly [key: string]: Wire }): boolean {
  return value[SIGNATURE] === SECRET;
}
