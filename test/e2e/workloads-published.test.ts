/** Services and jobs that others published, deployed whole on one cluster with GPUs: what their users get. */
import { clusterNodes, compute, master, slave, templateText } from '../domain/tosca/templates.ts';
import { addressesOf, type E2eCluster, type E2eLab, errorOf, openE2eLab } from '../support/e2e-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';
import {
  describePublished,
  publishedNames,
  publishedText,
  workloadParameters,
} from '../support/published-templates.ts';

interface Published {
  readonly kind: 'services' | 'jobs';
  readonly name: string;
}
const all: readonly Published[] = (['services', 'jobs'] as const).flatMap((kind) =>
  publishedNames(kind).map((name) => ({ kind, name })),
);

/** What keeps them from running anywhere, in a stack without a Onedata provider. */
const refused: Readonly<Record<string, RegExp>> = {
  'indigo_job_onedata.yaml': /reads the attribute token of input_onedata_space, which has none; give that node a token/,
  'indigo_job_output_upload_swift.yaml':
    /reads the attribute token of onedata_service_space, and nobody hands out tokens/,
  'lfw_frontend_sat_data.yml':
    /reads the attribute token of input_onedata_space, which has none; give that node a token/,
  'lifewatch-algaebloom.yaml':
    /reads the attribute token of input_onedata_space, which has none; give that node a token/,
};

const roomy = templateText({
  node_templates: clusterNodes({
    master: { ...master({ enable_gpu_support: true }) },
    slave: slave({ enable_gpu_support: true }),
    slave_server: compute({ scalable: { count: 1 }, host: { num_gpus: 4, instance_type: 'g4dn.12xlarge' } }),
    lb_server: compute({
      endpoint: { network_name: 'PUBLIC', ports: { services: { protocol: 'tcp', source_range: [10000, 20000] } } },
    }),
  }),
});

describePublished('published services and jobs', () => {
  let lab: E2eLab;
  let host: E2eCluster;

  beforeAll(async () => {
    const secrets = Object.values(workloadParameters)
      .filter((value) => /^pw-/.test(String(value)))
      .map(String);
    lab = await openE2eLab('published-workloads', { secrets });
    host = await lab.deploy(roomy);
    await lab.complete([host]);
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  it.each(all)(
    '$kind/$name',
    async ({ kind, name }) => {
      const template = publishedText(kind, name);
      const answer = await lab.api.post('/deployments', { template, parameters: workloadParameters });
      const reason = refused[name];
      if (reason !== undefined) {
        expect([answer.status, errorOf(answer).message]).toEqual([400, expect.stringMatching(reason)]);
        return;
      }
      expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
      const workload = lab.cluster(answer.json.uuid);
      await lab.complete([workload]);
      const { outputs } = (await workload.show()) as unknown as { outputs: Record<string, string> };
      const endpoints = Object.entries(outputs).flatMap(([output, value]) => (/endpoint/.test(output) ? [value] : []));
      const { virtual } = addressesOf(lab.cloud, host.id);
      expect(endpoints.length).toBe(kind === 'services' ? Math.max(endpoints.length, 1) : 0);
      for (const endpoint of endpoints) {
        const url = new URL(endpoint.includes('//') ? endpoint : `http://${endpoint}`);
        expect([url.hostname, lab.cloud.fetchFromInternet(url.href).status]).toEqual([virtual, 200]);
      }
      await lab.removeAll([workload]);
    },
    60_000,
  );
});
