// Lines of `minikube … -o json`: CloudEvents (https://cloudevents.io, 1.0) of the types in minikube's pkg/minikube/out/register/log.go.
import { z } from 'zod';

const TYPES = 'io.k8s.sigs.minikube.';

const event = z.object({
  type: z.string().startsWith(TYPES),
  data: z.record(z.string(), z.string()).optional(),
});

export type MinikubeEvent =
  | {
      readonly kind: 'step';
      /** What goes on now, as a sentence. */
      readonly message: string;
      /** Of `total`; steps that a driver does not need are skipped. */
      readonly current: number;
      readonly total: number;
    }
  | { readonly kind: 'download'; readonly artifact: string }
  | { readonly kind: 'warning' | 'info'; readonly message: string }
  | MinikubeFailure;

export interface MinikubeFailure {
  readonly kind: 'error';
  /** Such as DRV_AS_ROOT; empty when minikube names none. See minikube's pkg/minikube/reason/reason.go. */
  readonly name: string;
  readonly message: string;
  /** What minikube advises to do; may be empty. */
  readonly advice: string;
  readonly url: string;
}

/** Undefined when the line is no event of minikube's, or one that says nothing (progress of a download). */
export function parseEvent(line: string): MinikubeEvent | undefined {
  const parsed = event.safeParse(json(line));
  if (!parsed.success) return undefined;
  const { type, data = {} } = parsed.data;
  const message = data.message ?? '';
  switch (type.slice(TYPES.length)) {
    case 'step':
      return {
        kind: 'step',
        message,
        current: Number(data.currentstep ?? 0),
        total: Number(data.totalsteps ?? 0),
      };
    case 'download':
      return { kind: 'download', artifact: data.artifact ?? '' };
    case 'warning':
      return { kind: 'warning', message };
    case 'info':
      return { kind: 'info', message };
    case 'error':
      return {
        kind: 'error',
        name: data.name ?? '',
        message,
        advice: data.advice ?? '',
        url: data.url ?? '',
      };
    default:
      return undefined;
  }
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
