// The stand-in backend with a kubeconfig: the secret of its environment. Also a spy on what everybody reads in `ps`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Backend } from '../../infra/backends/backend.ts';
import standIn from './stand-in-backend.ts';

const { CNILAB_STAND_IN: directory = '', CNILAB_TEST_SECRET: secret = '' } = process.env;

function argumentsOfAll(): string {
  const read = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(read)
    .join('\n');
}

const withSecret: Backend = {
  ...standIn,
  kubeconfig() {
    // While the engine, the program and the provider all run.
    writeFileSync(path.join(directory, 'arguments'), argumentsOfAll());
    return `apiVersion: v1\nusers: [{ name: admin, user: { token: ${secret} } }]\n`;
  },
};

export default withSecret;
