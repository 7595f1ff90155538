import { DependencyUnavailable } from '../../lambdas/contracts/error-names.ts';
import { makeSweepClusters } from '../../lambdas/handlers/sweep-clusters.ts';
import { makeWakeCluster } from '../../lambdas/handlers/wake-cluster.ts';
import { at, clusterId, node } from '../support/clusters.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';
import { FakeWorkloadStore } from '../support/fake-workload-store.ts';
import { clockAt, FakeWorkflow, recordedLog } from '../support/fakes.ts';
import { workloadId } from '../support/workloads.ts';

const slave = node({ group: 'slaves', role: 'slave', ordinal: 1, instanceId: 'i-0abc' });
const orphanId = '0197a000-0000-7000-8000-00000000dead';

describe('wake-cluster', () => {
  const setUp = () => {
    const store = new FakeClusterStore().add({ signalSeq: 0 }, [slave]);
    const workflow = new FakeWorkflow();
    const log = recordedLog();
    const workloads = new FakeWorkloadStore().add();
    const workloadRuns = new FakeWorkflow();
    const wake = makeWakeCluster({
      loops: { cluster: { store, workflow }, workload: { store: workloads, workflow: workloadRuns } },
      finder: { store, workloadMachineArn: 'arn:run-workload' },
      log,
    });
    const send = (...bodies: unknown[]) =>
      wake({
        Records: bodies.map((body, n) => ({
          messageId: `m-${n}`,
          body: typeof body === 'string' ? body : JSON.stringify(body),
        })),
      });
    const seq = async () => (await store.loadCluster(clusterId)).record.signalSeq;
    return { store, workflow, workloads, workloadRuns, log, send, seq };
  };
  const stateChange = {
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    detail: { 'instance-id': 'i-0abc' },
  };

  it('signals a cluster once for all messages of a batch that are about it', async () => {
    const { send, seq, workflow } = setUp();
    const own = { kind: 'node-online', clusterId, instanceId: 'i-0abc' };
    const failedRun = {
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { name: `${clusterId}-3` },
    };
    const command = {
      source: 'aws.ssm',
      'detail-type': 'EC2 Command Invocation Status-change Notification',
      detail: {},
      resources: ['arn:aws:ec2:eu-west-1:1:instance/i-0abc'],
    };
    expect(await send(own, stateChange, failedRun, command)).toEqual({ batchItemFailures: [] });
    expect(await seq()).toBe(1);
    expect([...workflow.runs.keys()]).toEqual([`${clusterId}-1`]);
  });

  it('signals workloads, by their own signals and by failed runs of their machine', async () => {
    const { send, seq, workloads, workloadRuns } = setUp();
    const run = (stateMachineArn: string) => ({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { name: `${workloadId}-1`, stateMachineArn },
    });
    await send({ kind: 'workload-changed', workloadId }, run('arn:run-workload'));
    expect([...workloadRuns.runs.keys()]).toEqual([`${workloadId}-1`]);
    expect((await workloads.load(workloadId)).record.signalSeq).toBe(1);
    await send(run('arn:reconcile-cluster'));
    expect([(await workloads.load(workloadId)).record.signalSeq, await seq()]).toEqual([1, 0]);
  });

  describe('an alarm’s change of state', () => {
    const alarmChange = (alarmName: string) => ({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [`arn:aws:cloudwatch:eu-west-1:1:alarm:${alarmName}`],
      detail: { alarmName, state: { value: 'ALARM' } },
    });

    it('signals the cluster that it names', async () => {
      const { send, seq } = setUp();
      expect(await send(alarmChange(`mesoscale/${clusterId}/slaves-missing`))).toEqual({ batchItemFailures: [] });
      expect(await seq()).toBe(1);
    });

    it.each([
      ['a cluster of another stack', `other/${orphanId}/slaves-missing`],
      ['no uuid', 'mesoscale/0197/slaves-missing'],
      ['a uuid in the wrong place', clusterId],
      ['a part too many', `mesoscale/more/${clusterId}/slaves-missing`],
      ['a name of the stack’s own', 'mesoscale-FunctionErrorsAlarm1'],
      ['nothing', ''],
    ])('is acknowledged and signals nobody when it names %s', async (_, name) => {
      const { send, seq, workflow } = setUp();
      expect(await send(alarmChange(name))).toEqual({ batchItemFailures: [] });
      expect([await seq(), workflow.runs.size]).toEqual([0, 0]);
    });
  });

  it('signals a cluster whose load has changed', async () => {
    const { send, seq } = setUp();
    await send({ kind: 'load-changed', clusterId });
    expect(await seq()).toBe(1);
  });

  it('acknowledges what is about nothing of ours', async () => {
    const { send, seq } = setUp();
    const foreign = { ...stateChange, detail: { 'instance-id': 'i-0fff' } };
    const unknown = { kind: 'cluster-changed', clusterId: orphanId };
    expect(await send(foreign, unknown)).toEqual({ batchItemFailures: [] });
    expect(await seq()).toBe(0);
  });

  it('reports what it cannot read, without logging it', async () => {
    const { send, log } = setUp();
    const result = await send('not json', { kind: 'format-disk', clusterId: 'x' }, stateChange);
    expect(result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m-0', 'm-1']);
    expect(JSON.stringify(log.lines)).not.toContain('format-disk');
  });

  it('reports the messages of a cluster that could not be signalled', async () => {
    const { send, store } = setUp();
    store.addSignal = () => Promise.reject(new DependencyUnavailable('table'));
    expect((await send(stateChange, stateChange)).batchItemFailures).toHaveLength(2);
  });

  it('wakes the run that waits instead of starting one', async () => {
    const { send, store, workflow } = setUp();
    workflow.openTokens.add('t-1');
    await store.storeWaitToken(clusterId, 1, 0, 't-1');
    await send(stateChange);
    expect([workflow.woken, workflow.runs.size]).toEqual([['t-1'], 0]);
  });

  it('starts the next run when the last is over without having said so', async () => {
    const { send, store, workflow } = setUp();
    await store.storeWaitToken(clusterId, 1, 0, 'dead');
    workflow.runs.set(`${clusterId}-1`, 'over');
    await send(stateChange);
    expect(workflow.runs.get(`${clusterId}-2`)).toBe('running');
    expect((await store.loadCluster(clusterId)).record.endedRun).toBe(1);
  });
});

describe('sweep-clusters', () => {
  const setUp = (
    found: Record<string, { instanceIds: string[]; youngest?: Date }>,
    alarmed: readonly string[] = [],
  ) => {
    const store = new FakeClusterStore().add({ signalSeq: 0 }, [slave]);
    const workloads = new FakeWorkloadStore();
    const workloadRuns = new FakeWorkflow();
    const removed: string[] = [];
    const deps = {
      loops: {
        cluster: { store, workflow: new FakeWorkflow() },
        workload: { store: workloads, workflow: workloadRuns },
      },
      foundations: {
        listClusterIds: async () => new Map(Object.entries(found)),
        cleanUp: async (id: string) => {
          removed.push(`clean up ${id}`);
          return [];
        },
      },
      alarms: {
        listClusterIds: async () => new Set(alarmed),
        remove: async (id: string) => {
          removed.push(`remove alarms of ${id}`);
        },
      },
      machines: {
        terminate: async (ids: readonly string[]) => {
          removed.push(`terminate ${ids.join()}`);
        },
      },
      clock: clockAt(at(1000)),
      log: recordedLog(),
    };
    return { deps, store, workloads, workloadRuns, removed, sweep: makeSweepClusters(deps) };
  };

  it('signals clusters whose next check is overdue', async () => {
    const { store, sweep } = setUp({});
    store.clusters.get(clusterId)!.nextCheckAt = at(999).toISOString();
    expect(await sweep()).toEqual({ woken: 1, removed: 0 });
    store.clusters.get(clusterId)!.nextCheckAt = at(1001).toISOString();
    expect(await sweep()).toEqual({ woken: 0, removed: 0 });
  });

  it('removes what is tagged but belongs to no recorded cluster', async () => {
    const { removed, sweep } = setUp({
      [clusterId]: { instanceIds: ['i-0abc'] },
      [orphanId]: { instanceIds: ['i-9'], youngest: at(100) },
    });
    expect(await sweep()).toEqual({ woken: 1, removed: 1 });
    expect(removed).toEqual(['terminate i-9', `clean up ${orphanId}`, `remove alarms of ${orphanId}`]);
  });

  it('removes alarms that are all that is left of a cluster, and no others', async () => {
    const { removed, sweep } = setUp({ [clusterId]: { instanceIds: ['i-0abc'] } }, [clusterId, orphanId]);
    expect(await sweep()).toMatchObject({ removed: 1 });
    expect(removed).toEqual([`clean up ${orphanId}`, `remove alarms of ${orphanId}`]);
  });

  it('sweeps all else when CloudWatch does not answer', async () => {
    const { deps, removed, sweep } = setUp({ [orphanId]: { instanceIds: ['i-9'], youngest: at(100) } });
    const refuse = () => Promise.reject(new DependencyUnavailable('CloudWatch does not answer.'));
    deps.alarms.listClusterIds = refuse;
    deps.alarms.remove = refuse;
    await sweep();
    expect(removed).toEqual(['terminate i-9', `clean up ${orphanId}`]);
  });

  it('forgets no instance of what has alarms, too', async () => {
    const { removed, sweep } = setUp({ [orphanId]: { instanceIds: ['i-9'], youngest: at(100) } }, [orphanId]);
    await sweep();
    expect(removed).toContain('terminate i-9');
  });

  it('signals workloads whose next check is overdue, and takes none of their secrets for an orphan', async () => {
    const { workloads, workloadRuns, removed, sweep } = setUp({ [workloadId]: { instanceIds: [], youngest: at(0) } });
    workloads.add();
    expect(await sweep()).toEqual({ woken: 2, removed: 0 });
    expect([...workloadRuns.runs.keys()]).toEqual([`${workloadId}-1`]);
    expect(removed).toEqual([]);
  });

  it('leaves alone what is younger than two minutes', async () => {
    const { removed, sweep } = setUp({ [orphanId]: { instanceIds: ['i-9'], youngest: at(900) } });
    await sweep();
    expect(removed).toEqual([]);
  });

  it('goes on when one cluster fails', async () => {
    const { deps, store, sweep } = setUp({ [orphanId]: { instanceIds: [] } });
    store.addSignal = () => Promise.reject(new DependencyUnavailable('table'));
    expect(await sweep()).toEqual({ woken: 0, removed: 1 });
    expect(deps.log.lines.map(({ level }) => level)).toContain('error');
  });
});
