import { decide } from '../../../lambdas/domain/cluster/decide.ts';
import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
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
  rules,
  spec,
  zones,
} from '../../support/clusters.ts';
import { complete, kinds, zoneProgress } from './decide-support.ts';

describe('decide, while a cluster is made', () => {
  it('prepares first, with the masters spread over the zones', () => {
    const plan = decide(input({ record: freshRecord() }));
    expect(plan.decisions).toEqual([expect.objectContaining({ kind: 'prepare-cluster', masterZones: zones })]);
    expect(plan.settled).toBe(false);
  });

  it('launches every role at once, each master and load balancer by itself and the slaves together', () => {
    const plan = decide(input());
    expect(kinds(plan)).toEqual([
      'launch-master',
      'launch-master',
      'launch-master',
      'launch-load-balancer',
      'launch-load-balancer',
      'launch-slaves',
    ]);
    expect(plan.launches.map(({ token }) => token)).toEqual(
      plan.decisions.map((each) => 'token' in each && each.token),
    );
    expect(new Set(plan.launches.map(({ token }) => token)).size).toBe(6);
    expect(plan.progress.launchSeq).toBe(6);
  });

  it('puts the two load balancers into different zones', () => {
    const balancers = decide(input()).decisions.filter((each) => each.kind === 'launch-load-balancer');
    expect(balancers.map(({ offering }) => offering.zone)).toEqual(['eu-west-1a', 'eu-west-1b']);
  });

  it('repeats a launch whose result is unknown under the same token and launches nothing else in its place', () => {
    const first = decide(input());
    const again = decide(
      input({ record: record({ launches: first.launches, progress: first.progress }), now: at(20) }),
    );
    const tokens = (plan: typeof first) => plan.decisions.map((each) => 'token' in each && each.token).sort();
    expect(tokens(again)).toEqual(tokens(first));
    expect(again.progress.launchSeq).toBe(first.progress.launchSeq);
  });

  it('waits before it repeats a launch that failed', () => {
    const first = decide(input());
    const failed = first.decisions.map(({ key }) => ({ key, outcome: 'failed' as const, error: 'Throttled' }));
    const plan = decide(
      input({ record: record({ launches: first.launches, progress: first.progress }), results: failed }),
    );
    expect(plan.decisions).toEqual([]);
    expect(plan.launches).toHaveLength(6);
    expect(plan.nextCheckAt).toBe(at(15).toISOString());
  });

  it('starts each node as soon as it is online, whatever the others do', () => {
    const nodes = readyNodes().map((each, index) => ({
      ...each,
      status: (index === 0 || each.role === 'slave' ? 'online' : 'launched') as NodeRecord['status'],
    }));
    const plan = decide(input({ nodes, actual: healthy(nodes) }));
    expect(plan.decisions).toEqual([
      expect.objectContaining({ kind: 'start-containers', group: 'masters', instanceIds: [nodes[0]!.instanceId] }),
      expect.objectContaining({ kind: 'start-containers', group: 'slaves' }),
    ]);
  });

  it('takes a node as online when SSM sees it', () => {
    const nodes = readyNodes().map((each) => ({ ...each, status: 'launched' as const }));
    const online = nodes[0]!.instanceId;
    const plan = decide(input({ nodes, actual: healthy(nodes, { onlineInstanceIds: [online] }) }));
    expect(plan.changedNodes).toEqual([expect.objectContaining({ instanceId: online, status: 'online' })]);
    expect(kinds(plan)).toEqual(['start-containers']);
  });

  it('takes a node as ready when its start command succeeded', () => {
    const nodes = readyNodes().map((each) => ({ ...each, status: 'starting' as const, commandId: 'c-1' }));
    const commands = nodes.map(({ instanceId }) => ({ instanceId, commandId: 'c-1', status: 'succeeded' as const }));
    const { snapshot: _, ...actual } = healthy(nodes, { commands });
    const plan = decide(input({ nodes, actual }));
    expect(plan.changedNodes.map(({ status }) => status)).toEqual(nodes.map(() => 'ready'));
    expect(plan.decisions).toEqual([]);
  });

  it('starts a node again after a failed command, and replaces it after the last attempt', () => {
    const [first, ...rest] = readyNodes();
    const failing = { ...first!, status: 'starting' as const, commandId: 'c-1', startAttempts: 1 };
    const commands = [
      { instanceId: first!.instanceId, commandId: 'c-1', status: 'failed' as const, message: 'no quorum' },
    ];
    const once = decide(input({ nodes: [failing, ...rest], actual: healthy([failing, ...rest], { commands }) }));
    expect(once.decisions).toEqual([
      expect.objectContaining({ kind: 'start-containers', reason: expect.stringContaining('no quorum') }),
    ]);
    const last = { ...failing, startAttempts: 2 };
    const plan = decide(input({ nodes: [last, ...rest], actual: healthy([last, ...rest], { commands }) }));
    expect(plan.decisions).toEqual([
      expect.objectContaining({ kind: 'terminate-nodes', instanceIds: [first!.instanceId] }),
    ]);
    expect(plan.changedNodes).toEqual([expect.objectContaining({ status: 'terminating', reason: 'no quorum' })]);
  });

  it('terminates a node that does not come online in time and replaces a slave at once', () => {
    const nodes = readyNodes().map((each) =>
      each.role === 'slave' && each.ordinal === 2 ? { ...each, status: 'launched' as const } : each,
    );
    const plan = decide(input({ nodes, actual: healthy(nodes), now: at(421) }));
    expect(kinds(plan)).toEqual(['terminate-nodes', 'launch-slaves']);
    expect(plan.decisions[1]).toMatchObject({ ordinals: [2], reason: expect.stringContaining('did not come online') });
  });

  it('launches a master again only when its slot is free', () => {
    const [first, ...rest] = readyNodes();
    const dying = decide(
      input({
        nodes: [first!, ...rest],
        actual: {
          ...healthy(rest),
          instances: [instanceOf(first!, 'shutting-down'), ...rest.map((each) => instanceOf(each))],
        },
      }),
    );
    expect(kinds(dying)).toEqual([]);
    const gone = decide(
      input({
        nodes: [{ ...first!, status: 'terminating' }, ...rest],
        actual: {
          ...healthy(rest),
          instances: [instanceOf(first!, 'terminated'), ...rest.map((each) => instanceOf(each))],
        },
      }),
    );
    expect(gone.decisions).toEqual([expect.objectContaining({ kind: 'launch-master', slot: 1 })]);
    expect(gone.goneInstanceIds).toEqual([first!.instanceId]);
  });

  it('believes in a just launched instance that EC2 does not show yet', () => {
    const nodes = readyNodes().map((each) => ({ ...each, status: 'launched' as const }));
    const unseen = decide(input({ nodes, actual: { ...healthy([]), instances: [] }, now: at(60) }));
    expect(unseen.decisions).toEqual([]);
    const lost = decide(input({ nodes, actual: { ...healthy([]), instances: [] }, now: at(130) }));
    expect(lost.goneInstanceIds).toHaveLength(nodes.length);
  });

  it('terminates instances that no record and no pending launch accounts for', () => {
    const nodes = readyNodes();
    const stray = node({ group: 'slaves', role: 'slave', ordinal: 3 });
    const actual = { ...healthy(nodes), instances: [...nodes, stray].map((each) => instanceOf(each)) };
    const plan = decide(input({ nodes, actual }));
    expect(plan.decisions[0]).toMatchObject({ kind: 'terminate-nodes', instanceIds: [stray.instanceId] });
    const launch = {
      token: `token-${stray.instanceId}`,
      group: 'slaves',
      ordinals: [3],
      offerings: [],
      decidedAt: at(1).toISOString(),
    };
    const pending = decide(
      input({
        nodes,
        actual,
        record: record({
          launches: [{ ...launch, offerings: [{ instanceType: 'm5.large', zone: zones[0]!, market: 'on-demand' }] }],
        }),
      }),
    );
    expect(kinds(pending)).not.toContain('terminate-nodes');
  });

  it('publishes the outputs when all is ready and healthy', () => {
    const nodes = readyNodes();
    const plan = decide(input({ nodes, actual: healthy(nodes) }));
    expect(kinds(plan)).toEqual(['publish-outputs']);
  });

  it.each([
    [
      'no leader',
      (nodes: NodeRecord[]) => ({
        masters: healthySnapshot(nodes).masters.map((each) => ({ ...each, elected: false })),
      }),
    ],
    ['an unregistered slave', (nodes: NodeRecord[]) => ({ agents: healthySnapshot(nodes).agents.slice(1) })],
    [
      'Marathon silent on one master',
      (nodes: NodeRecord[]) => ({
        masters: healthySnapshot(nodes).masters.map((each, index) => ({ ...each, marathon: index > 0 })),
      }),
    ],
  ])('is not complete with %s', (_, change) => {
    const nodes = readyNodes();
    const plan = decide(
      input({ nodes, actual: healthy(nodes, { snapshot: { ...healthySnapshot(nodes), ...change(nodes) } }) }),
    );
    expect(plan.decisions).toEqual([]);
    expect(plan.nextCheckAt).toBe(at(15).toISOString());
  });

  it('gives the virtual address to a load balancer when none takes it for a minute', () => {
    const nodes = readyNodes();
    const { addressHolder: _, ...actual } = healthy(nodes);
    const first = decide(input({ nodes, actual }));
    expect(first.decisions).toEqual([]);
    expect(first.progress.addressLostSince).toBe(at(10).toISOString());
    const later = decide(input({ nodes, actual, record: record({ progress: first.progress }), now: at(71) }));
    expect(kinds(later)).toEqual(['move-virtual-address']);
    const held = decide(
      input({ nodes, actual: healthy(nodes), record: record({ progress: first.progress }), now: at(71) }),
    );
    expect(held.progress.addressLostSince).toBeUndefined();
  });
});

describe('decide, on capacity', () => {
  const hold = at(200).toISOString();
  const unavailableIn = (zone: string) =>
    Object.fromEntries(['m6i.large', 'm5.large'].map((type) => [`${type}/${zone}/on-demand`, hold]));

  it('leaves offerings alone that lacked capacity', () => {
    const masters = readyNodes().filter(({ role }) => role === 'master');
    const crowded = record({ unavailable: unavailableIn(zones[0]!) });
    const plan = decide(input({ record: crowded, nodes: masters, actual: healthy(masters) }));
    const slaves = plan.decisions.find((each) => each.kind === 'launch-slaves');
    expect(slaves?.offerings.map(({ zone }) => zone)).toEqual([zones[1], zones[2], zones[1], zones[2]]);
  });

  it('moves the slot of a master out of a zone without capacity while the cluster is made', () => {
    const plan = decide(input({ record: record({ unavailable: unavailableIn(zones[1]!), progress: zoneProgress }) }));
    expect(plan.decisions).toEqual([
      expect.objectContaining({ kind: 'prepare-cluster', masterZones: [zones[0], zones[2], zones[2]] }),
    ]);
  });

  it('never moves a slot of a cluster that was complete', () => {
    const [, ...rest] = readyNodes();
    const base = complete(rest);
    const plan = decide(
      input({
        record: { ...base, unavailable: unavailableIn(zones[0]!) },
        nodes: rest,
        actual: healthy(rest),
        status: 'CREATE_COMPLETE',
      }),
    );
    expect(plan.decisions).toEqual([]);
    expect(plan.nextCheckAt <= hold).toBe(true);
  });

  it('waits until an offering may have capacity again when none has', () => {
    const unavailable = Object.assign({}, ...zones.map(unavailableIn));
    const plan = decide(input({ record: record({ unavailable, progress: zoneProgress }) }));
    expect(plan.decisions).toEqual([]);
    expect(plan.nextCheckAt).toBe(hold);
  });

  it('prefers spot for a preemptible group and falls back to on-demand', () => {
    const base = spec();
    const preemptible = { ...base, slaves: base.slaves.map((each) => ({ ...each, preemptible: true })) };
    const marketsOf = (unavailable: Record<string, string>) => {
      const plan = decide(input({ record: record({ desired: desired({ spec: preemptible }), unavailable }) }));
      return new Set(
        plan.decisions.flatMap((each) =>
          each.kind === 'launch-slaves' ? each.offerings.map(({ market }) => market) : [],
        ),
      );
    };
    expect(marketsOf({})).toEqual(new Set(['spot']));
    const noSpot = Object.fromEntries(
      zones.flatMap((zone) => ['m6i.large', 'm5.large'].map((type) => [`${type}/${zone}/spot`, hold])),
    );
    expect(marketsOf(noSpot)).toEqual(new Set(['on-demand']));
  });

  it('asks for what was short elsewhere at once, and after other failures later', () => {
    const masters = readyNodes().filter(({ role }) => role === 'master');
    const launchesAfter = (error: string) => {
      const failures = { 'launch/slaves/from-1': { count: 3, lastAt: at(9).toISOString(), error } };
      const short = record({
        unavailable: unavailableIn(zones[0]!),
        progress: { launchSeq: 0, failures, masterZones: zones },
      });
      return decide(input({ record: short, nodes: masters, actual: healthy(masters) })).launches;
    };
    const groups = (error: string) => launchesAfter(error).map(({ group }) => group);
    expect(groups('CapacityUnavailable')).toContain('slaves');
    expect(groups('DependencyUnavailable')).not.toContain('slaves');
  });

  it('asks EC2 for no more than its launch bucket gives', () => {
    const wanted = record({ desired: desired({ spec: spec({ slaves: 3000 }) }) });
    const plan = decide(input({ record: wanted }));
    const total = plan.launches.reduce((sum, { ordinals }) => sum + ordinals.length, 0);
    expect(total).toBe(1000);
    expect(plan.decisions.filter(({ kind }) => kind === 'launch-slaves')).toHaveLength(2);
    const next = decide(
      input({ record: { ...wanted, launches: plan.launches, progress: plan.progress }, now: at(20) }),
    );
    expect(next.launches).toHaveLength(plan.launches.length);
    const refilled = decide(
      input({ record: { ...wanted, launches: plan.launches, progress: plan.progress }, now: at(110) }),
    );
    expect(refilled.launches.reduce((sum, { ordinals }) => sum + ordinals.length, 0)).toBe(1200);
  });
});

it('keeps the rules of patience out of the way of the deployment deadline', () => {
  const plan = decide(input({ now: at(3590), record: record({ progress: zoneProgress }), rules }));
  expect(plan.nextCheckAt <= at(3600).toISOString()).toBe(true);
});
