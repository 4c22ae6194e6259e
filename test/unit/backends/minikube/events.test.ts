import { expect, test } from 'vitest';
import { parseEvent } from '../../../../infra/backends/minikube/events.ts';
import { recording } from './recording.ts';

const events = (name: string) => recording(name).stdout.trim().split('\n').map(parseEvent);

test('every line of a start is an event', () => {
  expect(events('start-dry-run')).toMatchSnapshot();
  expect(events('start-no-image')).not.toContain(undefined);
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
