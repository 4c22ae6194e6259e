// The API of a Kubernetes cluster with namespaces and pods only, in memory: pods run as soon as they are applied.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '../../infra/backends/kubernetes/kube-object.ts';

export interface StandInKubeApi {
  /** By name. */
  readonly pods: Map<string, KubeObject>;
  /** Such as "PATCH /api/v1/namespaces/a/pods/b". */
  readonly requests: string[];
  readonly kubeconfig: string;
  close(): Promise<void>;
}

const RESOURCES = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    { name: 'namespaces', singularName: 'namespace', kind: 'Namespace', namespaced: false },
    { name: 'pods', singularName: 'pod', kind: 'Pod', namespaced: true },
  ],
};

export async function standInKubeApi(): Promise<StandInKubeApi> {
  const pods = new Map<string, KubeObject>();
  const requests: string[] = [];
  const answer = (method: string, path: string, body: string): unknown => {
    if (path === '/api/v1') return RESOURCES;
    const [, pod] = /\/pods\/([^/]+)$/.exec(path) ?? [];
    if (method === 'GET')
      return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [...pods.values()] };
    if (method === 'DELETE') pods.delete(pod ?? '');
    else if (pod) pods.set(pod, { ...(JSON.parse(body) as KubeObject), status: { phase: 'Running' } });
    return pod === undefined
      ? { kind: 'Namespace' }
      : (pods.get(pod) ?? { kind: 'Status', status: 'Success' });
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://api').pathname;
    if (path !== '/api/v1') requests.push(`${request.method} ${path}`);
    const said = answer(request.method ?? 'GET', path, await bodyOf(request));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(said));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = [
    'apiVersion: v1\nkind: Config\ncurrent-context: a',
    'contexts: [{ name: a, context: { cluster: a, user: a } }]\nusers: [{ name: a, user: {} }]',
    `clusters: [{ name: a, cluster: { server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true } }]\n`,
  ].join('\n');
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((closed) => server.close(() => closed()));
  };
  return { pods, requests, kubeconfig, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
