/** What is wrong with a workload is told when it is sent, all of it at once. */
import fc from 'fast-check';
import { InvalidInput } from '../../../lambdas/contracts/error-names.ts';
import { type Data, refusal } from '../tosca/templates.ts';
import { image, job, runtime, service, specify } from './workload-support.ts';

const services = (nodes: Data) => refusal(() => specify('MARATHON', nodes));
const jobs = (nodes: Data) => refusal(() => specify('CHRONOS', nodes));
const withHost = (host: Data) => ({ web: service(), runtime: runtime(host) });

describe('a service is refused', () => {
  it.each([
    ['without an image', { web: service({}, { artifacts: {} }) }, 'web.artifacts.image.file: names no image'],
    ['with an empty image', { web: service({}, { artifacts: image('') }) }, 'names no image'],
    [
      'with an image that is none',
      { web: service({}, { artifacts: image('a b') }) },
      'is no name of a container image',
    ],
    [
      'with an artifact of another type',
      { web: service({}, { artifacts: { image: { file: 'a', type: 'tosca.artifacts.File' } } }) },
      'must be tosca.artifacts.Deployment.Image.Container.Docker',
    ],
    ['whose name Marathon cannot take', { Web_App: service() }, 'use lower-case letters, digits and -'],
    [
      'with two hosts',
      { web: service({}, { requirements: [{ host: 'runtime' }, { host: 'runtime' }] }) },
      'requirements',
    ],
    ['without a host', { web: service({}, { requirements: [] }) }, 'host'],
    [
      'with a volume of three parts',
      withHost({ volumes: ['a:/b:rw'] }),
      'Volume mount <a:/b:rw> not supported for marathon containers',
    ],
    ['with a volume of another mode', withHost({ volumes: ['/b:x'] }), 'x is no mode of a volume; use ro or rw'],
    ['with a volume outside', withHost({ volumes: ['../b:rw'] }), 'write an absolute path'],
    [
      'with a port twice',
      withHost({ publish_ports: [{ source: 80 }, { source: 80 }] }),
      'the source 80/tcp is published twice',
    ],
    [
      'with a service port twice',
      withHost({
        publish_ports: [
          { source: 80, target: 10_001 },
          { source: 81, target: 10_001 },
        ],
      }),
      'the target 10001 is published twice',
    ],
    [
      'with a port that the load balancers use',
      withHost({ publish_ports: [{ source: 80, target: 9090 }] }),
      'used by the load balancers',
    ],
    [
      'with a port of no source',
      withHost({ publish_ports: [{ protocol: 'tcp' }] }),
      'give the port that the container listens on',
    ],
    ['with no CPU', withHost({ num_cpus: 0 }), 'must be more than 0'],
    ['with next to no memory', withHost({ mem_size: '1 MB' }), 'must be at least 4 MB'],
    [
      'with a constraint that is none',
      { web: service({ constraints: [['hostname', 'NEAR']] }) },
      'with an operator of UNIQUE',
    ],
    ['with a URI that is none', { web: service({ uris: ['data.tgz'] }) }, 'data.tgz is no URI'],
  ])('%s', (_, nodes, message) => {
    expect(services(nodes)).toContain(message);
  });

  it('with all its faults, and those of the others', () => {
    const message = services({
      one: service({}, { artifacts: image('') }),
      two: service({ uris: ['x'] }),
      runtime: runtime(),
    });
    expect(message).toMatch(/node_templates\.one\..*; node_templates\.two\./);
  });
});

describe('a deployment is refused', () => {
  const scaled = (instances: number): Data => ({
    ...runtime(),
    capabilities: { scalable: { properties: { default_instances: instances } } },
  });
  const many = (count: number, node: () => Data): Data =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, node()]));

  it('with more instances than 1000, of all services together', () => {
    const two = (instances: number): Data => ({
      one: service(),
      two: service({}, { requirements: [{ host: 'other' }] }),
      runtime: scaled(600),
      other: scaled(instances),
    });
    expect(services(two(401))).toBe(
      'The services of a deployment may have at most 1000 instances together, and have 1001',
    );
    expect(() => specify('MARATHON', two(400))).not.toThrow();
  });

  it('with more than 100 services or jobs', () => {
    expect(services(many(101, service))).toBe('A deployment may have at most 100 services, and the template has 101');
    expect(jobs(many(101, job))).toBe('A deployment may have at most 100 jobs, and the template has 101');
    expect(() => specify('CHRONOS', many(100, job))).not.toThrow();
  });
});

describe('a job is refused', () => {
  it.each([
    ['without a command', { step: job({ command: '' }) }, '<command> property of node <step> must be provided'],
    [
      'with a schedule and a parent',
      {
        step: job({ schedule: 'R1//PT1H' }, { requirements: [{ host: 'runtime' }, { parent_job: 'first' }] }),
        first: job(),
      },
      'leave the schedule or the parent_job out',
    ],
    ['with a schedule that is none', { step: job({ schedule: 'daily' }) }, 'daily is no schedule'],
    ['with a schedule of no period', { step: job({ schedule: 'R1/2026-01-01T00:00:00Z/' }) }, 'is no schedule'],
    ['with an epsilon that is none', { step: job({ epsilon: '10s' }) }, '10s is no duration'],
    [
      'with a volume of a driver',
      { step: job(), runtime: runtime({ volumes: ['a:/b:rw:dvdi:rexray'] }) },
      'not supported for chronos containers',
    ],
    [
      'in a circle',
      {
        a: job({}, { requirements: [{ host: 'runtime' }, { parent_job: 'b' }] }),
        b: job({}, { requirements: [{ host: 'runtime' }, { parent_job: 'a' }] }),
      },
      'Found node depencency loop in TOSCA topology; involved nodes: ',
    ],
  ])('%s', (_, nodes, message) => {
    expect(jobs(nodes)).toContain(message);
  });
});

it('whatever stands in a template, nothing but a refusal is thrown', () => {
  const anything = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
  const properties = fc.record(
    {
      command: anything,
      uris: fc.array(anything, { maxLength: 2 }),
      constraints: fc.array(fc.array(fc.string(), { maxLength: 4 }), { maxLength: 2 }),
      environment_variables: fc.dictionary(fc.string(), anything, { maxKeys: 3 }),
      labels: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
    },
    { requiredKeys: [] },
  );
  const host = fc.record(
    {
      num_cpus: fc.double(),
      volumes: fc.array(fc.string(), { maxLength: 2 }),
      publish_ports: fc.array(fc.record({ source: fc.integer() }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(properties, host, fc.boolean(), (given, hosted, isJob) => {
      try {
        specify(isJob ? 'CHRONOS' : 'MARATHON', { x: isJob ? job(given) : service(given), runtime: runtime(hosted) });
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInput);
      }
    }),
    { numRuns: 300 },
  );
});
