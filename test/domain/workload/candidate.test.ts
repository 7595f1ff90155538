/** What is seen of a cluster, as what a workload finds there. */
import type { SlaveGroup } from '../../../lambdas/domain/cluster/spec.ts';
import { candidateOf, hostEndpointOf, type LookedAt } from '../../../lambdas/domain/workload/candidate.ts';
import { clusterId, desired, healthySnapshot, node, readyNodes, record, spec } from '../../support/clusters.ts';
import { jobs, serviceSpec, services } from '../../support/workloads.ts';

function look(slaves: Partial<SlaveGroup> = {}, changes: Partial<LookedAt> = {}): LookedAt {
  const plain = spec({ slaves: 2 });
  const wanted = { ...plain, slaves: plain.slaves.map((group) => ({ ...group, ...slaves })) };
  const nodes = readyNodes(plain);
  return {
    clusterId,
    status: 'CREATE_COMPLETE',
    record: record({ desired: desired({ spec: wanted }) }),
    nodes,
    snapshot: healthySnapshot(nodes),
    claims: {},
    ...changes,
  };
}
const slavesOf = ({ nodes }: LookedAt) => nodes.filter(({ role }) => role === 'slave');

describe('free on a cluster', () => {
  it('is what Mesos has not given away on each agent', () => {
    const seen = look();
    const agents = (seen.snapshot?.agents ?? []).map((agent) => ({
      ...agent,
      used: { ...agent.used, cpus: 1.5, mem: 96 },
    }));
    const candidate = candidateOf({ ...seen, snapshot: { ...healthySnapshot([]), agents } }, services());
    expect(candidate.free).toEqual([
      { cpus: 0.5, mem: 4000, gpus: 0 },
      { cpus: 0.5, mem: 4000, gpus: 0 },
    ]);
  });

  it('is nothing on agents that are not active, draining, or powered off', () => {
    const seen = look();
    const [first, second] = slavesOf(seen);
    const nodes = seen.nodes.map((each) => (each === first ? { ...each, status: 'draining' as const } : each));
    expect(candidateOf({ ...seen, nodes }, services()).free).toHaveLength(1);
    const off = seen.nodes.map((each) => (each === second ? { ...each, status: 'stopping' as const } : each));
    expect(candidateOf({ ...seen, nodes: off }, services()).free).toHaveLength(1);
    const agents = (seen.snapshot?.agents ?? []).map((agent) => ({ ...agent, active: false }));
    expect(candidateOf({ ...seen, snapshot: { ...healthySnapshot([]), agents } }, services()).free).toEqual([]);
  });

  it('is less by what was promised to tasks that do not run yet', () => {
    const task = { cpus: 1, mem: 500, gpus: 0, count: 3 };
    const claim = { name: 'x', type: 'MARATHON' as const, tasks: [task], at: '' };
    const claims = { waits: { ...claim, waiting: true }, runs: { ...claim, waiting: false } };
    expect(candidateOf(look({}, { claims }), services()).claimed).toEqual([task]);
  });
});

describe('room to grow', () => {
  const bounds = { min: 1, max: 5 };

  it('is what the group may still get, each as large as the smallest type that it may be', () => {
    const group = { bounds, instanceTypes: ['m6i.xlarge', 'm5.large'] };
    expect(candidateOf(look(group), services()).room).toEqual([{ offer: { cpus: 2, mem: 6840, gpus: 0 }, more: 3 }]);
  });

  it('counts slaves that are on their way, and not those that are powered off', () => {
    const seen = look({ bounds, instanceTypes: ['m5.large'] });
    const [first] = slavesOf(seen);
    const coming = node({ group: 'slaves', role: 'slave', ordinal: 3, status: 'starting' });
    const nodes = [
      ...seen.nodes.map((each) => (each === first ? { ...each, status: 'stopped' as const } : each)),
      coming,
    ];
    expect(candidateOf({ ...seen, nodes }, services()).room).toMatchObject([{ more: 3 }]);
  });

  it('is what slaves are, where the size of a type is not known', () => {
    const group = { bounds, instanceTypes: ['x1.16xlarge'] };
    const seen = look(group);
    const nodes = seen.nodes.map((each) => ({ ...each, instanceType: 'x1.16xlarge' }));
    const offer = { cpus: 2, mem: 4096, gpus: 0 };
    expect(candidateOf({ ...seen, nodes }, services()).room).toEqual([{ offer, more: 3 }]);
    const empty = look(group, { nodes: [], snapshot: healthySnapshot([]) });
    expect(candidateOf(empty, services()).room).toEqual([]);
  });

  it('is none in a group of a fixed size, or at its most', () => {
    expect(candidateOf(look(), services()).room).toEqual([]);
    expect(candidateOf(look({ bounds: { min: 1, max: 2 } }), services()).room).toEqual([]);
  });

  it('has GPUs only where they are handed out', () => {
    const seen = look({ bounds, instanceTypes: ['g5.xlarge'] });
    expect(candidateOf(seen, services()).room).toMatchObject([{ offer: { gpus: 0 } }]);
  });
});

describe('a cluster cannot be used', () => {
  const leaderless = () => {
    const { leader: _, ...snapshot } = healthySnapshot(readyNodes());
    return { snapshot };
  };
  const without = (part: 'marathon' | 'chronos') => {
    const snapshot = healthySnapshot(readyNodes());
    return { snapshot: { ...snapshot, masters: snapshot.masters.map((master) => ({ ...master, [part]: false })) } };
  };

  it.each([
    ['that is being removed', { record: record({ desired: desired({ presence: 'absent' }) }) }, 'it is being removed'],
    ['without a leader', leaderless(), 'its masters have no leader'],
    ['whose Marathon is down', without('marathon'), 'its Marathon does not answer'],
  ])('%s', (_, changes, reason) => {
    expect(candidateOf(look({}, changes), services()).unusable).toBe(reason);
  });

  it('for jobs, when its Chronos is down; services do not mind', () => {
    expect(candidateOf(look({}, without('chronos')), jobs()).unusable).toBe('its Chronos does not answer');
    expect(candidateOf(look({}, without('chronos')), services()).unusable).toBeUndefined();
  });

  it('for GPUs that its release has none of', () => {
    const gpu = services(serviceSpec({ gpus: 1 }));
    expect(candidateOf(look(), gpu)).toMatchObject({ unfit: 'Marathon of its release indigo_1 hands out no GPUs' });
    expect(candidateOf(look(), services()).unfit).toBeUndefined();
  });
});

it('Marathon and Chronos are reached at the first master, by TLS if they have it', () => {
  expect(hostEndpointOf(look(), 'MARATHON')).toBe('https://10.0.0.10:8443');
  expect(hostEndpointOf(look(), 'CHRONOS')).toBe('https://10.0.0.10:4443');
  const plain = spec();
  const software = { ...plain.software, marathonTls: false };
  const open = record({ desired: desired({ spec: { ...plain, software } }) });
  expect(hostEndpointOf(look({}, { record: open }), 'MARATHON')).toBe('http://10.0.0.10:8080');
});

it('nothing is free where nobody answers', () => {
  const { snapshot: _, ...silent } = look();
  expect(candidateOf(silent, services())).toMatchObject({ free: [], unusable: 'its masters do not answer' });
});
