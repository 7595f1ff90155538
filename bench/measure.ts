/** One deployment in virtual time, from the POST until its run of the loop is over, and all that is counted meanwhile. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keys } from '../lambdas/contracts/table.ts';
import { type LocalCloud, startCloud } from '../local/cloud.ts';
import { type Durations, measureDurations } from './durations.ts';
import { countFigures, type Figures } from './figures.ts';

export interface Measurement {
  readonly slaves: number;
  readonly seed: number;
  readonly durations: Durations;
  readonly figures: Figures;
  /** Real seconds that it took. */
  readonly realSeconds: number;
}

const example = join(import.meta.dirname, '..', 'examples', 'mesos-cluster.yaml');
/** Simulated milliseconds after which a deployment counts as stuck. */
const patience = 3_600_000;

/** @throws Error if the cluster is not made */
export async function measure(assembly: string, slaves: number, seed: number): Promise<Measurement> {
  const begun = Date.now();
  const cloud = await startCloud({ template: assembly, speed: 'virtual', seed: `bench-${seed}` });
  try {
    const postedAt = cloud.clock.now();
    const uuid = await post(cloud, slaves);
    await cloud.clock.runUntil(() => isOver(cloud), { within: patience, what: 'the end of the deployment’s run' });
    const completedAt = await findCompletion(cloud, uuid);
    return {
      slaves,
      seed,
      durations: measureDurations(cloud, { postedAt, completedAt }),
      figures: countFigures(cloud),
      realSeconds: (Date.now() - begun) / 1000,
    };
  } finally {
    await cloud.close();
  }
}

async function post(cloud: LocalCloud, slaves: number): Promise<string> {
  const answer = await fetch(`${cloud.apiUrl}/deployments`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await cloud.issueToken({ subject: 'bench' })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      template: readFileSync(example, 'utf8'),
      parameters: { slaves, admin_password: 'correct-horse-battery' },
    }),
  });
  if (!answer.ok) throw new Error(`POST /deployments answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { uuid: string }).uuid;
}

/** Settled: the last run has ended, and nothing starts another. */
function isOver({ services }: LocalCloud): boolean {
  const runs = services.states.inspect.executions();
  return runs.length > 0 && runs.every(({ status }) => status !== 'RUNNING');
}

/** When the deployment became complete, as its record says. */
async function findCompletion({ services }: LocalCloud, uuid: string): Promise<number> {
  const items = (await services.dynamodb.scan()) as Record<string, { S?: string } | undefined>[];
  const meta = items.find((item) => item.pk?.S === keys.deployment(uuid) && item.sk?.S === keys.meta);
  const status = meta?.status?.S;
  if (status !== 'CREATE_COMPLETE') throw new Error(`the deployment ended as ${status}: ${meta?.statusReason?.S}`);
  return Date.parse(meta?.updatedAt?.S ?? '');
}
