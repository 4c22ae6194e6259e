// The engine's event stream (`pulumi up --json`): one JSON object a line → what we use of it. Pure.

/** What happens to one resource. */
export interface ResourceEvent {
  readonly urn: string;
  /** Last part of the type token, such as Cluster. */
  readonly type: string;
  readonly name: string;
  /** Such as create, update, delete, same, create-replacement. */
  readonly op: string;
  /** False for components, which only group. */
  readonly custom: boolean;
  /** What an experiment came to, when it is one that has finished. */
  readonly verdict?: string;
}

export type EngineEvent =
  | ({ readonly kind: 'started' | 'finished' | 'failed' } & ResourceEvent)
  | {
      readonly kind: 'diagnostic';
      readonly severity: 'info' | 'warning' | 'error';
      readonly message: string;
      readonly urn?: string;
      /** True for progress that is of no interest once it is past. */
      readonly passing: boolean;
    }
  | {
      readonly kind: 'summary';
      /** Number of resources by operation. */
      readonly changes: Readonly<Record<string, number>>;
      readonly result: string;
    };

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly new?: { readonly custom?: boolean; readonly outputs?: { readonly verdict?: unknown } } | null;
  readonly old?: { readonly custom?: boolean } | null;
}

interface RawEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
  readonly resOpFailedEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: {
    readonly severity: string;
    readonly message: string;
    readonly urn?: string;
    readonly ephemeral?: boolean;
  };
  readonly summaryEvent?: {
    readonly resourceChanges?: Readonly<Record<string, number>>;
    readonly result?: string;
  };
}

/** One line of the stream; undefined for what is not an event, or none that matters to a person. */
export function parseEvent(line: string): EngineEvent | undefined {
  const raw = parseObject(line);
  if (!raw) return undefined;
  if (raw.resourcePreEvent) return { kind: 'started', ...resource(raw.resourcePreEvent.metadata) };
  if (raw.resOutputsEvent) return { kind: 'finished', ...resource(raw.resOutputsEvent.metadata) };
  if (raw.resOpFailedEvent) return { kind: 'failed', ...resource(raw.resOpFailedEvent.metadata) };
  if (raw.summaryEvent) {
    const { resourceChanges = {}, result = '' } = raw.summaryEvent;
    return { kind: 'summary', changes: resourceChanges, result };
  }
  const diagnostic = raw.diagnosticEvent;
  // The language host passes a program's standard error on as info#err.
  const severity = diagnostic?.severity.replace(/#.*/, '');
  if (!diagnostic || (severity !== 'info' && severity !== 'warning' && severity !== 'error'))
    return undefined;
  return {
    kind: 'diagnostic',
    severity,
    message: diagnostic.message,
    passing: diagnostic.ephemeral === true,
    ...(diagnostic.urn && { urn: diagnostic.urn }),
  };
}

/** `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>` */
export function urnParts(urn: string): { readonly type: string; readonly name: string } {
  const parts = urn.split('::');
  const token = (parts[2] ?? '').split('$').at(-1) ?? '';
  return { type: token.split(':').at(-1) ?? '', name: parts.slice(3).join('::') };
}

function resource(metadata: StepMetadata): ResourceEvent {
  const custom = (metadata.new ?? metadata.old)?.custom === true && !metadata.type.startsWith('pulumi:');
  const verdict = metadata.new?.outputs?.verdict;
  return {
    urn: metadata.urn,
    op: metadata.op,
    custom,
    ...urnParts(metadata.urn),
    ...(typeof verdict === 'string' && { verdict }),
  };
}

function parseObject(line: string): RawEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as RawEvent;
  } catch {
    return undefined;
  }
}
