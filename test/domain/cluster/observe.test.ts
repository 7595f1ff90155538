import { snapshotRequest } from '../../../lambdas/domain/cluster/observe.ts';
import { desired, readyNodes, record, spec } from '../../support/clusters.ts';

const account = { username: 'admin', password: 'pw' };
const nodes = readyNodes();
const request = (bounds?: { min: number; max: number }) => {
  const of = spec();
  const slaves = of.slaves.map((group) => ({ ...group, ...(bounds ? { bounds } : {}) }));
  const kept = record({ desired: desired({ spec: { ...of, slaves } }) });
  return snapshotRequest(kept, nodes, { mesos: account, marathon: account, chronos: account });
};

it('asks what waits only where slaves follow the load, and nothing else of those', () => {
  expect(request()).not.toHaveProperty('demand');
  expect(request({ min: 0, max: 4 })).toEqual({ ...request(), demand: true });
});
