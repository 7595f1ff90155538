/** Long waits: their end is seen soon, they cost little, and looks that are lost only delay. */
import { costOf } from '../../bench/cost.ts';
import type { E2eCluster } from '../support/e2e-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';
import { jobsTemplate, openWorkloadLab, tasksOfJob, type WorkloadLab } from '../support/workload-lab.ts';

const minute = 60_000;
const threeDaysSeconds = 3 * 24 * 3600;

let lab: WorkloadLab;
let host: E2eCluster;
beforeAll(async () => {
  lab = await openWorkloadLab('waiting');
}, ASSEMBLY_TIMEOUT_MS);
afterEach(() => lab.cloud.faults.clear());
afterAll(() => lab.close());

/** Invocations so far, by parts of functions' names. */
function invocationsOf(part: string): number {
  const { functions } = lab.cloud.services;
  return [...functions.invocations].reduce((sum, [name, count]) => sum + (name.includes(part) ? count : 0), 0);
}
async function countWhile(part: string, act: () => Promise<unknown>): Promise<number> {
  const before = invocationsOf(part);
  await act();
  return invocationsOf(part) - before;
}
const job = (seconds: number) => jobsTemplate({ long: { command: `sleep ${seconds}` } });
const tasks = (of: E2eCluster) => tasksOfJob(lab.running(host), of, 'long');
const ended = (of: E2eCluster) => tasksOfJob(lab.cloud.services.nodes.inspect.endedTasks(host.id), of, 'long');
const untilRunning = (of: E2eCluster) => lab.cloud.until(() => tasks(of).length === 1, { what: 'the task' });
const untilEnded = (of: E2eCluster) => lab.cloud.until(() => ended(of).length === 1, { what: 'the end of the task' });

/** @returns seconds from the end of the task until the loop has seen it, as the log tells */
async function untilComplete(of: E2eCluster): Promise<number> {
  await of.untilStatus('CREATE_COMPLETE', { withinSeconds: 120 });
  const told = (await of.log()).split('\n').find((line) => line.includes('publishing outputs')) ?? '';
  return (Date.parse(told.slice(0, 24)) - (ended(of)[0]?.endedAt ?? Number.NaN)) / 1000;
}

it('nothing but the look itself happens each minute while nobody waits', async () => {
  const all = await countWhile('', async () => {
    const looks = await countWhile('CollectLoad', () => lab.cloud.clock.advance(4 * minute));
    expect([3, 4]).toContain(looks);
  });
  expect(all).toBeLessThanOrEqual(4);
}, 60_000);

it('a job of three days is complete within a minute of its end, for cents', async () => {
  host = await lab.host();
  await host.untilStatus('CREATE_COMPLETE');
  const { functions, states } = lab.cloud.services;
  const before = new Map(functions.invocations);
  const long = await lab.deploy(job(threeDaysSeconds));
  await untilRunning(long);
  await lab.cloud.clock.advance(threeDaysSeconds * 1000 - 5 * minute);
  expect(await long.status()).toBe('CREATE_IN_PROGRESS');
  await untilEnded(long);
  expect(await untilComplete(long)).toBeLessThan(65);

  const runs = states.inspect.executions().filter(({ name }) => name.startsWith(long.id));
  const transitions = runs.reduce((sum, run) => sum + run.transitions, 0);
  const events = runs.reduce((sum, run) => sum + run.history.events.length, 0);
  const invoked = [...functions.invocations].map(([name, count]) => ({
    count: count - (before.get(name) ?? 0),
    memoryMiB: functions.settingsOf(name).memorySize,
  }));
  const cost = costOf({ transitions, invoked, messages: 0, writeUnits: 0, readUnits: 0 });
  const dollars = Object.values(cost).reduce((sum, part) => sum + part, 0);
  // A pass every half hour and little else: an execution's history holds 25,000 events.
  expect(transitions).toBeLessThan(500);
  expect(events).toBeLessThan(2_200);
  // All functions of three days; what reading the cluster's secret costs comes on top, two cents.
  expect(dollars).toBeLessThan(0.06);
  await lab.removeAll([long]);
}, 600_000);

it('looks that are lost for an hour only delay what waits, and are not made up for', async () => {
  const fault = lab.cloud.faults.add({ kind: 'function', function: 'CollectLoad', effect: 'not-run' });
  const [short, longer] = [await lab.deploy(job(600)), await lab.deploy(job(3600 + 300))];
  await untilRunning(short);
  expect(await countWhile('CollectLoad', () => lab.cloud.clock.advance(60 * minute))).toBe(60);
  // Its own look, twice an hour.
  expect(await short.status()).toBe('CREATE_COMPLETE');
  lab.cloud.faults.remove(fault);
  await untilEnded(longer);
  expect(await untilComplete(longer)).toBeLessThan(65);
  await lab.removeAll([short, longer]);
  await lab.removeAll([host]);
  lab.expectEmpty();
}, 120_000);
