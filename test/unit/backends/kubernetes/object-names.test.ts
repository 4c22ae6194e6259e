// Names are valid whatever they are made of, and no two things of a lab share one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deploymentName, objectName } from '../../../../infra/backends/kubernetes/object-names.ts';

const RFC1123 = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);

describe('a name', () => {
  it('is an RFC 1123 label, whatever words it is made of', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 90 }), { maxLength: 3 }),
        fc.boolean(),
        (words, distinct) => {
          const name = objectName(words, distinct);
          expect(name).toMatch(RFC1123);
          expect(objectName([...words], distinct)).toBe(name);
        },
      ),
    );
  });

  it('of one label is that label', () => {
    fc.assert(
      fc.property(label, (word) => {
        expect(objectName([word])).toBe(word);
      }),
    );
  });

  it('tells two workloads, and their parts on nodes, apart', () => {
    const parts = fc.tuple(label, fc.option(label, { nil: undefined }));
    fc.assert(
      fc.property(parts, parts, ([workload, node], [other, otherNode]) => {
        fc.pre(workload !== other || node !== otherNode);
        expect(deploymentName(workload, node)).not.toBe(deploymentName(other, otherNode));
      }),
    );
    expect(deploymentName('web', 'a-b')).not.toBe(deploymentName('web-a', 'b'));
    expect(deploymentName('web', 'a')).not.toBe(deploymentName('web-a'));
  });

  it('keeps two long ones apart that differ at their ends', () => {
    const long = 'a'.repeat(62);
    const names = ['b', 'c'].map((end) => deploymentName(`${long}${end}`, 'n1'));
    expect(names[0]).not.toBe(names[1]);
    expect(names[0]).toMatch(/^a{56}-[0-9a-f]{6}$/);
  });

  it('says what it is made of', () => {
    expect(deploymentName('pod-to-pod')).toBe('pod-to-pod');
    expect(deploymentName('pod-to-pod', 'minikube-m02')).toMatch(/^pod-to-pod-minikube-m02-[0-9a-f]{6}$/);
    expect(objectName(['cnilab', 'kindnet'])).toBe('cnilab-kindnet');
    expect(objectName(['cnilab', 'Workshop_3'])).toMatch(/^cnilab-workshop-3-[0-9a-f]{6}$/);
    expect(objectName(['cnilab', 'Workshop_3'])).not.toBe(objectName(['cnilab', 'workshop-3']));
  });
});
