// The shape of a selector: which pods that run already a workload gives names to.
import { z } from 'zod';
import { label, told } from './schema-parts.ts';

/** A qualified name: a DNS subdomain and "/" may come before it (Kubernetes, "Labels and Selectors", syntax). */
const KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;

export const selector = z
  .strictObject({
    namespace: told(label.default('default'), 'Where the pods are.', 'kube-system'),
    matchLabels: told(
      z
        .record(z.string(), z.string().regex(VALUE, 'must be the value of a Kubernetes label'))
        .superRefine((labels, context) => {
          const wrong = Object.keys(labels).find((key) => !KEY.test(key));
          const message =
            wrong === undefined
              ? 'name at least one label'
              : `"${wrong}" cannot be the key of a Kubernetes label`;
          if (wrong !== undefined || Object.keys(labels).length === 0)
            context.addIssue({ code: 'custom', message });
        }),
      'Labels that the pods have, all of them; such as k8s-app: kube-dns.',
      { 'k8s-app': 'kube-dns' },
    ),
  })
  .describe(
    'Pods that run already: nothing is made or deleted. Needs `nodes`, and a cluster that is Kubernetes.',
  );
