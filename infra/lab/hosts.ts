// The things of a lab that experiments can speak of: nodes, what is outside, pods and their containers, by name.
import { podNames } from './names.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';
import { suggest } from './suggest.ts';
import { ipv6Fields, nodeFields, outsideFields, podFields, templatesIn } from './template.ts';

/** Names of everything that has a network of its own, and the checks that a mention of one is right. */
export class LabHosts {
  readonly nodes: readonly string[];
  /** The router and the host behind it, where there are any. */
  readonly outside: readonly string[];
  /** Pod → its containers. */
  readonly pods: ReadonlyMap<string, readonly string[]>;
  /** Whether nodes and pods have IPv6 addresses. */
  readonly dualStack: boolean;
  /** Pods that are only named: what runs in them is not the lab's to say. */
  readonly #selected: ReadonlySet<string>;
  readonly #report: Report;

  constructor(raw: RawLab, report: Report) {
    this.#report = report;
    this.dualStack = raw.network.podCIDR6 !== undefined;
    this.nodes = raw.cluster.nodes.map((node) => node.name);
    const { outside } = raw.cluster;
    this.outside = outside ? [outside.router, outside.host] : [];
    this.#selected = new Set(
      raw.workloads.flatMap((workload) => (workload.selector ? podNames(workload) : [])),
    );
    this.pods = new Map(
      raw.workloads.flatMap((workload) =>
        podNames(workload).map(
          (pod) => [pod, workload.containers.map((container) => container.name)] as const,
        ),
      ),
    );
  }

  /** `name` must be a node or a pod, or a host of the outside. */
  checkHost(name: string, path: Path): void {
    if (this.#isMachine(name) || this.pods.has(name)) return;
    const [pod = ''] = name.split('/');
    if (name.includes('/') && this.pods.has(pod))
      this.#report.at(path, `"${name}" names a container; a node or a pod is meant here`, `write ${pod}`);
    else this.#unknown(name, path);
  }

  /** `name` must be a node: pods have no such thing. */
  checkNode(name: string, path: Path, why: string): void {
    const what = this.pods.has(name) ? 'a pod' : this.outside.includes(name) ? 'outside the cluster' : '';
    if (what !== '')
      this.#report.at(path, `${why}, and "${name}" is ${what}`, suggest(name, this.nodes, 'nodes'));
    else this.checkHost(name, path);
  }

  /** `name` must be a node, a pod or pod/container. */
  checkPlace(name: string, path: Path): void {
    const [pod = '', container, ...rest] = name.split('/');
    const containers = this.pods.get(pod);
    if (container === undefined) this.checkHost(name, path);
    else if (this.#isMachine(pod))
      this.#report.at(
        path,
        `"${pod}" is ${this.nodes.includes(pod) ? 'a node' : 'outside the cluster'} and has no containers`,
        `write ${pod}`,
      );
    else if (!containers) this.#unknown(pod, path);
    else if (this.#selected.has(pod) && container !== '' && rest.length === 0) return;
    else if (rest.length > 0 || !containers.includes(container))
      this.#report.at(
        path,
        `pod ${pod} has no container "${[container, ...rest].join('/')}"`,
        suggest(container, containers, 'containers'),
      );
  }

  /** Every `${name.field}` at any depth of `value` must name a pod or node, and a field that it has. */
  checkTemplates(value: unknown, path: Path): void {
    if (typeof value === 'string') this.#checkText(value, path);
    else if (Array.isArray(value))
      for (const [i, element] of value.entries()) this.checkTemplates(element, [...path, i]);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) this.checkTemplates(inner, [...path, key]);
  }

  #checkText(text: string, path: Path): void {
    for (const { text: template, name, field } of templatesIn(text)) {
      const kind = this.#kindOf(name);
      if (kind === undefined) this.#unknown(name, path, ` in ${template}`);
      else if (!kind.fields.includes(field))
        this.#report.at(
          path,
          `${kind.what} has no "${field}" (in ${template})`,
          suggest(
            field,
            this.dualStack ? kind.fields : kind.fields.filter((known) => !ipv6Fields.includes(known)),
            'fields',
          ),
        );
      else if (!this.dualStack && ipv6Fields.includes(field))
        this.#report.at(path, `${template} is of IPv6, and the lab has none`, 'add network.podCIDR6');
    }
  }

  #kindOf(name: string): { readonly what: string; readonly fields: readonly string[] } | undefined {
    if (this.pods.has(name)) return { what: 'a pod', fields: podFields };
    if (this.nodes.includes(name)) return { what: 'a node', fields: nodeFields };
    return this.outside.includes(name)
      ? { what: 'a host outside the cluster', fields: outsideFields }
      : undefined;
  }

  #isMachine(name: string): boolean {
    return this.nodes.includes(name) || this.outside.includes(name);
  }

  #unknown(name: string, path: Path, where = ''): void {
    const all = [...this.nodes, ...this.outside, ...this.pods.keys()];
    this.#report.at(path, `no node or pod is called "${name}"${where}`, suggest(name, all, 'nodes and pods'));
  }
}
