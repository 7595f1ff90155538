import type { ActualCluster } from '../../../lambdas/domain/cluster/actual.ts';
import { missingOrdinals } from '../../../lambdas/domain/cluster/decide-launches.ts';
import type { ClusterRecord, NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { shapeOf } from '../../../lambdas/domain/cluster/shape.ts';
import type { NodeGroup } from '../../../lambdas/domain/cluster/spec.ts';
import type { Situation } from '../../../lambdas/domain/cluster/step.ts';
import { findUnfit, findVictims } from '../../../lambdas/domain/cluster/victims.ts';
import {
  at,
  desired,
  foundation,
  group,
  healthy,
  node,
  record,
  rules,
  spec,
  start,
  subnets,
} from '../../support/clusters.ts';

interface Scene {
  readonly record: ClusterRecord;
  readonly nodes: readonly NodeRecord[];
  readonly actual?: ActualCluster;
}

function situation({ record: of, nodes, actual = healthy(nodes) }: Scene): Situation {
  return {
    ...{ record: of, nodes, lost: [], actual, failures: {}, results: [], now: at(10), rules, subnets },
    ...{ status: 'UPDATE_IN_PROGRESS', hasCallback: false },
  };
}

const readyAt = start.toISOString();
const one = (role: NodeRecord['role'], ordinal: number, overrides: Partial<NodeRecord> = {}): NodeRecord => {
  const name = { master: 'masters', slave: 'slaves', 'load-balancer': 'balancers' }[role];
  return node({ group: name, role, ordinal, readyAt, ...overrides });
};
const many = (role: NodeRecord['role'], count: number, overrides: Partial<NodeRecord> = {}): NodeRecord[] =>
  Array.from({ length: count }, (_, index) => one(role, index + 1, overrides));

const recordOf = (counts: Parameters<typeof spec>[0], removals: readonly string[] = []): ClusterRecord =>
  record({ desired: desired({ spec: spec(counts), removals }) });
const old = { shape: 'older' };
const ordinals = (scene: Scene): number[] => {
  const victims = new Set(findVictims(situation(scene)).map(({ instanceId }) => instanceId));
  return scene.nodes.filter(({ instanceId }) => victims.has(instanceId)).map(({ ordinal }) => ordinal);
};
const missing = (scene: Scene, of: NodeGroup | undefined = scene.record.desired.spec.slaves[0]) =>
  missingOrdinals(of!, situation(scene), scene.record.foundation!);

describe('findVictims of slaves', () => {
  it('finds none in a cluster that is as wanted', () => {
    expect(ordinals({ record: recordOf({ slaves: 3 }), nodes: many('slave', 3) })).toEqual([]);
  });

  it('takes those with the highest places beyond the count', () => {
    expect(ordinals({ record: recordOf({ slaves: 2 }), nodes: many('slave', 4) })).toEqual([3, 4]);
  });

  it('takes those that cannot serve before those that do', () => {
    const nodes = [one('slave', 1, { status: 'starting' }), one('slave', 2), one('slave', 3)];
    expect(ordinals({ record: recordOf({ slaves: 2 }), nodes })).toEqual([1]);
  });

  it('takes exactly those that are named, at once if enough are left', () => {
    const nodes = many('slave', 4);
    const removals = [nodes[0]!.instanceId, nodes[2]!.instanceId];
    expect(ordinals({ record: recordOf({ slaves: 2 }, removals), nodes })).toEqual([1, 3]);
  });

  it('keeps a named one until it is replaced if no fewer are wanted', () => {
    const nodes = many('slave', 3);
    const of = recordOf({ slaves: 3 }, [nodes[1]!.instanceId]);
    expect(ordinals({ record: of, nodes })).toEqual([]);
    expect(missing({ record: of, nodes })).toEqual([4]);
    expect(ordinals({ record: of, nodes: [...nodes, one('slave', 4)] })).toEqual([2]);
  });

  it('takes the named first, then those beyond the count', () => {
    const nodes = many('slave', 4);
    expect(ordinals({ record: recordOf({ slaves: 2 }, [nodes[0]!.instanceId]), nodes })).toEqual([1, 4]);
  });

  it('stays with those that drain already', () => {
    const nodes = [
      ...many('slave', 2),
      one('slave', 3, { status: 'draining' }),
      one('slave', 4, { status: 'drained' }),
    ];
    expect(ordinals({ record: recordOf({ slaves: 2 }), nodes })).toEqual([3, 4]);
  });

  it('lets one that drains stay when it is wanted again, and launches nothing for it', () => {
    const nodes = [one('slave', 1), one('slave', 3, { status: 'draining' }), one('slave', 4, { status: 'draining' })];
    const scene = { record: recordOf({ slaves: 2 }), nodes };
    expect(ordinals(scene)).toEqual([4]);
    expect(missing(scene)).toEqual([]);
  });

  it('does not count on one whose agent has stopped', () => {
    const nodes = [one('slave', 1), one('slave', 2, { status: 'drained' })];
    const scene = { record: recordOf({ slaves: 2 }), nodes };
    expect(ordinals(scene)).toEqual([2]);
    expect(missing(scene)).toEqual([3]);
  });

  it('takes all of a group that is not there any more', () => {
    const nodes = [...many('slave', 2), node({ group: 'gone', role: 'slave', ordinal: 1 })];
    const [victim, ...others] = findVictims(situation({ record: recordOf({ slaves: 2 }), nodes }));
    expect(victim).toEqual({ instanceId: nodes[2]!.instanceId, reason: 'the cluster has no gone any more' });
    expect(others).toEqual([]);
  });

  it('leaves alone what is over already', () => {
    const nodes = [
      ...many('slave', 2),
      one('slave', 3, { status: 'terminating' }),
      one('slave', 4, { status: 'failed' }),
    ];
    expect(ordinals({ record: recordOf({ slaves: 2 }), nodes })).toEqual([]);
  });
});

describe('findVictims of elastic slaves', () => {
  /** Of three slaves the last is beyond the one that is wanted, and the second beyond it, too. */
  const scene = (nodes: readonly NodeRecord[], max = 5): Scene => {
    const of = recordOf({ slaves: 1 });
    const slaves = of.desired.spec.slaves.map((each) => ({ ...each, bounds: { min: 1, max } }));
    return { record: { ...of, desired: { ...of.desired, spec: { ...of.desired.spec, slaves } } }, nodes };
  };
  const told = (nodes: readonly NodeRecord[], busy: readonly number[], leads = true): ActualCluster => {
    const { snapshot, ...actual } = healthy([one('master', 1), ...nodes]);
    const { leader, agents, ...rest } = snapshot!;
    const isBusy = (ip: string) => nodes.some(({ privateIp, ordinal }) => privateIp === ip && busy.includes(ordinal));
    const seen = agents.map((agent) => ({ ...agent, tasks: isBusy(agent.ip) ? 1 : 0 }));
    return { ...actual, snapshot: { ...rest, ...(leads && leader ? { leader } : {}), agents: seen } };
  };

  it('takes idle ones only within the bounds, and looks again before they go', () => {
    const nodes = many('slave', 3);
    const found = findVictims(situation({ ...scene(nodes), actual: told(nodes, [1, 2]) }));
    expect(found).toMatchObject([{ instanceId: nodes[2]!.instanceId, onlyIdle: true }]);
  });

  it('takes none that is busy, that the masters miss, or of which nobody who leads tells', () => {
    const nodes = [...many('slave', 2), one('slave', 3, { missingSince: readyAt })];
    expect(ordinals({ ...scene(nodes), actual: told(nodes, [1, 2]) })).toEqual([]);
    const idle = many('slave', 3);
    expect(ordinals({ ...scene(idle), actual: told(idle, [], false) })).toEqual([]);
  });

  it('takes those beyond the bounds whatever they do', () => {
    const nodes = many('slave', 3);
    const found = findVictims(situation({ ...scene(nodes, 2), actual: told(nodes, [1, 2, 3]) }));
    expect(found).toEqual([{ instanceId: nodes[2]!.instanceId, reason: '1 of slaves are wanted' }]);
  });

  it('only guesses who of those beyond the bounds goes while nobody who leads tells, but for those that do not serve', () => {
    const nodes = many('slave', 3);
    const silent = { actual: told(nodes, [1, 2, 3], false) };
    expect(findVictims(situation({ ...scene(nodes, 2), ...silent }))).toMatchObject([
      { instanceId: nodes[2]!.instanceId, isGuess: true },
    ]);
    const young = [...nodes.slice(0, 2), one('slave', 3, { status: 'starting' })];
    const found = findVictims(situation({ ...scene(young, 2), ...silent }));
    expect(found).toEqual([{ instanceId: young[2]!.instanceId, reason: '1 of slaves are wanted' }]);
  });
});

describe('slaves of another kind', () => {
  it.each([
    ['another image', { shape: 'older' }],
    ['a type that is too small now', { instanceType: 't3.small' }],
  ])('are replaced: %s', (_name, kind) => {
    const scene = { record: recordOf({ slaves: 2 }), nodes: many('slave', 2, kind) };
    expect(ordinals(scene)).toEqual([]);
    expect(missing(scene)).toEqual([3, 4]);
    expect(findUnfit(situation(scene))).toEqual(['2 of slaves are still to be replaced or removed']);
  });

  it('are those outside the zones that are asked for', () => {
    const of = recordOf({ slaves: 2 });
    const [slaves] = of.desired.spec.slaves;
    const inZone = { ...of.desired.spec, slaves: [{ ...slaves!, zones: ['eu-west-1a'] }] };
    const scene = { record: { ...of, desired: { ...of.desired, spec: inZone } }, nodes: many('slave', 2) };
    expect(findUnfit(situation(scene))).toEqual(['1 of slaves are still to be replaced or removed']);
    expect(missing(scene)).toEqual([3]);
  });

  it('are not those of older records, nor those of the shape that is wanted', () => {
    const of = recordOf({ slaves: 2 });
    const nodes = [one('slave', 1), one('slave', 2, { shape: shapeOf(of.desired.spec.slaves[0]!) })];
    expect(findUnfit(situation({ record: of, nodes }))).toEqual([]);
  });

  it('go one by one as others become ready', () => {
    const of = recordOf({ slaves: 3 });
    const coming = (ready: number) =>
      [4, 5, 6].map((ordinal, n) => one('slave', ordinal, { status: n < ready ? 'ready' : 'starting' }));
    const counts = [0, 1, 2, 3].map((n) => ordinals({ record: of, nodes: [...many('slave', 3, old), ...coming(n)] }));
    expect(counts).toEqual([[], [3], [2, 3], [1, 2, 3]]);
  });

  it('go at once if they never served', () => {
    const { readyAt: _, ...young } = one('slave', 3, { ...old, status: 'starting' });
    expect(ordinals({ record: recordOf({ slaves: 2 }), nodes: [...many('slave', 2), young] })).toEqual([3]);
  });

  it('are not taken for idle because their start command is repeated', () => {
    const nodes = [one('slave', 1, { ...old, status: 'starting' }), one('slave', 2, old)];
    expect(ordinals({ record: recordOf({ slaves: 2 }), nodes })).toEqual([]);
  });

  it('are replaced a quarter of their number at a time', () => {
    const scene = { record: recordOf({ slaves: 100 }), nodes: many('slave', 100, old) };
    expect(missing(scene)).toHaveLength(25);
  });

  it('are replaced by no more of their kind before the new launch template is there, but losses are made good', () => {
    const of = recordOf({ slaves: 3 });
    const stale = { ...foundation(of.desired.spec), launchTemplates: { slaves: { id: 'lt', version: '1', ...old } } };
    const scene = { record: { ...of, foundation: stale }, nodes: many('slave', 3, old) };
    expect(missing(scene)).toEqual([]);
    expect(missing({ ...scene, nodes: scene.nodes.slice(1) })).toEqual([1]);
  });

  it('wait for the launch template of a new group', () => {
    const of = record({ desired: desired({ spec: spec() }), foundation: foundation(spec({ slaves: 0 })) });
    expect(missing({ record: of, nodes: [] })).toEqual([]);
  });
});

describe('findVictims of load balancers', () => {
  const victims = (scene: Scene, holder: NodeRecord) =>
    ordinals({ ...scene, actual: healthy(scene.nodes, { addressHolder: holder.instanceId }) });

  it('keeps the one that holds the address', () => {
    const nodes = many('load-balancer', 2);
    expect(victims({ record: recordOf({ loadBalancers: 1 }), nodes }, nodes[1]!)).toEqual([1]);
  });

  it('takes all when none is wanted', () => {
    const nodes = many('load-balancer', 2);
    expect(victims({ record: recordOf({ loadBalancers: 0 }), nodes }, nodes[0]!)).toEqual([1, 2]);
  });

  it('replaces two of another kind one after the other, the one with the address last', () => {
    const nodes = many('load-balancer', 2, old);
    const of = recordOf({ loadBalancers: 2 });
    const balancers = of.desired.spec.loadBalancers!;
    expect(victims({ record: of, nodes }, nodes[0]!)).toEqual([2]);
    expect(missing({ record: of, nodes }, balancers)).toEqual([]);
    const left = [nodes[0]!];
    expect(missing({ record: of, nodes: left }, balancers)).toEqual([2]);
    expect(
      victims({ record: of, nodes: [...left, one('load-balancer', 2, { status: 'starting' })] }, nodes[0]!),
    ).toEqual([]);
    expect(victims({ record: of, nodes: [...left, one('load-balancer', 2)] }, nodes[0]!)).toEqual([1]);
  });

  it('puts another beside a single one before that goes', () => {
    const of = recordOf({ loadBalancers: 1 });
    const [last] = many('load-balancer', 1, old) as [NodeRecord];
    expect(victims({ record: of, nodes: [last] }, last)).toEqual([]);
    expect(missing({ record: of, nodes: [last] }, of.desired.spec.loadBalancers)).toEqual([2]);
    const told = { ...last, status: 'starting' as const };
    expect(victims({ record: of, nodes: [told, one('load-balancer', 2)] }, last)).toEqual([]);
    expect(victims({ record: of, nodes: [last, one('load-balancer', 2)] }, last)).toEqual([1]);
  });

  it('waits for its elastic IP before the first is launched', () => {
    const of = record({ foundation: foundation(spec({ loadBalancers: 0 })) });
    expect(missing({ record: of, nodes: [] }, of.desired.spec.loadBalancers)).toEqual([]);
  });
});

describe('nodes that are powered off', () => {
  const off = { status: 'stopped' as const };
  const replaced = (group: string, more = '') => [`1 of ${group} are still to be replaced or removed${more}`];

  it('do not serve: slaves of another kind that do are not spared for them', () => {
    const of = recordOf({ slaves: 2 });
    const nodes = [one('slave', 1, old), one('slave', 2, { ...old, ...off }), one('slave', 3)];
    expect(ordinals({ record: of, nodes })).toEqual([2]);
    expect(ordinals({ record: of, nodes: [nodes[0]!, nodes[2]!] })).toEqual([]);
    expect(ordinals({ record: of, nodes: [nodes[0]!, nodes[2]!, one('slave', 4)] })).toEqual([1]);
  });

  it('are not waited for if they stay', () => {
    const nodes = [one('slave', 1, old), one('slave', 2, off)];
    const of = recordOf({ slaves: 2 });
    expect(ordinals({ record: of, nodes })).toEqual([]);
    expect(missing({ record: of, nodes })).toEqual([3]);
    const scene = { record: of, nodes: [...nodes, one('slave', 3)] };
    expect(ordinals(scene)).toEqual([1]);
    expect(findUnfit(situation(scene))).toEqual(replaced('slaves'));
  });

  it.each([
    ['master', 'masters', { masters: 3 }, 3],
    ['load-balancer', 'balancers', { loadBalancers: 2 }, 2],
  ] as const)('keep a %s of another kind, and the update says so', (role, name, counts, count) => {
    const nodes = [...many(role, count - 1).slice(1), one(role, 1, off), one(role, count, old)];
    const scene = { record: recordOf(counts), nodes };
    expect(ordinals(scene)).toEqual([]);
    expect(findUnfit(situation(scene))).toEqual(
      replaced(name, ` (${name} 1 is stopped: they wait until it is started again)`),
    );
  });
});

describe('findVictims of masters', () => {
  const of = recordOf({ masters: 3 });

  it('takes one of another kind at a time, the leader last', () => {
    const nodes = many('master', 3, old);
    expect(ordinals({ record: of, nodes })).toEqual([3]);
    expect(ordinals({ record: of, nodes: [nodes[0]!, one('master', 2), one('master', 3)] })).toEqual([1]);
  });

  it.each<[string, Partial<NodeRecord>]>([
    ['starts', { status: 'starting' }],
    ['is missed', { missingSince: readyAt }],
    ['is terminated', { status: 'terminating' }],
  ])('waits while another one %s', (_name, overrides) => {
    const nodes = [one('master', 1, overrides), ...many('master', 3, old).slice(1)];
    expect(ordinals({ record: of, nodes })).toEqual([]);
  });

  it('waits while one is launched', () => {
    const launch = { token: 't', group: 'masters', ordinals: [1], offerings: [], decidedAt: readyAt };
    expect(ordinals({ record: { ...of, launches: [launch] }, nodes: many('master', 3, old) })).toEqual([]);
  });

  it('waits while nobody can say how they are, or not all are well', () => {
    const nodes = many('master', 3, old);
    const actual = healthy(nodes);
    const { snapshot, ...blind } = actual;
    expect(ordinals({ record: of, nodes, actual: blind })).toEqual([]);
    const ill = snapshot!.masters.map((master, n) => (n === 2 ? { ...master, healthy: false } : master));
    expect(ordinals({ record: of, nodes, actual: { ...actual, snapshot: { ...snapshot!, masters: ill } } })).toEqual(
      [],
    );
    const two = snapshot!.masters.map((master) => ({ ...master, elected: true }));
    expect(ordinals({ record: of, nodes, actual: { ...actual, snapshot: { ...snapshot!, masters: two } } })).toEqual(
      [],
    );
  });

  it('never takes the only one', () => {
    expect(ordinals({ record: recordOf({ masters: 1 }), nodes: many('master', 1, old) })).toEqual([]);
  });
});

it('calls nodes of the same kind the same, whatever the order of what the table gives back', () => {
  const volumes = [{ name: 'a', sizeGiB: 10, location: '/a' }];
  const turned = [{ location: '/a', sizeGiB: 10, name: 'a' }];
  const of = group({ name: 'slaves', role: 'slave', count: 1, volumes });
  expect(shapeOf({ ...of, volumes: turned })).toBe(shapeOf(of));
  expect(shapeOf({ ...of, rootDiskGiB: 31 })).not.toBe(shapeOf(of));
});
