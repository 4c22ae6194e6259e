// Calls one plugin: environment, standard input, time limit, record of the call, and errors for people.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, RunResult } from '../backends/host.ts';
import { HostError } from '../backends/host-error.ts';
import { type Attachment, attachmentName } from './attachment.ts';
import type { CniCall, CniCommand } from './call.ts';
import { type DerivedExtras, deriveConfig } from './derived-config.ts';
import { CniError, type CniErrorFacts, TRY_AGAIN_LATER } from './error.ts';
import type { NetworkList, PluginConf } from './network-list.ts';
import { readFailure, readResult } from './plugin-answer.ts';
import { pluginEnv } from './plugin-env.ts';
import { PluginPaths } from './plugin-paths.ts';

export interface CallerOptions {
  readonly host: Host;
  readonly node: string;
  readonly binDirs: readonly string[];
  readonly onCall: (call: CniCall) => void;
  /** Of one plugin call, ms. */
  readonly timeoutMs: number;
  /** How the user raises the limit, for the message. */
  readonly limitHint: string;
  /** Waits between tries. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface PluginCall {
  readonly command: CniCommand;
  readonly list: NetworkList;
  readonly plugin: PluginConf;
  readonly attachment?: Attachment;
  readonly extras?: DerivedExtras;
  readonly signal?: AbortSignal | undefined;
}

/** The default of `pause`. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {});
}

/** Waits before the next try when a plugin says "try again later" (code 11), ms. */
export const TRY_AGAIN_PAUSES_MS: readonly number[] = [250, 500, 1000];
/** A binary that is being written cannot be executed; libcni also waits a second, five times. */
const BUSY_PAUSES_MS = [1000, 1000, 1000, 1000, 1000];

export class PluginCaller {
  readonly paths: PluginPaths;
  readonly options: CallerOptions;
  #calls = 0;

  constructor(options: CallerOptions) {
    this.options = options;
    this.paths = new PluginPaths(options.host, options.binDirs);
  }

  /** ADD: the plugin's result. @throws CniError */
  async callForResult(call: PluginCall): Promise<object> {
    const { output, fail } = await this.#call(call);
    const answer = readResult(output);
    if ('failure' in answer) throw fail(answer.failure);
    return answer.raw;
  }

  /** Every other verb; a plugin that asks to be called later is. @throws CniError */
  async call(call: PluginCall): Promise<void> {
    for (const wait of [...TRY_AGAIN_PAUSES_MS, undefined]) {
      try {
        await this.#call(call);
        return;
      } catch (error) {
        const again = error instanceof CniError && error.code === TRY_AGAIN_LATER;
        if (!again || wait === undefined) throw error;
      }
      await this.wait(wait, call);
    }
  }

  /** @throws CniError with reason "aborted" */
  async wait(ms: number, call: Omit<PluginCall, 'plugin' | 'extras'>): Promise<void> {
    await this.options.pause(ms, call.signal).catch((cause) => {
      throw this.error(call, { reason: 'aborted', msg: 'was interrupted' }, cause);
    });
  }

  /** An error about a call that says where and for what it was made. */
  error(
    call: Omit<PluginCall, 'plugin'> & { plugin?: PluginConf },
    facts: Pick<CniErrorFacts, 'reason' | 'msg'> & Partial<CniErrorFacts>,
    cause?: unknown,
  ): CniError {
    const { command, list, plugin, attachment } = call;
    const { containerId, ifName } = attachment ?? {};
    const pod = attachment && attachmentName(attachment);
    const where = { command, plugin: plugin?.type, network: list.name, node: this.options.node };
    return new CniError({ ...where, containerId, ifName, pod, ...facts }, { cause });
  }

  async #call(call: PluginCall) {
    const { command, list, plugin, attachment, extras, signal } = call;
    if (signal?.aborted) throw this.error(call, { reason: 'aborted', msg: 'was interrupted' });
    const path = await this.#path(call);
    const env = pluginEnv(command, this.options.binDirs, attachment);
    const stdin = JSON.stringify(deriveConfig(list, plugin, extras));
    const begun = { wall: BigInt(Date.now()) * 1_000_000n, tick: process.hrtime.bigint() };
    const record = (
      result: Pick<RunResult, 'stdout' | 'stderr' | 'exitCode' | 'startedNs' | 'durationNs'>,
    ) => {
      const { stdout, stderr, exitCode, startedNs, durationNs } = result;
      const { containerId = '', ifName = '' } = attachment ?? {};
      const { node } = this.options;
      const what = { command, node, network: list.name, plugin: plugin.type, path, containerId, ifName, env };
      this.options.onCall({ ...what, stdin, stdout, stderr, exitCode, startedNs, durationNs });
      return this.#calls++;
    };
    let output: RunResult;
    try {
      output = await this.#run(path, env, stdin, call);
    } catch (cause) {
      if (!(cause instanceof HostError)) throw cause;
      const durationNs = process.hrtime.bigint() - begun.tick;
      const killed = { stdout: '', stderr: cause.stderr, exitCode: 137, startedNs: begun.wall, durationNs };
      throw this.error(call, { ...this.#hostFailure(cause), callIndex: record(killed) }, cause);
    }
    const callIndex = record(output);
    const fail = (failure: Pick<CniErrorFacts, 'reason' | 'msg'> & Partial<CniErrorFacts>) =>
      this.error(call, { ...failure, callIndex });
    const failure = readFailure(output);
    if (failure?.reason === 'host') this.paths.forget();
    if (failure) throw fail(failure);
    return { output, fail };
  }

  /** Of this plugin only: that another one is missing must not keep it from being called. */
  async #path(call: PluginCall): Promise<string> {
    const { type } = call.plugin;
    try {
      return (await this.paths.resolve(call.list, [type])).get(type) ?? '';
    } catch (error) {
      if (error instanceof CniError) throw this.error(call, error.facts, error);
      if (error instanceof HostError) throw this.error(call, this.#hostFailure(error), error);
      throw error;
    }
  }

  async #run(path: string, env: Readonly<Record<string, string>>, stdin: string, call: PluginCall) {
    const { host, timeoutMs } = this.options;
    const { signal } = call;
    for (const wait of BUSY_PAUSES_MS) {
      const output = await host
        .run([path], { env, stdin, timeoutMs, ...(signal && { signal }) })
        .catch((error) => {
          if (error instanceof HostError && isBusy(`${error.message}`)) return undefined;
          throw error;
        });
      if (output && !(output.exitCode === 126 && isBusy(output.stderr))) return output;
      await this.wait(wait, call);
    }
    return host.run([path], { env, stdin, timeoutMs, ...(signal && { signal }) });
  }

  #hostFailure(error: HostError): Pick<CniErrorFacts, 'reason' | 'msg' | 'stderr' | 'advice'> {
    const { timeoutMs, limitHint } = this.options;
    const { stderr } = error;
    if (error.reason === 'timeout') {
      const advice = `A slow machine may need longer: ${limitHint}.`;
      return {
        reason: 'timeout',
        msg: `the plugin hung and was killed after ${timeoutMs / 1000} s`,
        stderr,
        advice,
      };
    }
    if (error.reason === 'aborted') return { reason: 'aborted', msg: 'was interrupted', stderr };
    return { reason: 'host', msg: error.message };
  }
}

function isBusy(text: string): boolean {
  return /text file busy/i.test(text);
}
