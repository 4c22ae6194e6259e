// Reads what `minikube status -o json` says of the hosts of a profile's nodes.
import { z } from 'zod';
import type { MinikubeResult } from './failure.ts';

/** One node's Status (pkg/minikube/cluster/status.go). The other fields are of Kubernetes, which a lab may well break. */
const status = z.object({ Name: z.string(), Host: z.string() });

/** A single node's is an object, several are a list; null when minikube could not ask for one of them. */
const answer = z.union([status.transform((one) => [one]), z.array(status), z.null()]);

/** Whether all of the profile's hosts run; the exit status says the same in its lowest bit (1 host, 2 cluster, 4 Kubernetes). */
export function allHostsRun({ stdout }: MinikubeResult): boolean {
  const hosts = answer.safeParse(lastJson(stdout)).data;
  return Array.isArray(hosts) && hosts.length > 0 && hosts.every(({ Host }) => Host === 'Running');
}

/** Why the driver could not be asked, in its own words; undefined when it answered, be it that there is no such host. */
export function driverSilence({ stderr }: MinikubeResult): string | undefined {
  return SILENCE.exec(stderr)?.[0]?.trim();
}

/** Said by docker, podman and libvirt. */
const SILENCE =
  /(Cannot connect to the Docker daemon|permission denied while trying to connect|Cannot connect to Podman|unable to connect to Podman|[Ff]ailed to connect (to )?(socket|libvirt)|executable file not found)[^\n]*/;

function lastJson(stdout: string): unknown {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
