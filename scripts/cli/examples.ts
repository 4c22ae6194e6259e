// Examples of every verb, for its help.

/** Commands, some with what they do behind them; none where a verb has none. Those on a lab are on the default one, but for a course. */
export function examplesOf(verb: string): readonly string[] {
  return EXAMPLES[verb] ?? [];
}

/** Nothing where a verb has none. */
export function examplesText(verb: string): string {
  const lines = examplesOf(verb);
  return lines.length === 0 ? '' : `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  init: ['npm run -s lab -- init ./my-lab', 'npm run -s lab -- init ./my-flannel --template flannel'],
  rebuild: ['npm run -s lab -- rebuild', 'npm run -s lab -- rebuild table-3'],
  status: ['npm run -s lab -- status', 'npm run -s lab -- status kindnet --json | jq .verdict'],
  inspect: [
    'npm run -s lab -- inspect veths',
    'npm run -s lab -- inspect routes pod-to-pod-1',
    'npm run -s lab -- inspect neighbours --where state=STALE',
    'npm run -s lab -- inspect cni-calls --json | jq ".[].plugin"',
  ],
  course: [
    'npm run -s lab -- course up flannel --students 30',
    'npm run -s lab -- course up ./my-lab/lab.yaml --roster names.txt --course tuesday',
    'npm run -s lab -- course up flannel --accounts alice,bob   as root: each account its own',
    'npm run -s lab -- course status',
    'npm run -s lab -- course exec s07 pod1 -- ip route',
    'npm run -s lab -- course exec all pod1 -- ip neigh',
    'npm run -s lab -- course reset s07                  anew, in about a second',
    'npm run -s lab -- course fault inject vtep-forwarding-missing --all',
    'npm run -s lab -- course checkpoint save stage-2 s01 && npm run -s lab -- course checkpoint restore stage-2 --all',
    'npm run -s lab -- course verify',
    'npm run -s lab -- course collect -o monday',
    'npm run -s lab -- course down',
  ],
  doctor: ['npm run doctor', 'npm run doctor -- --json'],
  up: [
    'npm run up                                   the default lab',
    'npm run up -- flannel                        another lab of labs/',
    'npm run up -- kindnet --stack table-3        the same lab a second time, beside the first',
    'npm run up -- ./my-lab/lab.yaml              your own',
  ],
  down: [
    'npm run down                                 the only lab that is up',
    'npm run down -- --stack table-3',
    'npm run down -- --all',
  ],
  list: ['npm run -s lab -- list', 'npm run -s lab -- list --json | jq -r ".stacks[].stack"'],
  validate: ['npm run -s lab -- validate flannel', 'npm run -s lab -- validate ./my-lab/lab.yaml'],
  results: [
    'npm run -s lab -- results                    every check of every experiment',
    'npm run -s lab -- results routes --all       and what the checks that hold have seen',
    'npm run -s lab -- results --stack table-3 --json | jq .verdict',
  ],
  exec: [
    'npm run -s lab -- exec minikube --stack kindnet -- ip route',
    'npm run -s lab -- exec pod-to-pod-1 -- ping -c 1 10.244.1.2',
    'npm run -s lab -- exec pod-to-pod-1/main     a shell in a container',
    'npm run -s lab -- exec minikube --changes -- ip route del 10.244.1.0/24',
  ],
  verify: ['npm run -s lab -- verify', 'npm run -s lab -- verify routes --stack kindnet'],
  graph: [
    'npm run -s lab -- graph',
    'npm run -s lab -- graph --stack flannel > flannel.mmd',
    'npm run -s lab -- graph --format svg > lab.svg',
  ],
  report: ['npm run -s lab -- report', 'npm run -s lab -- report --stack flannel -o flannel.html'],
  diagnose: ['npm run -s lab -- diagnose', 'npm run -s lab -- diagnose --json | jq -r ".findings[].words"'],
  fault: [
    'npm run -s lab -- fault                      all faults, and which this lab can have',
    'npm run -s lab -- fault inject route-missing',
    'npm run -s lab -- fault inject               one at random: find it',
    'npm run -s lab -- fault repair               undo what is in, and tell what it was',
  ],
  trace: [
    'npm run -s lab -- trace pod-to-pod-1 pod-to-pod-2',
    'npm run -s lab -- trace pod-to-pod-1 192.168.49.1 --proto udp --port 53',
    'npm run -s lab -- trace pod-to-pod-1 pod-to-pod-2 --size 1472 --df      does it fit?',
    'npm run -s lab -- trace pod-to-pod-1 pod-to-pod-2 --packets             the headers at every interface, foretold',
    'npm run -s lab -- trace pod-to-pod-1 pod-to-pod-2 --send 5              foretold beside observed',
    'npm run -s lab -- trace pod-to-pod-1 pod-to-pod-2 --mermaid > path.mmd',
    'npm run -s lab -- trace pod-to-pod-1 pod-to-pod-2 --ipv6                where pods have IPv6: lab dual-stack',
  ],
  journey: [
    'npm run -s lab -- journey                    which there are',
    'npm run -s lab -- journey journey-across-nodes',
    'npm run -s lab -- journey journey-across-nodes --mermaid > journey.mmd',
  ],
  parity: [
    'npm run -s lab -- parity kindnet',
    'npm run -s lab -- parity flannel --backend netns,kind --set kind.image=kindest/node:v1.34.0',
    'npm run -s lab -- parity kindnet --markdown > parity.md',
  ],
  guide: [
    'npm run -s lab -- guide                      goes on where you left it',
    'npm run -s lab -- guide flannel --from 8',
    'npm run -s lab -- guide --list',
    'npm run -s lab -- guide --render -o article.md',
    'npm run -s lab -- guide --check kindnet      for authors: does it still say what is?',
  ],
  env: ['eval "$(npm run -s lab -- env)" && pulumi stack output --stack kindnet'],
};
