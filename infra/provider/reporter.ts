// Tells the user (through the engine) and the log file what the provider does. Never fails: it is not the work.
import { appendFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { providerLogPath } from '../state/stack-store.ts';
import { printable } from '../util/printable.ts';
import type { Reporter } from './provider.ts';

/** A reporter for the engine at that address; without one, only the log file is written. */
export function createReporter(engineAddress: string | undefined): Reporter {
  const engine = engineAddress === undefined ? undefined : connectLazily(engineAddress);
  const said = new Set<string>();
  return {
    say(urn, message, ephemeral) {
      // The engine asks for a diff more than once: what is wrong is said once.
      if (!ephemeral && said.has(urn + message)) return;
      said.add(urn + message);
      // The engine prints it as it is.
      engine?.(urn, printable(message), ephemeral);
    },
    log(stack, message) {
      void append(stack, `${new Date().toISOString()} [${process.pid}] ${message}\n`);
    },
  };
}

/** The engine's client is loaded with the first message, which most runs never send. */
function connectLazily(address: string) {
  const connected = load(address);
  return (urn: string, message: string, ephemeral: boolean): void => {
    void connected().then(
      ({ client, request }) => client.log(request(urn, message, ephemeral), () => {}),
      () => {},
    );
  };
}

function load(address: string) {
  const open = async () => {
    const [{ default: grpc }, { default: stubs }, { default: messages }] = await Promise.all([
      import('@grpc/grpc-js'),
      import('@pulumi/pulumi/proto/engine_grpc_pb.js'),
      import('@pulumi/pulumi/proto/engine_pb.js'),
    ]);
    const client = new stubs.EngineClient(address, grpc.credentials.createInsecure());
    const request = (urn: string, message: string, ephemeral: boolean) => {
      const log = new messages.LogRequest();
      log.setSeverity(messages.LogSeverity.INFO);
      log.setUrn(urn);
      log.setMessage(message);
      log.setEphemeral(ephemeral);
      return log;
    };
    return { client, request };
  };
  let opened: ReturnType<typeof open> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}

/** Only beside a stack's record: a log must not bring back the directory of a stack that was just taken down. */
async function append(stack: string, line: string): Promise<void> {
  try {
    const file = providerLogPath(stack);
    await stat(path.dirname(file));
    await appendFile(file, line, { mode: 0o600 });
  } catch {
    // A full disk or a directory that is gone: the thrown message still reaches the user.
  }
}
