import { decide } from '../../../lambdas/domain/cluster/decide.ts';
import {
  at,
  desired,
  freshRecord,
  healthy,
  healthySnapshot,
  input,
  instanceOf,
  node,
  readyNodes,
  record,
} from '../../support/clusters.ts';
import { complete, kinds } from './decide-support.ts';

describe('decide, when creation fails', () => {
  it('gives up past the deadline, says what lacks, and removes what was made', () => {
    const plan = decide(input({ now: at(3600) }));
    expect(plan.status).toEqual({
      value: 'CREATE_FAILED',
      generation: 1,
      reason: expect.stringMatching(/^Timeout: .*0 of 3 nodes of masters/),
    });
    expect(plan.giveUp).toBe(true);
    expect(plan.decisions).toEqual([]);
  });

  it('keeps what was made if asked to, and then leaves it alone', () => {
    const kept = record({ desired: desired({ keepLastAttempt: true }) });
    expect(decide(input({ record: kept, now: at(3600) })).giveUp).toBe(false);
    const later = decide(input({ record: kept, status: 'CREATE_FAILED', now: at(3700) }));
    expect(later).toMatchObject({ decisions: [], settled: true });
  });

  it('gives up at once on an error that repeating cannot mend', () => {
    const results = [{ key: 'prepare', outcome: 'failed' as const, error: 'InvalidInput', message: 'no such image' }];
    const plan = decide(input({ record: freshRecord(), results }));
    expect(plan.status).toEqual({ value: 'CREATE_FAILED', generation: 1, reason: 'prepare: no such image' });
  });

  it('gives up on a slot that is lost again and again', () => {
    const failures = { 'replace/masters/1': { count: 3, lastAt: at(1).toISOString(), error: 'NodeLost' } };
    const [first, ...rest] = readyNodes();
    const lost = { ...first!, status: 'launched' as const, launchedAt: at(-500).toISOString() };
    const plan = decide(
      input({
        record: record({ progress: { launchSeq: 9, failures } }),
        nodes: [lost, ...rest],
        actual: healthy([lost, ...rest]),
      }),
    );
    expect(plan.status?.reason).toMatch(/masters lost 4 nodes .* did not come online/);
  });
});

describe('decide, on a complete cluster', () => {
  it('is settled when nothing differs', () => {
    const nodes = readyNodes();
    const plan = decide(input({ record: complete(nodes), nodes, actual: healthy(nodes), status: 'CREATE_COMPLETE' }));
    expect(plan).toMatchObject({
      decisions: [],
      settled: true,
      nextCheckAt: at(910).toISOString(),
      changedNodes: [],
    });
  });

  it('starts masters that come back one at a time', () => {
    const nodes = readyNodes().map((each) =>
      each.role === 'master' && each.ordinal < 3 ? { ...each, status: 'online' as const } : each,
    );
    const plan = decide(input({ record: complete(nodes), nodes, actual: healthy(nodes), status: 'CREATE_COMPLETE' }));
    expect(plan.decisions).toEqual([
      expect.objectContaining({ kind: 'start-containers', instanceIds: [nodes[0]!.instanceId] }),
    ]);
  });

  it('does not take a failed master away while the others are no quorum', () => {
    const nodes = readyNodes().map((each) => {
      if (each.role !== 'master' || each.ordinal === 3) return each;
      return each.ordinal === 1 ? { ...each, status: 'failed' as const } : { ...each, status: 'starting' as const };
    });
    const plan = decide(input({ record: complete(nodes), nodes, actual: healthy(nodes), status: 'CREATE_COMPLETE' }));
    expect(kinds(plan)).not.toContain('terminate-nodes');
  });

  it('starts a slave again that Mesos has not seen for two minutes', () => {
    const nodes = readyNodes();
    const slave = nodes.find(({ role }) => role === 'slave')!;
    const snapshot = {
      ...healthySnapshot(nodes),
      agents: healthySnapshot(nodes).agents.filter(({ ip }) => ip !== slave.privateIp),
    };
    const actual = healthy(nodes, { snapshot });
    const first = decide(input({ record: complete(nodes), nodes, actual, status: 'CREATE_COMPLETE' }));
    expect(first.changedNodes).toEqual([{ ...slave, missingSince: at(10).toISOString() }]);
    expect(first.settled).toBe(false);
    const marked = nodes.map((each) => (each === slave ? first.changedNodes[0]! : each));
    const later = decide(
      input({ record: complete(nodes), nodes: marked, actual, status: 'CREATE_COMPLETE', now: at(140) }),
    );
    expect(later.decisions).toEqual([
      expect.objectContaining({ kind: 'start-containers', instanceIds: [slave.instanceId] }),
    ]);
  });

  it('starts a load balancer again whose HAProxy has not answered for two minutes', () => {
    const nodes = readyNodes();
    const balancer = nodes.find(({ role }) => role === 'load-balancer')!;
    const whole = healthySnapshot(nodes);
    const loadBalancers = whole.loadBalancers.map((each) => ({ ...each, healthy: each.ip !== balancer.privateIp }));
    const actual = healthy(nodes, { snapshot: { ...whole, loadBalancers } });
    const marked = nodes.map((each) => (each === balancer ? { ...each, missingSince: at(10).toISOString() } : each));
    const look = (seconds: number) =>
      decide(input({ record: complete(nodes), nodes: marked, actual, status: 'CREATE_COMPLETE', now: at(seconds) }));
    expect(look(100)).toMatchObject({ decisions: [], settled: false });
    expect(look(140).decisions).toEqual([
      expect.objectContaining({ kind: 'start-containers', instanceIds: [balancer.instanceId] }),
    ]);
  });

  it('configures the surviving load balancer for its new peer and publishes the new addresses', () => {
    const nodes = readyNodes();
    const fresh = node({ group: 'balancers', role: 'load-balancer', ordinal: 2, status: 'online' });
    const replaced = nodes.map((each) => (each.role === 'load-balancer' && each.ordinal === 2 ? fresh : each));
    const plan = decide(
      input({ record: complete(nodes), nodes: replaced, actual: healthy(replaced), status: 'CREATE_COMPLETE' }),
    );
    const survivor = nodes.find(({ role, ordinal }) => role === 'load-balancer' && ordinal === 1)!;
    expect(plan.decisions).toEqual([
      expect.objectContaining({ kind: 'start-containers', instanceIds: [survivor.instanceId, fresh.instanceId] }),
    ]);
    const ready = replaced.map((each) =>
      each.role === 'load-balancer'
        ? { ...each, status: 'ready' as const, peers: [survivor.privateIp, fresh.privateIp].sort().join(',') }
        : each,
    );
    const after2 = decide(
      input({ record: complete(nodes), nodes: ready, actual: healthy(ready), status: 'CREATE_COMPLETE' }),
    );
    expect(kinds(after2)).toEqual(['publish-outputs']);
  });
});

describe('decide, on removal', () => {
  const absent = (forget: boolean) => record({ desired: desired({ presence: 'absent', forget }) });

  it('terminates all instances at once, then waits, then cleans up', () => {
    const nodes = readyNodes();
    const terminate = decide(
      input({ record: absent(true), nodes, actual: healthy(nodes), status: 'DELETE_IN_PROGRESS' }),
    );
    expect(terminate.decisions).toEqual([
      expect.objectContaining({ kind: 'terminate-nodes', instanceIds: nodes.map(({ instanceId }) => instanceId) }),
    ]);
    const instances = nodes.map((each) => instanceOf(each, 'shutting-down'));
    const waits = decide(
      input({ record: absent(true), nodes, actual: { ...healthy([]), instances }, status: 'DELETE_IN_PROGRESS' }),
    );
    expect(waits.decisions).toEqual([]);
    const gone = nodes.map((each) => instanceOf(each, 'terminated'));
    const cleans = decide(
      input({ record: absent(true), nodes, actual: { ...healthy([]), instances: gone }, status: 'DELETE_IN_PROGRESS' }),
    );
    expect(cleans.decisions).toEqual([expect.objectContaining({ kind: 'clean-up-cluster', forget: true })]);
  });

  it('drops pending launches, and marks the deployment if the API could not', () => {
    const launches = decide(input()).launches;
    const plan = decide(input({ record: { ...absent(true), launches }, status: 'CREATE_IN_PROGRESS' }));
    expect(plan.launches).toEqual([]);
    expect(plan.status).toEqual({ value: 'DELETE_IN_PROGRESS', generation: 1 });
  });

  it('goes on, and leaves the status alone, when the owner has reset a deletion to failed', () => {
    const nodes = readyNodes();
    const plan = decide(input({ record: absent(true), nodes, actual: healthy(nodes), status: 'DELETE_FAILED' }));
    expect(kinds(plan)).toEqual(['terminate-nodes']);
    expect(plan.status).toBeUndefined();
    const end = decide(input({ record: absent(true), nodes: [], status: 'DELETE_FAILED' }));
    expect(end.decisions).toEqual([expect.objectContaining({ kind: 'clean-up-cluster', forget: true })]);
  });

  it('is settled after a failed creation is cleaned up', () => {
    const results = [{ key: 'clean-up', outcome: 'done' as const }];
    const plan = decide(input({ record: absent(false), results, status: 'CREATE_FAILED' }));
    expect(plan).toMatchObject({ settled: true, decisions: [] });
    expect(plan.progress.removedAt).toBeDefined();
    expect(plan.status).toBeUndefined();
  });

  it('undoes a creation that stopped before its deployment was recorded', () => {
    const young = decide(input({ record: freshRecord(), status: undefined }));
    expect(young).toMatchObject({ decisions: [], settled: false });
    const old = decide(input({ record: freshRecord(), status: undefined, now: at(121) }));
    expect(old.decisions).toEqual([expect.objectContaining({ kind: 'clean-up-cluster', forget: true })]);
  });
});
