/** The benchmark's text: the README's short block, and the whole of docs/benchmark.md. */
import { assumedInvocationSeconds } from './cost.ts';
import type { Measurement } from './measure.ts';
import { spreadOf } from './statistics.ts';
import { costTable, countTable, durationTable, groupBySize, type Size } from './tables.ts';

/** Of the time until the cluster is complete to what its slowest node needs alone. */
const goal = 1.1;

export interface Report {
  readonly readme: string;
  readonly document: string;
  /** All tables, for the screen. */
  readonly tables: string;
}

export function writeReport(measurements: readonly Measurement[], command: string): Report {
  const sizes = groupBySize(measurements);
  const seeds = new Set(measurements.map(({ seed }) => seed)).size;
  const durations = durationTable(sizes);
  const totals = countTable('one deployment', sizes, ({ figures }) => figures.totals);
  return {
    readme: readmeBlock(durations, totals, seeds),
    document: documentOf({ sizes, durations, totals, seeds, command }),
    tables: [durations, totals, callTables(sizes), costTable(sizes)].join('\n\n'),
  };
}

function callTables(sizes: readonly Size[]): string {
  return [
    countTable('calls of the control plane', sizes, ({ figures }) => figures.calls),
    countTable('calls of the nodes', sizes, ({ figures }) => figures.nodeCalls),
  ].join('\n\n');
}

function readmeBlock(durations: string, totals: string, seeds: number): string {
  return `Making a cluster of 3 masters, 2 load balancers and slaves on the local cloud, in simulated time: median (smallest–largest)
of ${seeds} deployments with different random draws. The _ratio_ compares with what the slowest node would need alone.

${durations}

${totals}

Method, all calls by API, what grows with the nodes, and costs: [docs/benchmark.md](docs/benchmark.md). Rerun it with
\`npm run bench\`.`;
}

/** Whether the median ratio meets the goal, per size. */
function verdictOn(sizes: readonly Size[]): string {
  const judged = sizes.map(({ slaves, measurements }) => {
    const { median } = spreadOf(measurements.map(({ durations }) => durations.ratio));
    return `${median <= goal ? 'met' : 'missed'} at ${slaves} slaves (${median.toFixed(3)})`;
  });
  return `By the medians, the goal of ${goal} is ${judged.join(', ')}.`;
}

interface Parts {
  readonly sizes: readonly Size[];
  readonly durations: string;
  readonly totals: string;
  readonly seeds: number;
  readonly command: string;
}

function documentOf({ sizes, durations, totals, seeds, command }: Parts): string {
  return `# Benchmark

Written by \`${command}\`. All figures are of simulated time and counted calls, not of the machine.

## Method

\`examples/mesos-cluster.yaml\` is deployed on the local cloud (the synthesized stack, with boot times, API buckets and eventual
consistency simulated) in virtual time, once per size and seed. The seeds are \`bench-1\` to \`bench-${seeds}\`. Equal seeds draw
from equal streams; which node gets which draw depends on the order in which functions that run at the same time call, so that
a rerun differs by a few percent. Cells are medians, with the smallest and the largest where they differ.

- **POST to CREATE_COMPLETE** ends when the deployment's record becomes complete.
- **The slowest single node alone** is the largest, over all nodes, of: EC2's acceptance of the launch until SSM reaches the
  node, and its start script (pulling images, starting processes, elections), without the time in which the script waits for
  other nodes to get as far. It is the floor that no control plane can beat; nothing that this one does is in it.
- **The ratio** is the one divided by the other. The goal is ${goal}, and the same at 1,000 slaves as at 10.
- Counts go from the POST until the loop's run has ended, errors and retries included. Functions take no simulated time, so
  real ones add some 0.1 s to each pass.

## Time

${durations}

${verdictOn(sizes)} Where the time over the floor goes, at any size:

- **1 to 12 s for IAM.** A cluster's nodes have a role and profile of their own, and EC2 takes a profile only when it sees it.
  Masters try every 2 s, which five launches can afford in RunInstances' bucket (5, then 2 a second). The row of the last
  master's launch shows it.
- **about 3 s for the three signals on the way**: one second of batching each for the POST, a node's hello and the end of its
  start. Without batching, invocations would grow with the nodes.
- **0.3 to 2.5 s for SSM** to hand the start command over.
- **up to 4 s in large clusters**, where the loop takes what a few seconds bring in one pass while hundreds of nodes boot
  (\`lambdas/domain/cluster/pacing.ts\`); the last nodes never wait.

## Counts

${totals}

${callTables(sizes)}

What grows with the nodes, and how:

- \`ec2 CreateFleet\` by 500 slaves and zone, \`DescribeInstances\` by pages of 1,000, \`ssm DescribeInstanceInformation\`, \`SendCommand\` and \`ListCommandInvocations\` by
  batches of 50: the services' own limits.
- \`dynamodb BatchWriteItem\` by 25 items, and with it items written and write units: some five writes in a node's
  creation ([ADR 6](adr/0006-one-item-per-instance.md)). Read units too: a pass reads all of the cluster's records.
- SQS messages: three per node (its hello, its start's end, and SSM's own event of that), handled in batches; and
  \`dynamodb Query\` once per node, to find which cluster SSM's event is about.
- Passes, and with them state transitions, invocations and what one pass calls, go by how long nodes keep coming, at most one
  pass every second or so: more than for a handful of nodes, but nearly the same for 100 as for 1,000.
- Each node reads its cluster's secret once.

Nothing else does.

## Cost

At list prices of us-east-1, without free tiers, without nodes, addresses and logs; an invocation is taken to last
${assumedInvocationSeconds} s at the function's memory.

${costTable(sizes)}

## Rerun

\`\`\`
npm run bench                                # prints the tables
npm run bench -- --slaves 10,100 --seeds 5   # other sizes, more seeds
npm run bench -- --write                     # writes this page and the README's block
\`\`\`
`;
}
