// What a Kubernetes runtime tells CNI about a pod: CNI_ARGS and capability arguments.
import type { LabPod } from '../../lab/lab.ts';

/** CNI_ARGS as Kubernetes runtimes set them (IgnoreUnknown is the CNI runtime's), plus the address that the lab pins. */
export function cniArgs(pod: string, containerId: string, pin: string): Readonly<Record<string, string>> {
  return {
    K8S_POD_NAMESPACE: 'default',
    K8S_POD_NAME: pod,
    K8S_POD_INFRA_CONTAINER_ID: containerId,
    ...(pin && { IP: pin }),
  };
}

/** Capability arguments: portMappings from ports, bandwidth from the kubernetes.io annotations. */
export function capabilityArgs(pod: LabPod): Readonly<Record<string, unknown>> {
  const { annotations, ports } = pod;
  const ingressRate = quantity(annotations['kubernetes.io/ingress-bandwidth']);
  const egressRate = quantity(annotations['kubernetes.io/egress-bandwidth']);
  return {
    ...(ports.length > 0 && {
      portMappings: ports.map(({ hostPort, containerPort, protocol }) => ({
        hostPort,
        containerPort,
        protocol,
      })),
    }),
    ...((ingressRate || egressRate) && {
      bandwidth: {
        ...(ingressRate && {
          ingressRate,
          ingressBurst: burst(ingressRate, annotations['cnilab/ingress-burst']),
        }),
        ...(egressRate && { egressRate, egressBurst: burst(egressRate, annotations['cnilab/egress-burst']) }),
      },
    }),
  };
}

/**
 * Bits a shaped pod may send at once. Runtimes pass 2^32 - 1 bits, with which a limit binds only after half a gigabyte;
 * labs are to show it, so a tenth of a second's worth (at least 16 KiB, which one segment burst needs).
 */
function burst(rate: number, annotation: string | undefined): number {
  return quantity(annotation) ?? Math.max(Math.round(rate / 10), 16 * 1024 * 8);
}

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};

/** A Kubernetes quantity, such as 8M, as a number. */
function quantity(text: string | undefined): number | undefined {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)(k|M|G|Ki|Mi|Gi)?$/.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Math.round(Number(digits) * (SUFFIXES[suffix] ?? 1));
}
