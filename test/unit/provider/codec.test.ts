// Whatever a program gives comes through the engine's wire form as it was, and secrets come out as secrets.
import fc from 'fast-check';
import structs from 'google-protobuf/google/protobuf/struct_pb.js';
import { expect, test } from 'vitest';
import {
  holdsSecret,
  holdsUnknown,
  reveal,
  seal,
  secretTexts,
  stateAsRead,
  stateOf,
  toWire,
  UNKNOWN,
  type Wire,
  type WireObject,
} from '../../../infra/provider/codec.ts';

// A Struct's own reader cannot carry the one key that JavaScript objects treat as their prototype.
const key = fc.string().filter((text) => text !== '__proto__');
const leaf = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const { data } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('data')),
    fc.dictionary(key, tie('data'), { noNullPrototype: true }),
  ),
})) as { data: fc.Arbitrary<Wire> };
const { wire } = fc.letrec((tie) => ({
  wire: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.constant(UNKNOWN),
    tie('wire').map((value) => seal(value as Wire)),
    fc.array(tie('wire')),
    fc.dictionary(key, tie('wire'), { noNullPrototype: true }),
  ),
})) as { wire: fc.Arbitrary<Wire> };

const overTheWire = (value: Wire): Wire => {
  const struct = structs.Struct.fromJavaScript({ value } as Parameters<
    typeof structs.Struct.fromJavaScript
  >[0]);
  const read = structs.Struct.deserializeBinary(struct.serializeBinary()).toJavaScript();
  return read.value as Wire;
};

test('plain data, secrets and unknowns come through as they were', () => {
  fc.assert(
    fc.property(wire, (value) => {
      expect(overTheWire(toWire(value))).toEqual(value);
    }),
  );
});

test('what was sealed is what is revealed, and nothing stays wrapped', () => {
  fc.assert(
    fc.property(data, wire, (value, wrapped) => {
      expect(reveal(seal(value))).toEqual(value);
      expect(holdsSecret(reveal(wrapped))).toBe(false);
    }),
  );
});

test('properties that are undefined are left out, as a Struct refuses them', () => {
  expect(toWire({ a: undefined, b: [undefined, { c: undefined }] })).toEqual({ b: [null, {}] });
});

test('what is no data is refused, by where it is', () => {
  expect(() => toWire({ pods: [{ pid: 1n }] }, 'state')).toThrow('state.pods[0].pid is no plain data: 1');
  expect(() => toWire(Number.NaN)).toThrow(TypeError);
});

test('unknown values are found however deep', () => {
  expect(holdsUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
  fc.assert(fc.property(data, (value) => holdsUnknown(value) === JSON.stringify(value).includes(UNKNOWN)));
});

test('state has every input as it came, and is secret as soon as one input is', () => {
  const inputs: WireObject = { name: 'a', token: seal({ deep: ['x', 'y'] }) };
  expect(stateOf(inputs, { id: 1, nothing: undefined })).toEqual({ ...inputs, id: seal(1) });
  expect(stateOf({ name: 'a' }, { id: 1 })).toEqual({ name: 'a', id: 1 });
});

test('what is read again is as secret as it was, or as an input: a kubeconfig makes no secret of the nodes', () => {
  const state = { stack: 'dev', handle: { id: 'old' }, kubeconfig: seal('k: v'), drift: [] };
  const computed = {
    handle: { id: 'new' },
    kubeconfig: 'k: v',
    drift: ['minikube: gone'],
    generation: undefined,
  };
  const plain = { stack: 'dev', handle: { id: 'new' }, drift: ['minikube: gone'] };
  expect(stateAsRead(state, computed)).toEqual({ ...plain, kubeconfig: seal('k: v') });
  const asked = { ...state, settings: seal({ token: 't' }) };
  expect(stateAsRead(asked, computed)).toMatchObject({
    stack: 'dev',
    handle: seal({ id: 'new' }),
    drift: seal(['minikube: gone']),
  });
});

test('every text of a secret is known, to be kept out of messages', () => {
  expect(secretTexts({ open: 'a', token: seal({ deep: ['x', seal('y'), ''] }) })).toEqual(['x', 'y']);
});
