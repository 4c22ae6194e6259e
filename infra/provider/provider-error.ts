// A failure as the engine is to see it.
import type { WireObject } from './codec.ts';

/** What was made although the operation failed. */
export interface Made {
  readonly id: string;
  readonly state: WireObject;
  readonly reasons: readonly string[];
}

/** One message without a stack; with `made`, the engine keeps the resource in its state. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly made: Made | undefined;

  constructor(message: string, made?: Made, options?: ErrorOptions) {
    super(message, options);
    this.made = made;
  }
}
