// One machine of the user's on which K3s is installed over ssh: taken for the lab, files copied, installed; given back on destroy.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { remote, type types } from '@pulumi/command';
import * as pulumi from '@pulumi/pulumi';
import type { K3sHost } from '../backends/k3s/hosts.ts';
import { k3sScript, type ScriptWords, scriptWords, type Verb } from '../backends/k3s/script.ts';
import { shellQuote } from '../util/shell-quote.ts';

/** Files on this machine that go to the other, instead of downloads there. */
export interface K3sFiles {
  readonly installer?: string | undefined;
  readonly binary?: string | undefined;
  readonly images?: string | undefined;
}

/** What is installed on it. */
export interface K3sInstallation {
  readonly version?: string | undefined;
  readonly files: K3sFiles;
  /** K3s' configuration; an agent's is a secret. */
  readonly config: pulumi.Input<string>;
  /** Another value of any of them means: uninstall, then install anew. */
  readonly triggers: readonly pulumi.Input<string>[];
  readonly after: readonly pulumi.Resource[];
}

/** With a secret in its output: never logged, encrypted in state. */
const SECRET_OUTPUT = { additionalSecretOutputs: ['stdout', 'stderr'] };

export class K3sMachine {
  /** Until this one is there, nothing has been changed on the machine; its deletion takes everything back. */
  readonly claim: remote.Command;
  readonly #name: string;
  readonly #host: K3sHost;
  readonly #words: { readonly id: string; readonly role: 'server' | 'agent' };
  readonly #connection: types.input.remote.ConnectionArgs;
  readonly #parent: pulumi.Resource;
  /** In the user's home there: the shell of ssh and the file transfer both begin in it. */
  readonly #directory: string;

  /** @param id of the lab, in the mark on the machine */
  constructor(
    name: string,
    host: K3sHost,
    words: { readonly id: string; readonly role: 'server' | 'agent' },
    parent: pulumi.Resource,
  ) {
    this.#name = name;
    this.#host = host;
    this.#words = words;
    this.#parent = parent;
    this.#connection = connectionArgs(host);
    this.#directory = `.cnilab-k3s/${words.id}`;
    const script = new remote.CopyToRemote(
      `${name}-script`,
      {
        connection: this.#connection,
        source: new pulumi.asset.StringAsset(k3sScript()),
        remotePath: this.#script,
        triggers: this.#place,
      },
      { parent },
    );
    this.claim = this.#command('claim', this.#run('claim'), {
      remove: this.#guarded(
        `${this.#run('release')} && rm -rf ${this.#directory} && { rmdir .cnilab-k3s 2>/dev/null || true; }`,
      ),
      triggers: this.#place,
      after: [script],
    });
  }

  /** Copies the files, then runs the vendor's installer. */
  install({ version, files, config, triggers, after }: K3sInstallation): remote.Command {
    const given = Object.entries(files).flatMap(([kind, file]) =>
      file === undefined ? [] : [{ kind, file }],
    );
    const copies = given.map(({ kind, file }) => {
      const source = new pulumi.asset.FileAsset(file);
      const remotePath = this.#remotePath(file);
      return new remote.CopyToRemote(
        `${this.#name}-${kind}`,
        { connection: this.#connection, source, remotePath, triggers: [this.claim.id] },
        { parent: this.#parent, dependsOn: this.claim },
      );
    });
    const words = Object.fromEntries(given.map(({ kind, file }) => [kind, this.#remotePath(file)]));
    return this.#command('install', this.#run('install', { ...words, version }), {
      remove: this.#guarded(this.#run('uninstall')),
      stdin: config,
      triggers: [this.claim.id, version ?? '', ...triggers, ...copies.map(({ source }) => source)],
      after: [this.claim, ...copies, ...after],
    });
  }

  /** Reads a secret of K3s' there. */
  secret(verb: 'token' | 'kubeconfig', installed: remote.Command): pulumi.Output<string> {
    const command = this.#command(verb, this.#run(verb), {
      triggers: [installed.id],
      after: [installed],
      logging: remote.Logging.None,
      options: SECRET_OUTPUT,
    });
    return pulumi.secret(command.stdout);
  }

  /**
   * Tells Kubernetes of a node that is to come, and which range its pods have. To be run on the server, before the node joins; what
   * was known of another machine under its name is forgotten.
   * @param ranges with a comma between two
   */
  announced(
    node: string,
    ranges: string,
    triggers: readonly pulumi.Input<string>[],
    after: remote.Command,
  ): remote.Command {
    const command = this.#run('announce', { node, ranges });
    return this.#command(`announced-${node}`, command, {
      triggers: [...triggers, node, ranges],
      after: [after],
    });
  }

  /** Waits until a node has joined and got its share of the pods' addresses. Asked of the server. */
  joined(node: string, installed: remote.Command): remote.Command {
    const command = this.#run('joined', { node });
    return this.#command(`joined-${node}`, command, { triggers: [installed.id], after: [installed] });
  }

  /**
   * Another place is another machine: what is on the old one has to be taken back there. So is another user's home, where
   * the script is not: the plugin copies it only when its content or path changes (CopyToRemote's Update).
   */
  get #place(): string[] {
    const { host, port = 22, user } = this.#host;
    return [host, String(port), user, this.#words.id];
  }

  get #script(): string {
    return `${this.#directory}/k3s.sh`;
  }

  #remotePath(file: string): string {
    return `${this.#directory}/${path.basename(file)}`;
  }

  #run(verb: Verb, words: ScriptWords = {}): string {
    const argv = ['sh', this.#script, ...scriptWords(verb, { ...this.#words, ...words })];
    return shellQuote(this.#host.user === 'root' ? argv : ['sudo', '-n', '--', ...argv]);
  }

  /** What is run on destroy, when the script is there; when it is not, and the mark is, that is said. */
  #guarded(command: string): string {
    // An `up` would not copy it again.
    const uninstaller = this.#words.role === 'agent' ? 'k3s-agent-uninstall.sh' : 'k3s-uninstall.sh';
    const byHand = `run /usr/local/bin/${uninstaller}, remove /etc/rancher/cnilab-k3s, then take the lab down again`;
    const lost = `echo '${this.#script} is gone from this machine, which has K3s of this lab' >&2; echo 'as root there: ${byHand}' >&2; exit 3`;
    const gone = `if [ -e /etc/rancher/cnilab-k3s ]; then ${lost}; fi`;
    return `if [ -e ${this.#script} ]; then ${command}; else ${gone}; fi`;
  }

  #command(
    what: string,
    create: string,
    more: {
      readonly remove?: string;
      readonly stdin?: pulumi.Input<string>;
      // biome-ignore lint/suspicious/noExplicitAny: as the vendor declares it
      readonly triggers?: pulumi.Input<any>[];
      readonly after: readonly pulumi.Resource[];
      readonly logging?: remote.CommandArgs['logging'];
      readonly options?: pulumi.CustomResourceOptions;
    },
  ): remote.Command {
    const { remove, stdin, triggers, after, logging, options } = more;
    const args: remote.CommandArgs = {
      connection: this.#connection,
      create,
      // Output of one run is not handed to the next: sshd would refuse the variables, and it may be secret.
      addPreviousOutputInEnv: false,
      ...(remove !== undefined && { delete: remove }),
      ...(stdin !== undefined && { stdin }),
      ...(triggers && { triggers }),
      ...(logging !== undefined && { logging }),
    };
    // The other order would install over what stands, and then uninstall it.
    const replacing = { parent: this.#parent, dependsOn: [...after], deleteBeforeReplace: true };
    return new remote.Command(`${this.#name}-${what}`, args, { ...replacing, ...options });
  }
}

function connectionArgs(host: K3sHost): types.input.remote.ConnectionArgs {
  const { host: address, user, port = 22, privateKeyFile, agent, hostKey } = host;
  return {
    host: address,
    user,
    port,
    ...(hostKey !== undefined && { hostKey }),
    ...(privateKeyFile === undefined
      ? { agentSocketPath: agent ?? '' }
      : { privateKey: pulumi.secret(privateKey(host, privateKeyFile)) }),
    // A few seconds apart; a machine that is not there is told of within a minute.
    dialErrorLimit: 3,
    perDialTimeout: 10,
  };
}

function privateKey({ name }: K3sHost, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new pulumi.RunError(
      `cnilab:k3s: the private key of ${name} cannot be read: ${(cause as Error).message}`,
    );
  }
}
