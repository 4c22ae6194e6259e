// Every fault in every network: how long `diagnose` takes to say what is wrong, and whether it is right.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { injectFault, repairFault } from '../../infra/faults/apply.ts';
import { FAULTS } from '../../infra/faults/catalogue.ts';
import { planFault } from '../../infra/faults/fault.ts';
import { sceneOf } from '../../infra/faults/scene.ts';
import { observeLab } from '../../infra/observe/observe-lab.ts';
import type { Round } from './figures.ts';
import { runNode } from './run-command.ts';
import { median } from './statistics.ts';
import type { StepContext } from './steps.ts';
import { standLab } from './stood-lab.ts';

/** Two nodes with three pods each, one of them behind a port of its node. */
const LABS = {
  kindnet: '{ type: kindnet, podCIDR: 10.244.0.0/16 }',
  flannel: '{ type: flannel, podCIDR: 10.42.0.0/16 }',
} as const;
/** What `diagnose` ends with when it has found something. */
const FOUND = 1;

export async function faultsStep(context: StepContext): Promise<Round> {
  const seconds: number[] = [];
  const wrong: string[] = [];
  for (const [network, shape] of Object.entries(LABS)) {
    const file = path.join(context.place.directory, `faults-${network}.yaml`);
    await writeFile(file, labText(network, shape));
    const stood = await standLab(file, context.place, context.stop.soon);
    const { cluster, lab, record } = stood;
    const scene = sceneOf(await observeLab(cluster, lab));
    if (!scene) throw new Error(`no two pods of lab ${lab.name} are on different nodes`);
    for (const fault of FAULTS) {
      const plan = planFault(fault, scene);
      if (!plan) continue;
      await injectFault(cluster, plan, context.stop.soon);
      const argv = ['diagnose', '--stack', record.stack, '--json'];
      const said = await runNode('scripts/cnilab.ts', argv, context.stop, [FOUND, 0]).finally(() =>
        repairFault(cluster, plan),
      );
      seconds.push(said.seconds);
      const { findings } = JSON.parse(said.stdout) as Said;
      const causes = findings.map(({ host, subject }) => `${host}: ${subject}`);
      if (causes.join() !== `${plan.culprit.host}: ${plan.culprit.subject}`)
        wrong.push(`${fault.name} in ${network}: ${causes.join(', ') || 'nothing'}`);
    }
    await stood.remove();
  }
  for (const text of wrong) process.stderr.write(`wrong culprit: ${text}\n`);
  return {
    diagnosis: median(seconds),
    slowestDiagnosis: Math.max(...seconds),
    faultsTried: seconds.length,
    wrongCulprits: wrong.length,
  };
}

interface Said {
  readonly findings: readonly { readonly host: string; readonly subject: string }[];
}

function labText(name: string, network: string): string {
  return `name: faults-${name}
cluster: { nodes: [{ name: n1 }, { name: n2 }] }
network: ${network}
workloads:
  - { name: pod, replicas: 5 }
  - { name: web, kind: pod, nodes: [n2], ports: [{ containerPort: 80, hostPort: 8080 }] }
`;
}
