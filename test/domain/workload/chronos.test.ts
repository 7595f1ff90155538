/** Jobs to Chronos, row by row of the mapping that INDIGO's users know. */
import { chronosJob, jobNameOf } from '../../../lambdas/domain/workload/chronos.ts';
import { job, oneJob, runtime, specify } from './workload-support.ts';

const deploymentId = '11ee0c1a-5b2e-4c44-8f10-02420a0b0c0d';
const context = { deploymentId, volumeBase: '/mnt/vols/', secretOf: (name: string) => `<${name}>` };

describe('a job', () => {
  it('is named by the uuid of its resource and has INDIGO’s defaults', () => {
    const name = jobNameOf(deploymentId, 'step');
    expect(name).toMatch(/^[0-9a-f-]{36}$/);
    expect(chronosJob(oneJob({}, { num_cpus: 1, mem_size: '1024 MB' }), context)).toEqual({
      name,
      command: 'run',
      epsilon: 'PT10S',
      cpus: 1,
      mem: 1024,
      uris: [],
      constraints: [],
      environmentVariables: [],
      container: {
        type: 'DOCKER',
        image: 'acme/job',
        forcePullImage: true,
        volumes: [],
        parameters: [{ key: 'privileged', value: 'true' }],
      },
    });
  });

  it('has what the template says', () => {
    const spec = oneJob(
      {
        description: 'step one',
        retries: 3,
        epsilon: 'PT1H',
        schedule: 'R5/2026-12-01T00:00:00Z/PT24H',
        environment_variables: { K: 'v' },
        uris: ['https://example.org/in.tgz'],
        constraints: [['hostname', 'CLUSTER']],
        privileged: false,
      },
      { volumes: ['/data:rw'], num_gpus: 2 },
    );
    expect(chronosJob(spec, context)).toMatchObject({
      description: 'step one',
      retries: 3,
      epsilon: 'PT1H',
      schedule: 'R5/2026-12-01T00:00:00Z/PT24H',
      gpus: 2,
      uris: ['https://example.org/in.tgz'],
      constraints: [['hostname', 'CLUSTER']],
      environmentVariables: [{ name: 'K', value: 'v' }],
      container: {
        type: 'MESOS',
        volumes: [{ containerPath: '/data', mode: 'RW', hostPath: `/mnt/vols/${jobNameOf(deploymentId, 'step')}` }],
      },
    });
    expect(chronosJob(spec, context).container).not.toHaveProperty('parameters');
  });

  it('comes after its parents, which it names by their uuids', () => {
    const following = (parent: string) => job({}, { requirements: [{ host: 'runtime' }, { parent_job: parent }] });
    const { spec } = specify('CHRONOS', {
      last: following('middle'),
      middle: following('first'),
      first: job(),
      runtime: runtime(),
    });
    const jobs = spec.type === 'CHRONOS' ? spec.jobs : [];
    expect(jobs.map(({ node }) => node)).toEqual(['first', 'middle', 'last']);
    expect(jobs.map((each) => chronosJob(each, context).parents)).toEqual([
      undefined,
      [jobNameOf(deploymentId, 'first')],
      [jobNameOf(deploymentId, 'middle')],
    ]);
  });
});
