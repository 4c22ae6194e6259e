// Three witnesses: which of CNI's result, the kernel's tables and the packets says otherwise than the rest.
import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../../infra/journey/evidence.ts';
import type { SeriesExchange } from '../../../infra/predict/exchange.ts';
import { predictSeries } from '../../../infra/predict/exchange.ts';
import { forwarding, predictable } from '../predict/recorded.ts';

const lab = predictable('kindnet');
const flow = { from: 'pod-2', to: '10.244.1.3' };
const delivered = predictSeries(lab, flow, 1);
const cut = forwarding(lab, 'minikube-m02', ({ routes }) => ({
  routes: routes.filter(({ dst }) => dst !== '10.244.1.3'),
}));
const dropped = predictSeries(cut, flow, 1);
const all = { transmitted: 3, received: 3 };
const none = { transmitted: 3, received: 0 };
const attached = {
  attachments: [
    ['pod-2', '10.244.1.2'],
    ['pod-3', '10.244.1.3'],
  ].map(([pod = '', address = '']) => ({
    ...{ pod, address, node: 'minikube-m02', network: 'kindnet', containerId: 'c', ifName: 'eth0' },
    ...{ cached: true, lease: true, inKernel: true },
  })),
};
const verdict = (series: readonly SeriesExchange[], ping: typeof all, state = attached) =>
  evidenceOf(state, flow, series, ping, 'minikube-m02/eth0');

describe('the one that is at odds', () => {
  test('is nobody when all agree', () => {
    expect(verdict(delivered, all)).toMatchObject({
      disagrees: null,
      conclusion: 'CNI, kernel and packets agree',
    });
  });

  test('is CNI when kernel and packets agree that nothing arrives, and the row to blame is named', () => {
    const evidence = verdict(dropped, none);
    expect(evidence.disagrees).toBe('cni');
    expect(evidence.conclusion).toMatch(/^CNI reported success, yet kernel and packets agree: dropped/);
  });

  test('is the packets when CNI and kernel let them through and they do not arrive', () => {
    expect(verdict(delivered, none)).toMatchObject({
      disagrees: 'packets',
      packets: { words: '0 of 3 answered; last seen at minikube-m02/eth0' },
    });
  });

  test('is the reading of the kernel when packets arrive in spite of it', () => {
    expect(verdict(dropped, all).disagrees).toBe('kernel');
  });

  test('cannot be CNI where an end is no pod of its', () => {
    const evidence = verdict(dropped, none, { attachments: [] });
    expect([evidence.disagrees, evidence.cni.reaches]).toEqual([null, null]);
  });

  test('is nobody when some packets arrive and some do not', () => {
    expect(verdict(delivered, { transmitted: 3, received: 2 })).toMatchObject({
      disagrees: null,
      packets: { reaches: null },
    });
  });
});

test('an address that CNI reported and the kernel has not is told', () => {
  const gone = {
    attachments: attached.attachments.map((row) => ({ ...row, inKernel: row.pod !== 'pod-3' })),
  };
  expect(verdict(dropped, none, gone).cni.words).toContain(
    'pod-3’s kernel does not have its address'.replace('’', "'"),
  );
});
