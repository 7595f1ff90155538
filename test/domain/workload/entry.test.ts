import { entryAddresses } from '../../../lambdas/domain/workload/entry.ts';
import { desired, foundation, node, readyNodes, record, spec } from '../../support/clusters.ts';
import { appView } from '../../support/workloads.ts';

const task = (host: string) => ({ host, ports: [31_000] });

describe('entryAddresses', () => {
  it('is the virtual address where there is one', () => {
    expect(entryAddresses(record(), readyNodes(), [])).toEqual(['203.0.113.1']);
  });

  it('are the load balancers’ own addresses else', () => {
    const { virtualAddress: _, ...rest } = foundation();
    const [first, second] = [1, 2].map((ordinal) => node({ group: 'balancers', role: 'load-balancer', ordinal }));
    const privately = entryAddresses(record({ foundation: rest }), [first!, second!], []);
    expect(privately).toEqual([first?.privateIp, second?.privateIp]);
    const public1 = { ...first!, publicIp: '198.51.100.7' };
    expect(entryAddresses(record({ foundation: rest }), [public1, second!], [])).toEqual(['198.51.100.7']);
  });

  it('are those of the slaves that the tasks run on where there are no load balancers', () => {
    const of = spec({ loadBalancers: 0 });
    const slave = node({ group: 'slaves', role: 'slave', ordinal: 1, privateIp: '10.0.9.7', publicIp: '198.51.100.8' });
    const apps = [appView({ id: '/d/web', tasks: [task('10.0.9.7'), task('10.0.9.7'), task('10.0.9.9')] })];
    const host = record({ desired: desired({ spec: of }) });
    expect(entryAddresses(host, [slave], apps)).toEqual(['10.0.9.9', '198.51.100.8']);
  });
});
