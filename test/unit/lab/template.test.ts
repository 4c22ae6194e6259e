// Templates: filled at any depth, a number stays one, and what is not ours is left alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matcher } from '../../../infra/lab/schema.ts';
import { fillArgv, fillTemplates, TemplateError, templatesIn } from '../../../infra/lab/template.ts';

const facts: Readonly<Record<string, string | number>> = { 'pod-1.address': '10.0.0.2', 'pod-1.pid': 42 };
const lookup = (name: string, field: string) => facts[`${name}.${field}`];

describe('templates', () => {
  it('are filled at any depth; keys are left alone', () => {
    const value = {
      a: ['x ${pod-1.address}/24', { '${pod-1.pid}': ['${ pod-1.address }'] }],
      b: null,
      c: true,
    };
    expect(fillTemplates(value, lookup)).toEqual({
      a: ['x 10.0.0.2/24', { '${pod-1.pid}': ['10.0.0.2'] }],
      b: null,
      c: true,
    });
  });

  it('give a number where nothing else stands, and text in a command', () => {
    expect(fillTemplates('${pod-1.pid}', lookup)).toBe(42);
    expect(fillTemplates('pid ${pod-1.pid}', lookup)).toBe('pid 42');
    expect(fillArgv(['nsenter', '-t', '${pod-1.pid}'], lookup)).toEqual(['nsenter', '-t', '42']);
  });

  it('that nothing answers are an error that names them', () => {
    expect(() => fillTemplates({ a: '${pod-2.address}' }, lookup)).toThrow(TemplateError);
    expect(() => fillArgv(['${pod-1.colour}'], lookup)).toThrow('pod-1');
  });

  it('are not a shell’s expansions', () => {
    for (const text of ['${HOME}', '${a:-b}', '${x%.*}', '$(a.b)', '${#a}', '$a.b', '${a.b.c}', '${}'])
      expect([templatesIn(text), fillTemplates(text, lookup)]).toEqual([[], text]);
  });

  it('leave every value without one as it is', () => {
    const plain = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('${'));
    fc.assert(
      fc.property(plain, (value) => void expect(fillTemplates(value as Matcher, lookup)).toEqual(value)),
    );
  });
});
