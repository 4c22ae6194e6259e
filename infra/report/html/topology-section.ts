// The drawing, what is known of what is chosen in it, the stepper over it, and the same lab as a table.
import type { ReportModel } from '../model/report-model.ts';
import { layOut } from '../topology/lay-out.ts';
import { svgOf } from '../topology/svg.ts';
import type { Topology } from '../topology/topology.ts';
import { type Html, html } from './html.ts';

/** Pixels that the drawing may take, beside what is told of it and on a narrow screen. */
const WIDE = 940;
const NARROW = 372;

export function topologySection({ lab, live, notRead }: ReportModel): Html {
  const hint =
    live === undefined
      ? 'There are none: the lab could not be read.'
      : 'Choose something in the drawing: a pod, a veth, a bridge, a machine or its routing.';
  const side = html`<aside class="side" aria-label="Beside the drawing">
<div class="tabs" role="tablist" aria-label="What is shown beside the drawing">
<button type="button" role="tab" id="tab-journey" aria-controls="journey" aria-selected="true">Journey</button>
<button type="button" role="tab" id="tab-facts" aria-controls="facts" aria-selected="false" tabindex="-1">Facts</button>
</div>
<div id="journey" role="tabpanel" aria-labelledby="tab-journey" tabindex="0"></div>
<div id="facts" role="tabpanel" aria-labelledby="tab-facts" tabindex="0" hidden><p class="note">${hint}</p></div>
</aside>`;
  return html`<section id="topology" aria-labelledby="topology-title">
<h2 id="topology-title">Topology and journeys</h2>
<div class="stage">
<div class="drawn">
${live === undefined ? html`<p class="missing">The lab could not be read when this was written, so there is no drawing: ${notRead}</p>` : drawn(lab, live.topology)}
${live !== undefined && tableOf(live.topology)}
</div>
${side}
</div>
</section>`;
}

function drawn(lab: string, topology: Topology): Html {
  const pods = topology.machines.flatMap((machine) => machine.pods).length;
  const title = `Drawing of lab ${lab}: ${topology.machines.length} machines, ${pods} pods. Arrow keys go from box to box, Enter chooses one; the table below says the same.`;
  const [wide, narrow] = [WIDE, NARROW].map((width) =>
    svgOf(layOut(topology, width), { title, interactive: true }),
  );
  return html`<div class="above scripted"><p class="hint">Click a pod, veth, bridge, machine or its routing for what the kernel has of it.</p>
<div id="zoom" class="zoom" role="group" aria-label="Size of the drawing"></div></div>
<div class="scroll wide">${wide}</div>
<div class="scroll narrow">${narrow}</div>
<ul class="legend" aria-label="What the colours mean">
<li class="uplink">uplink, underlay</li><li class="vxlan">VXLAN device</li><li class="bridge">bridge</li><li class="pod">pod, cable to its veth</li><li class="routing">the machine’s routing</li>
</ul>`;
}

function tableOf({ machines }: Topology): Html {
  const chosen = (key: string, text: string) =>
    html`<button type="button" class="link" data-choose="${key}">${text}</button>`;
  return html`<details id="table"><summary>The lab as a table</summary>
<table><caption>Pods, where they run and what they hang on</caption>
<thead><tr><th scope="col">Pod</th><th scope="col">Machine</th><th scope="col">Addresses</th><th scope="col">In the pod</th><th scope="col">On the machine</th><th scope="col">Bridge</th></tr></thead>
<tbody>${machines.flatMap(({ name, pods }) =>
    pods.map(
      ({
        name: pod,
        addresses,
        cable,
      }) => html`<tr><th scope="row">${chosen(pod, pod)}</th><td>${name}</td><td>${addresses.join(', ')}</td><td>${cable?.podIf ?? '–'}</td><td>${cable ? chosen(`${name}/${cable.nodeIf}`, cable.nodeIf) : '–'}</td><td>${cable?.master ? chosen(`${name}/${cable.master}`, cable.master) : '–'}</td></tr>
`,
    ),
  )}</tbody></table>
<table><caption>Machines and their interfaces</caption>
<thead><tr><th scope="col">Machine</th><th scope="col">Interface</th><th scope="col">Kind</th><th scope="col">Addresses</th><th scope="col">Bridge</th></tr></thead>
<tbody>${machines.flatMap(({ name, interfaces, pods }) => {
    const cabled = new Set(pods.flatMap(({ cable }) => cable?.nodeIf ?? []));
    return interfaces
      .filter(({ dev }) => !cabled.has(dev))
      .map(
        ({
          dev,
          kind,
          addresses,
          master,
        }) => html`<tr><th scope="row">${chosen(name, name)}</th><td>${chosen(`${name}/${dev}`, dev)}</td><td>${kind}</td><td>${addresses.join(', ')}</td><td>${master ?? '–'}</td></tr>
`,
      );
  })}</tbody></table>
</details>`;
}
