import { expect, test } from 'vitest';
import { parseEvent } from '../../../../infra/backends/minikube/events.ts';
import { recording } from './recording.ts';

const events = (name: string) => recording(name).stdout.trim().split('\n').map(parseEvent);

test('every line of a start is an event', () => {
  expect(events('start-dry-run')).toMatchSnapshot();
  expect(events('start-no-image')).not.toContain(undefined);
});

test('a start of two nodes tells its steps node by node, up to the end', () => {
  const told = events('start-two');
  expect(told).not.toContain(undefined);
  const steps = told.flatMap((event) => (event?.kind === 'step' ? [event] : []));
  expect(steps.map(({ current }) => current)).toEqual([
    ...[0, 1, 3, 5, 8, 11, 12, 13, 14, 15, 17],
    ...[3, 5, 8, 11, 17, 19],
  ]);
  expect(steps.every(({ total }) => total === 19)).toBe(true);
  expect(steps[11]?.message).toBe(
    'Starting "cnilab-kindnet-0388fb62-m02" worker node in "cnilab-kindnet-0388fb62" cluster',
  );
});

test.each(['', 'null', '* Profile "x" not found.', '{"type":"com.example.step"}', '{"type":'])(
  '%j is no event',
  (line) => {
    expect(parseEvent(line)).toBeUndefined();
  },
);

test('progress of a download is not told line by line', () => {
  const line = JSON.stringify({
    type: 'io.k8s.sigs.minikube.download.progress',
    data: { artifact: 'minikube-amd64.iso', progress: '0.1' },
  });
  expect(parseEvent(line)).toBeUndefined();
});
