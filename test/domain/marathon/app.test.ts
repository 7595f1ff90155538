import { type AppDefinition, marathonGroup } from '../../../lambdas/domain/marathon/app.ts';

const app: AppDefinition = {
  id: 'web',
  image: 'acme/web:1',
  instances: 2,
  cpus: 0.5,
  mem: 256,
  gpus: 0,
  network: 'bridge',
  ports: [{ containerPort: 8080, servicePort: 10_080, protocol: 'tcp' }],
  env: { MODE: 'prod' },
  labels: {},
  constraints: [['hostname', 'UNIQUE']],
  volumes: [{ containerPath: '/in', hostPath: '/out', mode: 'RO' }],
  privileged: false,
  forcePull: true,
  dockerParameters: [],
  healthChecks: [],
  after: [],
};
const render = (changes: Partial<AppDefinition>, release: 'indigo_1' | 'indigo_2' | 'deep_1') =>
  marathonGroup('/d/one', [{ ...app, ...changes }], release).apps[0];
const volumes = app.volumes;
const common = {
  id: 'web',
  instances: 2,
  cpus: 0.5,
  mem: 256,
  env: { MODE: 'prod' },
  labels: { HAPROXY_GROUP: 'external' },
  constraints: [['hostname', 'UNIQUE']],
};

describe('marathonGroup', () => {
  it('maps ports of a bridged container inside `docker` until 1.4', () => {
    const portMappings = [{ containerPort: 8080, protocol: 'tcp', labels: {}, servicePort: 10_080 }];
    const expected = {
      ...common,
      container: {
        type: 'DOCKER',
        docker: { image: 'acme/web:1', forcePullImage: true, privileged: false, network: 'BRIDGE', portMappings },
        volumes,
      },
    };
    expect(render({}, 'indigo_1')).toEqual(expected);
    expect(render({}, 'indigo_2')).toEqual(expected);
  });

  it('maps them beside `docker`, with a network, from 1.5 on', () => {
    expect(render({}, 'deep_1')).toEqual({
      ...common,
      container: {
        type: 'DOCKER',
        docker: { image: 'acme/web:1', forcePullImage: true, privileged: false },
        volumes,
        portMappings: [{ containerPort: 8080, protocol: 'tcp', labels: {}, servicePort: 10_080, hostPort: 0 }],
      },
      networks: [{ mode: 'container/bridge' }],
    });
  });

  it.each([
    ['indigo_1', { network: 'HOST' }, {}],
    ['deep_1', {}, { networks: [{ mode: 'host' }] }],
  ] as const)('defines ports of the host with %s', (release, docker, rest) => {
    const ports = [{ servicePort: 10_001, protocol: 'tcp' as const }, { protocol: 'udp' as const }];
    expect(render({ network: 'host', ports }, release)).toEqual({
      ...common,
      container: {
        type: 'DOCKER',
        docker: { image: 'acme/web:1', forcePullImage: true, privileged: false, ...docker },
        volumes,
      },
      portDefinitions: [
        { port: 10_001, protocol: 'tcp' },
        { port: 0, protocol: 'udp' },
      ],
      ...rest,
    });
  });

  it.each(['indigo_2', 'deep_1'] as const)('runs what wants GPUs in Mesos’ own containerizer (%s)', (release) => {
    const made = render({ gpus: 2, ports: [{ protocol: 'tcp' }] }, release);
    expect(made).toMatchObject({ gpus: 2, portDefinitions: [{ port: 0, protocol: 'tcp' }] });
    expect(made?.container).toEqual({
      type: 'MESOS',
      docker: { image: 'acme/web:1', forcePullImage: true, privileged: false },
      volumes,
    });
  });

  it('asks for no load balancer without ports, and says what must run first by its path', () => {
    const made = render({ ports: [], after: ['db'], args: ['-v'], command: 'run' }, 'deep_1');
    expect(made).toMatchObject({ labels: {}, dependencies: ['/d/one/db'], args: ['-v'], cmd: 'run' });
  });

  it.each([
    [{ path: '/health' }, { protocol: 'HTTP', path: '/health', portIndex: 0 }],
    [{ command: 'true' }, { protocol: 'COMMAND', command: { value: 'true' } }],
  ])('checks health by %j', (check, expected) => {
    const times = { graceSeconds: 300, intervalSeconds: 60, timeoutSeconds: 20, maxFailures: 3 };
    expect(render({ healthChecks: [{ check, ...times }] }, 'indigo_1')?.healthChecks).toEqual([
      { ...expected, gracePeriodSeconds: 300, intervalSeconds: 60, timeoutSeconds: 20, maxConsecutiveFailures: 3 },
    ]);
  });
});
