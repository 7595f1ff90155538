/** Services and jobs that INDIGO-DataCloud published, through the mapping. */
import { deploymentTypeOf, parseTemplate, readTopology } from '../../../lambdas/domain/tosca/index.ts';
import { chronosJob, jobNameOf } from '../../../lambdas/domain/workload/chronos.ts';
import { serviceGroup } from '../../../lambdas/domain/workload/marathon.ts';
import { specifyWorkload } from '../../../lambdas/domain/workload/specify.ts';
import {
  describePublished,
  publishedNames,
  publishedText,
  workloadParameters,
} from '../../support/published-templates.ts';
import { refusal } from '../tosca/templates.ts';

// biome-ignore lint/suspicious/noExplicitAny: read as Marathon and Chronos do, without types
type Json = any;

const deploymentId = '11ee0c1a-5b2e-4c44-8f10-02420a0b0c0d';
const context = {
  deploymentId,
  release: 'indigo_1' as const,
  createdBy: '0123456789-subject@https://iam-test.com',
  origin: 'http://localhost:8080',
  volumeBase: '/var/lib/mesoscale/volumes/',
};
const onedata = { onezone: 'zone.example.org', provider: 'provider.example.org', space: 'shared', path: '/in' };

/** Apps or jobs as they are submitted. */
function map(text: string, { parameters = workloadParameters as object, configured = false } = {}): readonly Json[] {
  const topology = readTopology(parseTemplate(text), { ...parameters });
  const type = deploymentTypeOf(topology);
  if (type !== 'MARATHON' && type !== 'CHRONOS') throw new Error(`it is ${type}`);
  const { spec, secrets } = specifyWorkload(topology, { type, ...(configured ? { onedata } : {}) });
  expect(JSON.stringify(spec)).not.toMatch(/pw-\d/);
  const filled = { ...context, secretOf: (secret: string) => secrets[secret] ?? 'unknown' };
  return spec.type === 'MARATHON'
    ? serviceGroup(spec.services, filled).apps
    : spec.jobs.map((job) => chronosJob(job, filled));
}
const service = (name: string) => map(publishedText('services', name))[0];
const jobs = (name: string, options = {}) => map(publishedText('jobs', name), options);

describePublished('of the published services', () => {
  it('marathon_app.yaml becomes the group that INDIGO’s orchestrator made of it, but for two names', () => {
    const published: Json = JSON.parse(publishedText('services', 'marathon_app.json'));
    const [external, local] = published.apps[0].container.volumes;
    // Volumes of a driver belong to the whole cluster: the deployment's id keeps those of two deployments apart.
    external.external.name = `${deploymentId}-marathon`;
    // Published without the directory of the host, which Marathon wants to be given.
    local.hostPath = `${context.volumeBase}${deploymentId}`;
    expect({ apps: map(publishedText('services', 'marathon_app.yaml')) }).toEqual(published);
  });

  it.each([
    ['deep-oc-dogs_breed.yml', { image: 'deephdc/deep-oc-dogs_breed_det', gpus: 1, ports: 1 }],
    ['deep-oc-generic-dev.yml', { image: 'acme/app:1', gpus: 1, ports: 3 }],
    ['deep-oc-marathon-webdav-https.yml', { image: 'acme/app:1', gpus: 1, ports: 3 }],
    ['deep-oc-retinopathy-gpu-template.yml', { image: 'acme/app:1', gpus: 1, ports: 2 }],
    ['deep-plants-classification.yaml', { image: 'deephdc/deep-oc-plant-classification-theano', gpus: 0, ports: 1 }],
    ['rstudio.yaml', { image: 'rocker/rstudio', gpus: 0, ports: 1 }],
    ['xdc-deep-common-usecase.yml', { image: 'acme/app:1', gpus: 1, ports: 1 }],
  ])('%s is one app', (name, { image, gpus, ports }) => {
    const app = service(name);
    expect(app.container.docker.image).toBe(image);
    expect(app.gpus ?? 0).toBe(gpus);
    expect(app.container.type).toBe(gpus > 0 ? 'MESOS' : 'DOCKER');
    expect(gpus > 0 ? app.portDefinitions : app.container.docker.portMappings).toHaveLength(ports);
    expect(app.labels.HAPROXY_GROUP).toBe('external');
  });

  it('all are tested here', () => {
    expect(publishedNames('services')).toHaveLength(8);
    expect(publishedNames('jobs')).toHaveLength(5);
  });

  it('deep-oc-marathon-webdav-https.yml has TLS ended for each port', () => {
    const { labels } = service('deep-oc-marathon-webdav-https.yml');
    for (const port of [0, 1, 2]) expect(labels[`HAPROXY_${port}_SSL_CERT`]).toBe('/etc/ssl/cert.pem');
  });

  it('rstudio.yaml is given its password and its volume', () => {
    const { env, container } = service('rstudio.yaml');
    expect(env).toEqual({ PASSWORD: 'pw-5' });
    expect(container.volumes).toMatchObject([{ external: { name: `${deploymentId}-marathon` } }]);
  });

  it('those whose inputs are not given are refused', () => {
    expect(refusal(() => map(publishedText('services', 'rstudio.yaml'), { parameters: {} }))).toBe(
      "Input <rstudio_password> is required and is not present in the user's input list, nor has a default value",
    );
  });
});

describePublished('of the published jobs', () => {
  it('chronos_tosca_minimal.yaml becomes two, the second after the first', () => {
    const [first, second, ...others] = jobs('chronos_tosca_minimal.yaml');
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      name: jobNameOf(deploymentId, 'chronos_job'),
      schedule: 'R0/2015-12-25T17:22:00Z/PT1M',
      epsilon: 'PT10S',
      retries: 3,
      cpus: 0.5,
      mem: 2000,
      uris: ['https://example.org/a', 'https://example.org/b'],
      container: { image: 'acme/app:1', forcePullImage: true, parameters: [{ key: 'privileged', value: 'true' }] },
    });
    expect(first.environmentVariables[0]).toEqual({ name: 'OUTPUT_FILENAMES', value: 'c' });
    expect(second).toMatchObject({ name: jobNameOf(deploymentId, 'chronos_job_upload'), parents: [first.name] });
    expect(second.environmentVariables).toContainEqual({ name: 'OUTPUT_PASSWORD', value: 'pw-7' });
  });

  it.each([
    [
      'indigo_job_onedata.yaml',
      'node_templates.chronos_job.properties.environment_variables.INPUT_ONEDATA_TOKEN: reads the attribute token of input_onedata_space, which has none; give that node a token',
    ],
    [
      'indigo_job_output_upload_swift.yaml',
      'node_templates.chronos_job.properties.environment_variables.ONEDATA_SERVICE_TOKEN: reads the attribute token of onedata_service_space, and nobody hands out tokens here; use a node of type tosca.nodes.indigo.OnedataSpace with a token',
    ],
    [
      'lfw_frontend_sat_data.yml',
      'node_templates.chronos_job1.properties.environment_variables.INPUT_ONEDATA_TOKEN: reads the attribute token of input_onedata_space, which has none; give that node a token',
    ],
    [
      'lifewatch-algaebloom.yaml',
      'node_templates.chronos_job1.properties.environment_variables.INPUT_ONEDATA_TOKEN: reads the attribute token of input_onedata_space, which has none; give that node a token',
    ],
  ])('%s is refused for what only an Onedata could tell', (name, message) => {
    expect(refusal(() => jobs(name))).toContain(message);
  });

  /** With a token for every space. */
  const withTokens = (name: string) =>
    publishedText('jobs', name).replaceAll(/(OnedataSpace\n +properties:\n)( +)/g, '$1$2token: pw-9\n$2');

  it('indigo_job_onedata.yaml runs with tokens where an Onedata provider is configured', () => {
    const text = withTokens('indigo_job_onedata.yaml');
    expect(refusal(() => map(text))).toContain(
      'reads the attribute selected_provider of input_onedata_space, and this installation has no Onedata provider that tells it',
    );
    const [job] = map(text, { configured: true });
    expect(job.environmentVariables).toEqual(
      expect.arrayContaining([
        { name: 'INPUT_ONEDATA_TOKEN', value: 'pw-9' },
        { name: 'OUTPUT_ONEDATA_PROVIDER', value: 'provider.example.org' },
        { name: 'INPUT_ONEDATA_SPACE', value: 'the-input_space_name' },
      ]),
    );
  });

  it.each(['lfw_frontend_sat_data.yml', 'lifewatch-algaebloom.yaml'])('%s too', (name) => {
    const [job] = map(withTokens(name), { configured: true });
    expect(job.container.volumes).toEqual([
      { containerPath: '/data', mode: 'RW', hostPath: `${context.volumeBase}${job.name}` },
    ]);
    expect(job.environmentVariables).toContainEqual({ name: 'INPUT_ONEDATA_TOKEN', value: 'pw-9' });
  });
});
