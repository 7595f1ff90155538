/** Services and jobs through the API: where they go, what is stored, what is shown. */
import { DeploymentView, ResourceView } from '../../../lambdas/contracts/api.ts';
import { Conflict, DependencyUnavailable } from '../../../lambdas/contracts/error-names.ts';
import { jobNameOf } from '../../../lambdas/domain/workload/chronos.ts';
import { type Data, templateText } from '../../domain/tosca/templates.ts';
import { job, runtime, service } from '../../domain/workload/workload-support.ts';
import { type Answer, call, FakeWorld } from '../../support/api.ts';
import { alice, apiNow, bob } from '../../support/deployments.ts';
import { addHost, type HostOptions, hostId } from '../../support/hosts.ts';
import {
  describePublished,
  publishedNames,
  publishedText,
  workloadParameters,
} from '../../support/published-templates.ts';
import { serviceSpec } from '../../support/workloads.ts';

const services = (nodes: Data = {}, more: Data = {}): string =>
  templateText({
    node_templates: {
      web: service({ secrets: { KEY: 'pw-literal' } }),
      runtime: runtime({ num_cpus: 2, mem_size: '1 GB', publish_ports: [{ source: 80 }] }),
      ...nodes,
    },
    ...more,
  });
const jobs = (nodes: Data = {}): string =>
  templateText({
    node_templates: {
      first: job(),
      second: job({}, { requirements: [{ host: 'runtime' }, { parent_job: 'first' }] }),
      runtime: runtime({ num_cpus: 2, mem_size: '1 GB' }),
      ...nodes,
    },
  });

const send = (world: FakeWorld, body: object, method = 'POST', path = '/deployments'): Promise<Answer> =>
  call(world, method, path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

function withHosts(...hosts: readonly HostOptions[]): FakeWorld {
  const world = new FakeWorld();
  for (const [index, options] of hosts.entries()) addHost(world, index + 1, options);
  return world;
}
function expectNothingStored(world: FakeWorld): void {
  expect([world.workloads.desired.size, world.workloadSecrets.size, world.signals.length]).toEqual([0, 0, 0]);
  expect([...world.workloads.claims.values()].flatMap((claims) => [...claims])).toEqual([]);
}

describe('POST /deployments with services', () => {
  it('answers 201, and says which cluster they go to', async () => {
    const world = withHosts({});
    const { statusCode, json } = await send(world, { template: services() });
    expect([statusCode, json.message]).toEqual([201, undefined]);
    expect(DeploymentView.parse(json)).toEqual(json);
    expect(json).toMatchObject({
      physicalId: json.uuid,
      status: 'CREATE_IN_PROGRESS',
      task: 'NONE',
      cloudProviderName: 'host-1',
      cloudProviderEndpoint: {
        cpEndpoint: 'https://203.0.113.1:8443',
        cpComputeServiceId: hostId(1),
        deploymentType: 'MARATHON',
      },
    });
    expect((await call(world, 'GET', `/deployments/${json.uuid}`)).json).toEqual(json);
  });

  it('stores secret, claim and records, wakes its loop, and tells in the log where it went', async () => {
    const world = withHosts({});
    const { json } = await send(world, { template: services() });
    const { uuid } = json;
    expect(world.workloads.desired.get(uuid)).toMatchObject({
      hostClusterId: hostId(1),
      generation: 1,
      presence: 'present',
      volumeBase: '/var/lib/mesoscale/volumes/',
      createdBy: `${alice.subject}@${alice.issuer}`,
      origin: 'https://api.example.org',
      deadlineAt: '2026-03-01T10:30:45.000Z',
    });
    expect(world.workloads.on(hostId(1)).get(uuid)).toEqual({
      name: 'web',
      type: 'MARATHON',
      tasks: [{ cpus: 2, mem: 1000, gpus: 0, count: 1 }],
      waiting: true,
      at: apiNow.toISOString(),
    });
    expect(world.workloadSecrets.get(uuid)?.values).toEqual({ '1/web.secrets.KEY': 'pw-literal' });
    expect(world.signals).toEqual([{ kind: 'workload-changed', workloadId: uuid }]);
    expect(world.activity.map(({ text }) => text)).toEqual([
      `placed on the cluster host-1: it has room, and 2 CPUs left after it`,
    ]);
    const stored = [...world.deployments.values(), ...world.workloads.desired.values(), world.activity];
    expect(JSON.stringify(stored)).not.toContain('pw-literal');
  });

  it('shows the owner the template as it was sent', async () => {
    const world = withHosts({});
    const template = services();
    const { json } = await send(world, { template });
    expect((await call(world, 'GET', `/deployments/${json.uuid}/template`)).body).toBe(template);
  });

  it.each([
    ['its uuid', { cluster: hostId(2) }],
    ['its name', { cluster: 'host-2' }],
  ])('goes to the cluster that the parameter names by %s, also if another has more room', async (_, parameters) => {
    const world = withHosts({ free: [{ cpus: 64, mem: 64_000 }] }, {});
    const { json } = await send(world, { template: services(), parameters });
    expect(json.cloudProviderName).toBe('host-2');
  });

  it.each([['cloud_id'], ['sla_id']])(
    'goes to the cluster that a placement policy names by its %s',
    async (property) => {
      const type = `tosca.policies.indigo.${property === 'sla_id' ? 'SlaPlacement' : 'Placement'}`;
      const policies = [{ here: { type, properties: { [property]: hostId(2) } } }];
      const world = withHosts({ free: [{ cpus: 64, mem: 64_000 }] }, {});
      const { json } = await send(world, { template: services({}, { policies }) });
      expect([json.message, json.cloudProviderName]).toEqual([undefined, 'host-2']);
    },
  );

  it('goes where it wants if a policy names an agreement that is none of the clusters', async () => {
    const policies = [{ here: { type: 'tosca.policies.indigo.SlaPlacement', properties: { sla_id: '4401ac5dc8' } } }];
    const world = withHosts({});
    const { json } = await send(world, { template: services({}, { policies }) });
    expect(json.cloudProviderName).toBe('host-1');
    expect(world.activity[0]?.text).toBe('policies.here is skipped: it names no cluster of yours');
  });

  it('lets an elastic cluster grow for it', async () => {
    const world = withHosts({ free: [{ cpus: 0.5 }], slaves: { bounds: { min: 1, max: 3 } } });
    const { json } = await send(world, { template: services() });
    expect(json.cloudProviderName).toBe('host-1');
    expect(world.activity[0]?.text).toContain('it may grow by the 1 slaves that this takes');
  });
});

describe('POST /deployments with services is refused', () => {
  const refuse = async (world: FakeWorld, body: object) => {
    const { statusCode, json } = await send(world, body);
    expectNothingStored(world);
    return [statusCode, json.message];
  };

  it('without any cluster', async () => {
    expect(await refuse(new FakeWorld(), { template: services() })).toEqual([
      409,
      expect.stringContaining('You have no cluster that this could run on; create one first'),
    ]);
  });

  it('with 404 for a cluster that does not exist, or is somebody else’s', async () => {
    const world = withHosts({}, { deployment: { owner: bob } });
    for (const cluster of ['nowhere', hostId(2)])
      expect(await refuse(world, { template: services(), parameters: { cluster } })).toEqual([
        404,
        `The cluster <${cluster}> doesn't exist; yours are ${hostId(1)}`,
      ]);
  });

  it('with a reason per cluster', async () => {
    const world = withHosts(
      { deployment: { status: 'CREATE_IN_PROGRESS' } },
      { answers: false },
      { free: [{ cpus: 1 }] },
      { free: [{ cpus: 1 }], slaves: { bounds: { min: 1, max: 1 } } },
    );
    const [status, message] = await refuse(world, { template: services() });
    expect(status).toBe(409);
    expect(message).toBe(
      [
        `None of your clusters can run this. ${hostId(1)}: it is CREATE_IN_PROGRESS`,
        `${hostId(2)}: its masters do not answer`,
        `${hostId(3)}: no slave has room for 2 CPUs, 1000 MB, after what is running and promised; the most that one offers is 1 CPUs, 8000 MB`,
        `${hostId(4)}: no slave has room for 2 CPUs, 1000 MB, after what is running and promised; the most that one offers is 1 CPUs, 8000 MB`,
      ].join('; '),
    );
  });

  it('by a cluster that keeps everybody waiting, and the others are looked at all the same', async () => {
    const world = withHosts({}, {});
    const { snapshot } = world.services.gateway;
    const never = new Promise<undefined>(() => undefined);
    Object.assign(world.services.gateway, {
      snapshot: (request: Parameters<typeof snapshot>[0]) =>
        request.masterIps[0] === '10.0.1.10' ? never : snapshot(request),
    });
    expect(await refuse(world, { template: services(), parameters: { cluster: 'host-1' } })).toEqual([
      409,
      `None of your clusters can run this. ${hostId(1)}: its masters do not answer`,
    ]);
    expect((await send(world, { template: services() })).json.cloudProviderName).toBe('host-2');
  });

  it.each([
    ['has no GPUs to hand out', {}, 'Marathon of its release indigo_1 hands out no GPUs'],
    ['was made without', { release: 'indigo_2' as const }, 'enable_gpu_support was not asked for'],
    ['has none left', { release: 'deep_1' as const, software: { gpuEnabled: true } }, '1 GPUs, after what is running'],
  ])('for GPUs where the cluster %s', async (_, options, reason) => {
    const template = services({ runtime: runtime({ num_gpus: 1 }) });
    expect(await refuse(withHosts(options), { template })).toEqual([409, expect.stringContaining(reason)]);
  });

  it('for what the named cluster lacks, whatever others have', async () => {
    const world = withHosts({ free: [{ cpus: 1 }] }, {});
    expect(await refuse(world, { template: services(), parameters: { cluster: 'host-1' } })).toEqual([
      409,
      expect.stringMatching(/^None of your clusters can run this\. \S+c001: no slave has room/),
    ]);
  });

  it('for a fault of its template before any cluster is looked at', async () => {
    const template = services({ runtime: runtime({ volumes: ['a:/b:rw'] }) });
    expect(await refuse(new FakeWorld(), { template })).toEqual([
      400,
      expect.stringContaining('Volume mount <a:/b:rw> not supported'),
    ]);
  });

  it('for a parameter cluster that is no text', async () => {
    expect(await refuse(withHosts({}), { template: services(), parameters: { cluster: 7 } })).toEqual([
      400,
      'The parameter cluster must be the uuid or the name of a cluster',
    ]);
  });
});

describe('two workloads at the same moment', () => {
  const other = { name: 'other', type: 'MARATHON' as const, tasks: [{ cpus: 3, mem: 1000, gpus: 0 }], waiting: true };
  const rival = { ...other, at: apiNow.toISOString() };

  it('do not both get the last room: the second is refused', async () => {
    const world = withHosts({});
    world.workloads.meanwhile = () => {
      world.workloads.put(hostId(1), 'rival', rival);
    };
    const { statusCode, json } = await send(world, { template: services() });
    expect([statusCode, json.message]).toEqual([409, expect.stringContaining('no slave has room for 2 CPUs')]);
    expect([...world.workloads.on(hostId(1)).keys()]).toEqual(['rival']);
    expect(world.workloads.desired.size).toBe(0);
    expect([world.workloadSecrets.size, [...world.quotas.counted.values()].flat()]).toEqual([0, []]);
  });

  it('the second goes elsewhere if it can', async () => {
    const world = withHosts({}, { free: [{ cpus: 3 }] });
    world.workloads.meanwhile = () => {
      world.workloads.put(hostId(1), 'rival', rival);
    };
    expect((await send(world, { template: services() })).json.cloudProviderName).toBe('host-2');
  });

  it('both get it if the cluster may grow', async () => {
    const world = withHosts({ slaves: { bounds: { min: 1, max: 2 }, instanceTypes: ['m5.large'] } });
    world.workloads.meanwhile = () => {
      world.workloads.put(hostId(1), 'rival', rival);
    };
    expect((await send(world, { template: services() })).statusCode).toBe(201);
  });

  it('a claim whose creation stopped in the middle is given back after two minutes', async () => {
    const world = withHosts({});
    world.workloads.put(hostId(1), 'stopped', { ...rival, at: '2026-03-01T09:28:00.000Z' });
    world.workloads.put(hostId(1), 'under-way', { ...rival, tasks: [], at: '2026-03-01T09:29:00.000Z' });
    const { json } = await send(world, { template: services() });
    expect([...world.workloads.on(hostId(1)).keys()]).toEqual(['under-way', json.uuid]);
  });

  it('a cluster that is deleted meanwhile is none to go to', async () => {
    const world = withHosts({});
    world.workloads.meanwhile = async () => call(world, 'DELETE', `/deployments/${hostId(1)}`);
    const { statusCode, json } = await send(world, { template: services() });
    expect([statusCode, json.message]).toEqual([409, expect.stringContaining(`${hostId(1)}: it is`)]);
  });
});

describe('a POST that stops in the middle', () => {
  it('may be sent again under its key when its claim was made and its records not', async () => {
    const world = withHosts({});
    const again = () =>
      call(world, 'POST', '/deployments', {
        body: JSON.stringify({ template: services() }),
        headers: { 'content-type': 'application/json', 'Idempotency-Key': 'k' },
      });
    world.failures.set('workloads.create', new DependencyUnavailable('down'));
    expect((await again()).statusCode).toBe(503);
    world.failures.clear();
    world.now = new Date(apiNow.getTime() + 121_000);
    const { statusCode, json } = await again();
    expect(statusCode).toBe(201);
    expect([...world.workloads.on(hostId(1)).keys()]).toEqual([json.uuid]);
    expect((await again()).headers['Idempotent-Replayed']).toBe('true');
  });

  it('holds neither room nor claim nor key when its secret cannot be stored', async () => {
    const world = withHosts({});
    Object.assign(world.limits, { deploymentsPerOwner: 1 });
    const again = () =>
      call(world, 'POST', '/deployments', {
        body: JSON.stringify({ template: services() }),
        headers: { 'content-type': 'application/json', 'Idempotency-Key': 'k' },
      });
    world.failures.set('credentials.create', new DependencyUnavailable('down'));
    expect((await again()).statusCode).toBe(503);
    expectNothingStored(world);
    world.failures.clear();
    const { statusCode, json } = await again();
    expect([statusCode, [...world.workloads.on(hostId(1)).keys()]]).toEqual([201, [json.uuid]]);
  });

  it('is answered with what went wrong first, also if its claim cannot be given back', async () => {
    const world = withHosts({});
    world.failures.set('credentials.create', new DependencyUnavailable('no secrets'));
    world.failures.set('releaseClaim', new DependencyUnavailable('no table'));
    expect((await send(world, { template: services() })).statusCode).toBe(503);
    expect(world.logged.map(({ message }) => message)).toContain('claim not given back');
    expect([...world.quotas.counted.values()].flat()).toEqual([]);
  });

  it('counts among the owner’s deployments only if it is there', async () => {
    const world = withHosts({});
    Object.assign(world.limits, { deploymentsPerOwner: 1 });
    expect((await send(world, { template: services() })).statusCode).toBe(201);
    world.now = new Date(apiNow.getTime() + 121_000);
    expect((await send(world, { template: services() })).statusCode).toBe(403);
  });
});

describe('POST /deployments with jobs', () => {
  it('makes a deployment without endpoint, whose resources are the jobs', async () => {
    const world = withHosts({});
    const { json } = await send(world, { template: jobs() });
    expect(json).toMatchObject({
      physicalId: '<NO_ENDPOINT>',
      cloudProviderEndpoint: { cpEndpoint: 'https://203.0.113.1:4443', deploymentType: 'CHRONOS' },
    });
    const { content } = (await call(world, 'GET', `/deployments/${json.uuid}/resources`)).json;
    for (const resource of content) expect(ResourceView.parse(resource)).toEqual(resource);
    const byName = Object.fromEntries(content.map((each: { toscaNodeName: string }) => [each.toscaNodeName, each]));
    for (const name of ['first', 'second']) {
      const physicalId = jobNameOf(json.uuid, name);
      expect(byName[name]).toMatchObject({ uuid: physicalId, physicalId, state: 'CREATING' });
    }
    expect(byName.runtime.physicalId).toBeUndefined();
    expect((await call(world, 'GET', `/deployments/${json.uuid}/extrainfo`)).body).toBe('[]');
  });

  it('gives them ten days, unless the request says otherwise', async () => {
    const world = withHosts({});
    const usual = (await send(world, { template: jobs() })).json.uuid;
    const longer = (await send(world, { template: jobs(), timeoutMins: 60_000 })).json.uuid;
    expect(world.workloads.desired.get(usual)?.deadlineAt).toBe('2026-03-11T09:30:45.000Z');
    expect(world.workloads.desired.get(longer)?.deadlineAt).toBe('2026-04-12T01:30:45.000Z');
  });

  it('needs room for the largest of them, as Chronos queues what does not fit', async () => {
    const world = withHosts({ free: [{ cpus: 2 }] });
    const { json } = await send(world, { template: jobs() });
    expect(world.workloads.on(hostId(1)).get(json.uuid)?.tasks).toEqual([{ cpus: 2, mem: 1000, gpus: 0, count: 1 }]);
  });

  it('is refused where there is no Chronos', async () => {
    const { statusCode, json } = await send(withHosts({ software: { chronosEnabled: false } }), { template: jobs() });
    expect([statusCode, json.message]).toEqual([409, expect.stringContaining('it has no Chronos')]);
  });
});

describe('templates that are nothing here', () => {
  it.each([
    ['tosca.nodes.indigo.Qcg.Job', { executable: 'x', environment: { a: 'b' } }, 'runs on another scheduler'],
    ['tosca.nodes.indigo.Kubernetes.HelmChart', { repository: 'r', name: 'n', version: '1' }, 'runs on Kubernetes'],
  ])('%s', async (type, properties, reason) => {
    const template = templateText({ node_templates: { it: { type, properties } } });
    const { statusCode, json } = await send(withHosts({}), { template });
    expect([statusCode, json.message]).toEqual([400, expect.stringContaining(reason)]);
  });

  it('a container runtime without a service or job', async () => {
    const template = templateText({ node_templates: { runtime: runtime() } });
    const { statusCode, json } = await send(withHosts({}), { template });
    expect([statusCode, json.message]).toEqual([400, expect.stringContaining('of which the template has none')]);
  });
});

describe('changing workloads', () => {
  async function deployed(template: string, world = withHosts({})) {
    const { json } = await send(world, { template });
    const record = world.deployments.get(json.uuid);
    if (record) world.deployments.set(json.uuid, { ...record, status: 'CREATE_COMPLETE' });
    const put = (body: object) => send(world, body, 'PUT', `/deployments/${json.uuid}`);
    return { world, id: json.uuid as string, put };
  }

  it('PUT updates services, and keeps the secrets that they may go back to', async () => {
    const { world, id, put } = await deployed(services());
    const template = services({ web: service({ secrets: { KEY: 'pw-new' } }) });
    const { statusCode, json } = await put({ template });
    expect([statusCode, json.message, json.status]).toEqual([202, undefined, 'UPDATE_IN_PROGRESS']);
    const { generation, workloadUpdate } = world.deployments.get(id) ?? {};
    expect(generation).toBe(2);
    expect(workloadUpdate?.secretVersion).toBe(workloadUpdate?.updateId);
    expect(world.workloadSecrets.get(`${id}/${workloadUpdate?.updateId}`)?.values).toEqual({
      '1/web.secrets.KEY': 'pw-literal',
      '2/web.secrets.KEY': 'pw-new',
    });
    expect(world.workloadSecrets.get(id)?.values).toEqual({ '1/web.secrets.KEY': 'pw-literal' });
    expect(world.signals.at(-1)).toEqual({ kind: 'workload-changed', workloadId: id });
    expect((await call(world, 'GET', `/deployments/${id}/template`)).body).toBe(template);
  });

  it('PUT claims what the services then need', async () => {
    const { world, id, put } = await deployed(services());
    await put({ template: services({ runtime: runtime({ num_cpus: 3, mem_size: '512 MB' }) }) });
    const claim = [...world.workloads.claims.values()].flatMap((claims) => claims.get(id) ?? []);
    expect(claim).toMatchObject([{ tasks: [{ cpus: 3, mem: 512, gpus: 0, count: 1 }], waiting: true }]);
  });

  it('PUT that is refused at the last moment wakes the loop, which settles the claim', async () => {
    const { world, id, put } = await deployed(services());
    const { requestUpdate } = world.services.workloads;
    const signalled = world.signals.length;
    Object.assign(world.services.workloads, { requestUpdate: () => Promise.reject(new Conflict('too late')) });
    expect((await put({ template: services({ runtime: runtime({ num_cpus: 3 }) }) })).statusCode).toBe(409);
    Object.assign(world.services.workloads, { requestUpdate });
    expect(world.signals.slice(signalled)).toEqual([{ kind: 'workload-changed', workloadId: id }]);
  });

  it('PUT keeps the secrets of what is not yet known to have become complete', async () => {
    const { world, id, put } = await deployed(services());
    const { load } = world.services.workloads;
    const spec = {
      type: 'MARATHON' as const,
      notes: [],
      services: [serviceSpec({ env: { A: { secret: '1/web.A' } } })],
    };
    world.workloadSecrets.set(id, { values: { '1/web.A': 'a', '1/web.B': 'b' }, templateLiterals: {}, parameters: {} });
    Object.assign(world.services.workloads, {
      load: async (workloadId: string) => {
        const loaded = await load(workloadId);
        const progress = { failures: {}, candidate: { generation: 1, spec } };
        return { ...loaded, record: { ...loaded.record, progress } };
      },
    });
    await put({ template: services({ web: service({ secrets: { KEY: 'pw-new' } }) }) });
    const { updateId } = world.deployments.get(id)?.workloadUpdate ?? {};
    expect(world.workloadSecrets.get(`${id}/${updateId}`)?.values).toEqual({
      '1/web.A': 'a',
      '2/web.secrets.KEY': 'pw-new',
    });
  });

  it('PUT merges parameters over those before, and drops the secrets of the update before the last', async () => {
    const inputs = { cpus: { type: 'float' }, image_name: { type: 'string', default: 'acme/web:1' } };
    const template = services({ runtime: runtime({ num_cpus: { get_input: 'cpus' } }) }, { inputs });
    const world = withHosts({});
    const { json } = await send(world, { template, parameters: { cpus: 1 } });
    const settle = () => {
      const record = world.deployments.get(json.uuid);
      if (record) world.deployments.set(json.uuid, { ...record, status: 'UPDATE_COMPLETE' });
      return record?.workloadUpdate;
    };
    settle();
    const put = (body: object) => send(world, body, 'PUT', `/deployments/${json.uuid}`);
    expect((await put({ template, parameters: { image_name: 'acme/web:2' } })).statusCode).toBe(202);
    const first = settle();
    expect(first?.spec).toMatchObject({ services: [{ cpus: 1 }] });
    expect((await put({ template, parameters: { cpus: 2 } })).statusCode).toBe(202);
    const second = settle();
    expect(second?.spec).toMatchObject({ services: [{ cpus: 2 }] });
    expect([...world.workloadSecrets.keys()]).toEqual([json.uuid, `${json.uuid}/${second?.updateId}`]);
  });

  it.each([
    ['jobs', jobs(), {}, 400, 'CHRONOS deployments cannot be updated.'],
    [
      'services with jobs',
      services(),
      { template: jobs() },
      400,
      'The deployment is of type MARATHON, and the template is of type CHRONOS',
    ],
    [
      'services to another cluster',
      services(),
      { parameters: { cluster: 'x' } },
      400,
      'The parameter cluster names another cluster',
    ],
  ])('PUT of %s is refused', async (_, template, body, status, message) => {
    const { put, world, id } = await deployed(template);
    const { statusCode, json } = await put({ template, ...body });
    expect([statusCode, json.message]).toEqual([status, expect.stringContaining(message)]);
    expect(world.deployments.get(id)?.generation).toBe(1);
  });

  it('PUT for what their cluster can never run is refused', async () => {
    const { put } = await deployed(services());
    const { statusCode, json } = await put({ template: services({ runtime: runtime({ num_gpus: 1 }) }) });
    expect([statusCode, json.message]).toEqual([
      400,
      "The deployment's cluster cannot run this: Marathon of its release indigo_1 hands out no GPUs",
    ]);
  });

  it('PUT of more instances than a deployment may have is refused', async () => {
    const { put, world, id } = await deployed(services());
    const scalable = { scalable: { properties: { default_instances: 600 } } };
    const two = {
      also: service({}, { requirements: [{ host: 'other' }] }),
      runtime: { ...runtime(), capabilities: scalable },
      other: { ...runtime(), capabilities: scalable },
    };
    const { statusCode, json } = await put({ template: services(two) });
    expect([statusCode, json.message]).toEqual([400, expect.stringContaining('at most 1000 instances together')]);
    expect(world.deployments.get(id)?.generation).toBe(1);
  });

  it('PUT of a cluster with services is refused', async () => {
    const world = withHosts({});
    const { statusCode, json } = await send(world, { template: services() }, 'PUT', `/deployments/${hostId(1)}`);
    expect([statusCode, json.message]).toEqual([
      400,
      'The deployment is a cluster, and the template is of type MARATHON',
    ]);
  });

  it.each([
    ['MARATHON', services()],
    ['CHRONOS', jobs()],
  ])('actions on %s are refused', async (type, template) => {
    const { world, id } = await deployed(template);
    const { content } = (await call(world, 'GET', `/deployments/${id}/resources`)).json;
    const path = `/deployments/${id}/resources/${content[0].uuid}/actions`;
    const { statusCode, json } = await send(world, { type: 'stop' }, 'POST', path);
    expect([statusCode, json.message]).toEqual([400, `${type} deployment: actions not supported yet.`]);
  });

  it('DELETE has its loop take it down, PATCH gives that up', async () => {
    const { world, id } = await deployed(services());
    expect((await call(world, 'DELETE', `/deployments/${id}`)).statusCode).toBe(204);
    expect(world.deployments.get(id)?.status).toBe('DELETE_IN_PROGRESS');
    expect(world.signals.at(-1)).toEqual({ kind: 'workload-changed', workloadId: id });
    expect((await call(world, 'DELETE', `/deployments/${id}`)).statusCode).toBe(409);
    expect((await send(world, { status: 'DELETE_FAILED' }, 'PATCH', `/deployments/${id}`)).statusCode).toBe(204);
    expect((await call(world, 'DELETE', `/deployments/${id}`)).statusCode).toBe(204);
  });
});

describe('DELETE of a cluster with workloads', () => {
  const remove = (world: FakeWorld, query = '') => call(world, 'DELETE', `/deployments/${hostId(1)}`, { query });

  it('is refused, and lists them', async () => {
    const world = withHosts({});
    const one = (await send(world, { template: services() })).json.uuid;
    const two = (await send(world, { template: jobs() })).json.uuid;
    const { statusCode, json } = await remove(world);
    expect([statusCode, json.message]).toEqual([
      409,
      `The cluster has services or jobs on it: ${one} (web), ${two} (first, second). Delete them first, or delete all with ?force=true`,
    ]);
    expect(world.absent.size).toBe(0);
  });

  it('takes them down first if it is forced', async () => {
    const world = withHosts({});
    const { uuid } = (await send(world, { template: services() })).json;
    expect((await remove(world, 'force=true')).statusCode).toBe(204);
    expect([uuid, hostId(1)].map((id) => world.deployments.get(id)?.status)).toEqual([
      'DELETE_IN_PROGRESS',
      'DELETE_IN_PROGRESS',
    ]);
    expect(world.signals.slice(1)).toEqual([
      { kind: 'workload-changed', workloadId: uuid },
      { kind: 'cluster-changed', clusterId: hostId(1) },
    ]);
  });

  it('goes on if only the claim of a creation that stopped is left', async () => {
    const world = withHosts({});
    const claim = { name: 'x', type: 'MARATHON' as const, tasks: [], waiting: true, at: '2026-03-01T09:00:00.000Z' };
    world.workloads.put(hostId(1), 'stopped', claim);
    expect((await remove(world)).statusCode).toBe(204);
    expect(world.deployments.get(hostId(1))?.status).toBe('DELETE_IN_PROGRESS');
  });
});

describePublished('published services and jobs', () => {
  const host: HostOptions = {
    free: [{ cpus: 64, mem: 256_000, gpus: 8 }],
    release: 'deep_1',
    software: { gpuEnabled: true },
  };
  const all = (['services', 'jobs'] as const).flatMap((kind) =>
    publishedNames(kind).map((name) => [kind, name] as const),
  );
  const needOnedata = new Set([
    'indigo_job_onedata.yaml',
    'indigo_job_output_upload_swift.yaml',
    'lfw_frontend_sat_data.yml',
    'lifewatch-algaebloom.yaml',
  ]);

  it.each(all)('%s/%s gets a cluster, or is refused for what only an Onedata could tell', async (kind, name) => {
    const world = withHosts(host);
    const { statusCode, json } = await send(world, {
      template: publishedText(kind, name),
      parameters: workloadParameters,
    });
    if (needOnedata.has(name)) {
      expect([statusCode, json.message]).toEqual([400, expect.stringContaining('reads the attribute token of ')]);
      return;
    }
    expect([statusCode, json.message]).toEqual([201, undefined]);
    expect(json.cloudProviderEndpoint.deploymentType).toBe(kind === 'services' ? 'MARATHON' : 'CHRONOS');
    expect(JSON.stringify([...world.deployments.values(), ...world.workloads.desired.values()])).not.toMatch(/pw-\d/);
  });
});
