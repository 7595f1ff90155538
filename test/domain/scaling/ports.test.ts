import { amounts, conclude, slave, waiting } from './scaling-support.ts';

describe('tasks that must have a certain port of their host', () => {
  const busy = slave(amounts(1));
  const host = busy.node.privateIp!;
  const wantedFor = (overrides: Parameters<typeof waiting>[0]) => {
    const { groups, obstacles } = conclude({ slaves: [busy], demand: [waiting(overrides)] });
    return { wanted: groups.slaves?.wanted, obstacles };
  };

  it('use the room of a slave whose port is free', () => {
    expect(wantedFor({ hostPorts: [31_500] })).toEqual({ wanted: 1, obstacles: [] });
  });

  it.each([
    ['one of their own app', { hosts: [host] }],
    ['one of another app', { portHosts: [host] }],
  ])('need another slave where %s has it', (_, taken) => {
    expect(wantedFor({ hostPorts: [31_500], ...taken })).toEqual({ wanted: 2, obstacles: [] });
  });

  it.each([8080, 30_999, 32_001])('are helped by no slave if it is %i, which none offers', (port) => {
    expect(wantedFor({ id: '/web', hostPorts: [31_000, port] })).toEqual({
      wanted: 1,
      obstacles: [`1 task of /web waits: they need port ${port}, and slaves offer 31000 to 32000`],
    });
  });
});
