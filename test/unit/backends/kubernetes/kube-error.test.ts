import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kube } from '../../../../infra/backends/kubernetes/kube.ts';

/** A stand-in for an API server: answers every request alike. */
describe('what an API server says, in words', () => {
  let dir = '';
  let answer = { status: 200, body: '{}' };
  const server = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(answer.body);
  });
  const kubeconfig = (url: string) => {
    const file = path.join(dir, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'here',
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  };
  let url = '';
  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'cnilab-kube-'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterAll(() => {
    server.close();
    rmSync(dir, { recursive: true });
  });

  const status = (code: number, message: string) => {
    answer = { status: code, body: JSON.stringify({ kind: 'Status', message, code }) };
  };

  it('forbidden: by whom, and what to ask for', async () => {
    status(403, 'nodes is forbidden: User "jane" cannot list resource "nodes"');
    await expect(new Kube(kubeconfig(url)).nodes()).rejects.toThrow(
      /not allowed to list nodes: nodes is forbidden: User "jane"[\s\S]*another context/,
    );
  });

  it('unauthorized: the credentials', async () => {
    status(401, 'Unauthorized');
    await expect(new Kube(kubeconfig(url)).uid()).rejects.toThrow(
      /does not know who is asking[\s\S]*expired/,
    );
  });

  it('anything else: its own words', async () => {
    status(422, 'spec.replicas: Invalid value: -1');
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } };
    await expect(new Kube(kubeconfig(url)).get(object)).rejects.toThrow(
      'spec.replicas: Invalid value: -1 (HTTP 422',
    );
  });

  it('nothing listens', async () => {
    const { port } = server.address() as { readonly port: number };
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const free = (closed.address() as { readonly port: number }).port;
    await new Promise((resolve) => closed.close(resolve));
    expect(free).not.toBe(port);
    await expect(new Kube(kubeconfig(`http://127.0.0.1:${free}`)).uid()).rejects.toThrow(
      /cannot be reached: nothing listens there[\s\S]*is the cluster running/,
    );
  });

  it('a kubeconfig without the context that is asked for', () => {
    expect(() => new Kube(kubeconfig(url), 'there')).toThrow(
      /there is no context "there" in .*; there is: here/,
    );
  });

  it('a kubeconfig with a mistake: where it is, without the lines around it', () => {
    const file = path.join(dir, 'broken');
    writeFileSync(file, 'users:\n- name: u\n  user:\n    token: SECRET\n   bad: [x\n');
    const message = (() => {
      try {
        new Kube(file);
      } catch (error) {
        return `${(error as Error).stack} ${(error as Error).cause}`;
      }
      return '';
    })();
    expect(message).toContain('is not a kubeconfig');
    expect(message).not.toContain('SECRET');
  });

  it('is not watched for what is so already', async () => {
    const asked: string[] = [];
    server.on('request', ({ url: what = '' }) => asked.push(what));
    // The list of kinds and the list of pods in one.
    const resources = [{ name: 'pods', singularName: 'pod', kind: 'Pod', namespaced: true, verbs: [] }];
    const lists = { kind: 'PodList', apiVersion: 'v1', groupVersion: 'v1', items: [], resources };
    answer = { status: 200, body: JSON.stringify(lists) };
    const kube = new Kube(kubeconfig(url));
    await kube.untilPods('n', undefined, (pods) => pods.length === 0, AbortSignal.timeout(5_000));
    const watched = () => asked.filter((what) => what.includes('watch=true'));
    // A watch that is on its way is asked for before this answer is.
    await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'n' });
    expect(asked.length).toBeGreaterThan(1);
    expect(watched()).toEqual([]);
  });

  it('a file that is no kubeconfig', () => {
    const file = path.join(dir, 'other');
    writeFileSync(file, '{ not: [a');
    expect(() => new Kube(file)).toThrow(/is not a kubeconfig/);
    expect(() => new Kube(path.join(dir, 'none'))).toThrow(/is not a kubeconfig: ENOENT/);
  });
});
