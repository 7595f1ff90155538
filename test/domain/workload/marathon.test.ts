/** Services to Marathon, row by row of the mapping that INDIGO's users know. */

import { serviceAttributes, serviceGroup } from '../../../lambdas/domain/workload/marathon.ts';
import { type ServiceSpec, tasksOf } from '../../../lambdas/domain/workload/spec.ts';
import { refusal } from '../tosca/templates.ts';
import { oneService, runtime, service, specify } from './workload-support.ts';

const deploymentId = '11ee0c1a-5b2e-4c44-8f10-02420a0b0c0d';
const context = {
  deploymentId,
  release: 'indigo_1' as const,
  createdBy: '7f6c-42@https://iam.example.org/',
  origin: 'https://h/orchestrator',
  volumeBase: '/mnt/vols/',
  secretOf: (name: string) => `<${name}>`,
};
const appOf = (spec: ServiceSpec, changes: Partial<typeof context> = {}): Record<string, unknown> =>
  serviceGroup([spec], { ...context, ...changes }).apps[0] ?? {};

describe('a service becomes an app', () => {
  it('with as many instances as its container says', () => {
    const scaled = (instances: unknown) => {
      const container = runtime();
      const scalable = { properties: { default_instances: instances } };
      const capabilities = { ...(container.capabilities as object), scalable };
      return specify('MARATHON', { web: service(), runtime: { ...container, capabilities } }).spec;
    };
    const spec = scaled(3);
    expect(spec.type === 'MARATHON' && appOf(spec.services[0] as ServiceSpec)).toMatchObject({ instances: 3 });
    expect(tasksOf(spec)).toEqual([{ cpus: 1, mem: 128, gpus: 0, count: 3 }]);
    expect(tasksOf(scaled(0))).toEqual([]);
    expect(refusal(() => scaled(1001))).toBe(
      'node_templates.runtime.capabilities.scalable.properties.default_instances: must be from 0 to 1000, but is 1001',
    );
  });

  it('that counts with those of other services that need the same', () => {
    const { spec } = specify('MARATHON', {
      one: service(),
      two: service({}, { requirements: [{ host: 'alike' }] }),
      three: service({}, { requirements: [{ host: 'large' }] }),
      alike: runtime(),
      large: runtime({ num_cpus: 4, mem_size: '1 GB' }),
    });
    expect(tasksOf(spec)).toEqual([
      { cpus: 1, mem: 128, gpus: 0, count: 2 },
      { cpus: 4, mem: 1000, gpus: 0, count: 1 },
    ]);
  });

  it('of a group named by the deployment', () => {
    expect(serviceGroup([oneService()], context).id).toBe(`/${deploymentId}`);
  });

  it('with all fields that INDIGO sent, and none that the template leaves to Marathon', () => {
    expect(appOf(oneService({ command: 'serve --port 8080' }, { publish_ports: [{ source: 8080 }] }))).toEqual({
      id: 'web',
      instances: 1,
      cmd: 'serve --port 8080',
      uris: [],
      constraints: [],
      env: {},
      labels: {
        HAPROXY_GROUP: 'external',
        created_by: '7f6c-42@https://iam.example.org/',
        origin: 'https://h/orchestrator',
      },
      container: {
        type: 'DOCKER',
        docker: {
          image: 'acme/web:1',
          network: 'BRIDGE',
          forcePullImage: true,
          privileged: false,
          portMappings: [{ containerPort: 8080, protocol: 'tcp', labels: {} }],
        },
        volumes: [],
      },
    });
  });

  it('with sizes in decimal megabytes', () => {
    const memOf = (mem_size: string) => appOf(oneService({}, { num_cpus: 0.5, mem_size })).mem;
    expect(appOf(oneService({}, { num_cpus: 0.5 })).cpus).toBe(0.5);
    expect(memOf('1 GB')).toBe(1000);
    expect(memOf('1024 MB')).toBe(1024);
    expect(memOf('8 GIB')).toBe(8589.93);
  });

  it('with variables as text, whatever a template or a client writes', () => {
    const { env } = appOf(
      oneService({ environment_variables: { NUMBER: 1, FLAG: true, TEXT: 'no', LIST: ['a', 'b'], EMPTY: '' } }),
    );
    expect(env).toEqual({ NUMBER: '1', FLAG: 'true', TEXT: 'no', LIST: 'a,b', EMPTY: '' });
  });

  it('with its own labels, to which its owner and origin are added', () => {
    expect(appOf(oneService({ labels: { team: 'a', origin: 'forged' } })).labels).toEqual({
      team: 'a',
      created_by: context.createdBy,
      origin: context.origin,
    });
  });

  it('with a backend and a certificate per port where TLS is asked for', () => {
    const labels = appOf(
      oneService({ enable_https: true }, { publish_ports: [{ source: 80 }, { source: 81 }] }),
    ).labels;
    const backend =
      '\nbackend {backend}\n  balance {balance}\n  mode http\n  http-request add-header X-Forwarded-Proto https\n';
    expect(labels).toMatchObject({
      HAPROXY_GROUP: 'external',
      HAPROXY_0_BACKEND_HEAD: backend,
      HAPROXY_0_SSL_CERT: '/etc/ssl/cert.pem',
      HAPROXY_1_BACKEND_HEAD: backend,
      HAPROXY_1_SSL_CERT: '/etc/ssl/cert.pem',
    });
  });

  it('with a service port only where the template wants a certain one', () => {
    const { container } = appOf(
      oneService({}, { publish_ports: [{ source: 80, target: 10_003, protocol: 'udp' }] }),
    ) as { container: { docker: { portMappings: unknown } } };
    expect(container.docker.portMappings).toEqual([
      { containerPort: 80, servicePort: 10_003, protocol: 'udp', labels: {} },
    ]);
  });

  it('with constraints, URIs, privileges and without a forced pull', () => {
    const app = appOf(
      oneService({
        constraints: [
          ['hostname', 'UNIQUE'],
          ['zone', 'LIKE', 'a.*'],
        ],
        uris: ['https://example.org/x.tgz'],
        privileged: true,
        force_pull_image: false,
      }),
    );
    expect(app).toMatchObject({
      constraints: [
        ['hostname', 'UNIQUE'],
        ['zone', 'LIKE', 'a.*'],
      ],
      uris: ['https://example.org/x.tgz'],
      container: { docker: { privileged: true, forcePullImage: false } },
    });
  });

  it('with one directory of the host per deployment, and volumes of a driver by name', () => {
    const { container } = appOf(oneService({}, { volumes: ['/data:rw', 'pgdata:/db:ro:dvdi:rexray'] })) as {
      container: { volumes: unknown };
    };
    expect(container.volumes).toEqual([
      { containerPath: '/data', mode: 'RW', hostPath: `/mnt/vols/${deploymentId}` },
      {
        containerPath: '/db',
        mode: 'RO',
        external: { name: `${deploymentId}-pgdata`, provider: 'dvdi', options: { 'dvdi/driver': 'rexray' } },
      },
    ]);
  });

  it('in Mesos’ own containerizer on the host’s network where it wants GPUs', () => {
    const gpu = appOf(
      oneService({}, { num_gpus: 1, publish_ports: [{ source: 5000 }, { source: 6006, target: 10_100 }] }),
      {
        release: 'deep_1' as never,
      },
    );
    expect(gpu).toMatchObject({
      gpus: 1,
      portDefinitions: [
        { port: 0, protocol: 'tcp' },
        { port: 10_100, protocol: 'tcp' },
      ],
      container: {
        type: 'MESOS',
        docker: { image: 'acme/web:1', forcePullImage: true, privileged: false },
        volumes: [],
      },
    });
  });

  it('without a secret in its specification', () => {
    const { spec, secrets } = specify(
      'MARATHON',
      {
        web: service({
          command: 'serve',
          environment_variables: { PASSWORD: { get_input: 'web_password' }, MODE: 'prod' },
          secrets: { KEY: 's3cret' },
        }),
        runtime: runtime(),
      },
      { web_password: { type: 'string' } },
      { web_password: 'hunter2' },
    );
    expect(JSON.stringify(spec)).not.toMatch(/hunter2|s3cret/);
    expect(Object.values(secrets).sort()).toEqual(['hunter2', 'prod', 's3cret']);
    const services = spec.type === 'MARATHON' ? spec.services : [];
    const group = serviceGroup(services, { ...context, secretOf: (name) => secrets[name] ?? '?' });
    expect(group.apps[0]).toMatchObject({ env: { PASSWORD: 'hunter2', MODE: 'prod', KEY: 's3cret' } });
  });
});

describe('what outputs read of services', () => {
  it('is where they are reached', () => {
    const spec = oneService({}, { publish_ports: [{ source: 80 }, { source: 81, target: 10_100 }] });
    const app = { id: `/${deploymentId}/web`, servicePorts: [10_003, 10_100] };
    expect(serviceAttributes([spec], [app as never], ['198.51.100.7'])).toEqual({
      web: { load_balancer_ips: ['198.51.100.7'] },
      runtime: {
        host: {
          publish_ports: [
            { protocol: 'tcp', source: 80, target: 10_003 },
            { protocol: 'tcp', source: 81, target: 10_100 },
          ],
        },
      },
    });
  });
});
