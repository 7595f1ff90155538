import type { AddOn } from '../../../lambdas/domain/add-on/add-on.ts';
import { addOnGroup, type GroupContext, planGroup } from '../../../lambdas/domain/add-on/group.ts';

const context: GroupContext = {
  clusterId: 'c1',
  release: 'indigo_1',
  attributes: {
    masters: { private_address: ['10.0.0.10', '10.0.1.10', '10.0.2.10'] },
    slaves: { private_address: ['10.0.3.7', '10.0.3.8'], public_address: [] },
    balancer: { private_address: ['10.0.4.4'] },
  },
  secretOf: (name) => `secret of ${name}`,
  facts: { marathon_username: 'admin', marathon_password: 'm-pw' },
};
const literal = (value: unknown) => ({ literal: value });
const attribute = (node: string, name: string, ...path: number[]) => ({ attribute: { node, name, path } });
const envOf = (app: Record<string, unknown> | undefined) => app?.env as Record<string, string>;

const spark: AddOn = {
  name: 'My_Spark',
  type: 'tosca.nodes.indigo.SparkMesos',
  properties: {
    zookeeper_peers: attribute('masters', 'private_address'),
    spark_cores_max: literal(4),
    spark_executor_cores: literal(-1),
    spark_executor_mem: literal(2 * 1024 ** 3),
    spark_driver_mem: literal(0),
    spark_swift_password: { secret: 'My_Spark.spark_swift_password' },
    spark_swift_http_port: literal('8080'),
  },
};
const htcondor: AddOn = {
  name: 'condor',
  type: 'tosca.nodes.indigo.HTCondorServices',
  properties: {
    master_ips: attribute('masters', 'private_address'),
    lb_ips: attribute('balancer', 'private_address'),
    proxycache_host: attribute('balancer', 'private_address', 0),
    proxycache_image: literal('dodasts/ttscache'),
    proxycache_token_manager: literal('ZOOKEEPER'),
    htcondor_config_ccb_ip: attribute('slaves', 'private_address', 0),
    htcondor_config_schedd_ip: attribute('slaves', 'private_address', 1),
    iam_access_token: { secret: 'condor.iam_access_token' },
  },
};

describe('addOnGroup', () => {
  it('makes TensorFlow an app that listens on the port that Marathon gives it', () => {
    const addOn: AddOn = {
      name: 'tensorflow',
      type: 'tosca.nodes.indigo.TensorflowOnMesos',
      properties: {
        tensorflow_image: literal('tensorflow/tensorflow:1.12.0-gpu'),
        tensorflow_cpus: literal(1),
        tensorflow_mem: literal(1024),
        tensorflow_gpus: literal(1),
        tensorflow_port: literal(10_001),
        tensorflow_password: { secret: 'tensorflow.tensorflow_password' },
      },
    };
    expect(addOnGroup(addOn, { ...context, release: 'deep_1', labels: { created_by: 'me@there' } })).toEqual({
      id: '/c1/tensorflow',
      apps: [
        {
          id: 'tensorflow',
          instances: 1,
          cpus: 1,
          mem: 1024,
          gpus: 1,
          env: { PASSWORD: 'secret of tensorflow.tensorflow_password' },
          labels: { HAPROXY_GROUP: 'external', created_by: 'me@there' },
          constraints: [],
          container: {
            type: 'MESOS',
            docker: { image: 'tensorflow/tensorflow:1.12.0-gpu', forcePullImage: false, privileged: false },
            volumes: [],
          },
          networks: [{ mode: 'host' }],
          portDefinitions: [{ port: 10_001, protocol: 'tcp' }],
        },
      ],
    });
  });

  it('gives Zeppelin what is set and leaves out what is not', () => {
    const { id, apps } = addOnGroup(spark, context);
    expect(id).toBe('/c1/my-spark');
    expect(envOf(apps[0])).toEqual({
      MASTER: 'mesos://zk://10.0.0.10:2181,10.0.1.10:2181,10.0.2.10:2181/mesos',
      SPARK_SUBMIT_OPTIONS: '""',
      ZEPPELIN_PORT: '$PORT0',
      ADMIN_PASSWORD: 'm-pw',
      SWIFT_HTTP_PORT: '8080',
      SWIFT_PASSWORD: 'secret of My_Spark.spark_swift_password',
      SPARK_EXECUTOR_MEM: '2048m',
      SPARK_CORES_MAX: '4',
      SPARK_MESOS_EXECUTOR_DOCKER_IMAGE: 'indigodatacloudapps/mesos-spark',
    });
  });

  it('places HTCondor’s parts on the slaves that the template names, one after the other', () => {
    const { apps } = addOnGroup(htcondor, context);
    expect(
      apps.map(({ id, instances, constraints, dependencies }) => [id, instances, constraints, dependencies]),
    ).toEqual([
      ['proxycache', 1, [], undefined],
      [
        'condorcm',
        1,
        [
          ['hostname', 'UNIQUE'],
          ['hostname', 'LIKE', '10.0.3.7'],
        ],
        ['/c1/condor/proxycache'],
      ],
      [
        'condorschedd',
        1,
        [
          ['hostname', 'UNIQUE'],
          ['hostname', 'LIKE', '10.0.3.8'],
        ],
        ['/c1/condor/condorcm'],
      ],
      [
        'condorwn',
        0,
        [
          ['hostname', 'UNLIKE', '10.0.3.8'],
          ['hostname', 'UNLIKE', '10.0.3.7'],
        ],
        ['/c1/condor/condorschedd'],
      ],
    ]);
    expect(envOf(apps[0])).toMatchObject({
      ZOOKEEPER_HOST_LIST: '10.0.0.10,10.0.1.10,10.0.2.10',
      CACHE_MANAGER: 'ZOOKEEPER',
      IAM_TOKEN: 'secret of condor.iam_access_token',
      MARATHON_PASSWD: 'm-pw',
    });
    expect(envOf(apps[1])).toEqual({
      CONDOR_HOST: 'ZOOKEEPER',
      ZOOKEEPER_HOST_LIST: '10.0.0.10,10.0.1.10,10.0.2.10',
      LB_HOST_LIST: '10.0.4.4',
      PROXY_CACHE: '10.0.4.4:8080',
    });
  });

  it('puts XCache’s redirector on one slave and its servers on others', () => {
    const properties = { server_image: literal('cloudpg/xrootd-proxy:cms'), redirector_ip: literal('10.0.3.7') };
    const { apps } = addOnGroup({ name: 'cache', type: 'tosca.nodes.indigo.XCache', properties }, context);
    expect(apps.map(({ id, constraints }) => [id, constraints])).toEqual([
      [
        'redirector',
        [
          ['hostname', 'UNIQUE'],
          ['hostname', 'LIKE', '10.0.3.7'],
        ],
      ],
      [
        'server',
        [
          ['hostname', 'UNIQUE'],
          ['hostname', 'UNLIKE', '10.0.3.7'],
        ],
      ],
      [
        'proxy',
        [
          ['hostname', 'UNIQUE'],
          ['hostname', 'LIKE', '10.0.3.7'],
        ],
      ],
    ]);
    expect(apps[2]?.container).toMatchObject({
      docker: { portMappings: [{ containerPort: 1194, protocol: 'tcp', labels: {}, servicePort: 31_194 }] },
    });
    expect(envOf(apps[1])).toMatchObject({ REDIR_HOST: '10.0.3.7', CACHE_PATH: '/data/xrd' });
  });

  it('starts CMS’ worker after its Squid and its token cache', () => {
    const texts = ['cms_squid_image', 'cms_proxycache_image', 'cms_wn_image', 'cms_local_site', 'mysquid_host'];
    const properties = Object.fromEntries(
      [...texts, 'proxycache_host', 'cms_proxycache_token_manager', 'master_ips'].map((name) => [
        name,
        literal(`a-${name}`),
      ]),
    );
    const { apps } = addOnGroup({ name: 'cms', type: 'tosca.nodes.indigo.CmsServices', properties }, context);
    expect(apps.map(({ id, dependencies }) => [id, dependencies])).toEqual([
      ['cmssquid', undefined],
      ['proxycache', undefined],
      ['cmswn', ['/c1/cms/cmssquid', '/c1/cms/proxycache']],
    ]);
    expect(envOf(apps[2])).toEqual({
      FRONTIER_PROXY: 'http://a-mysquid_host:3128',
      CMS_LOCAL_SITE: 'a-cms_local_site',
      PROXY_CACHE: 'a-proxycache_host:8080',
    });
  });

  it('says which attribute it cannot read', () => {
    const properties = {
      ...htcondor.properties,
      htcondor_config_ccb_ip: attribute('slaves', 'public_address', 0),
    };
    expect(() => addOnGroup({ ...htcondor, properties }, context)).toThrow(
      'node_templates.condor.properties.htcondor_config_ccb_ip',
    );
  });
});

describe('planGroup', () => {
  const plan = (addOn: AddOn, changes: Partial<Parameters<typeof planGroup>[1]> = {}) =>
    planGroup(addOn, { ...context, secretVersion: undefined, ...changes });

  it('knows the apps, and changes with addresses, properties and versions of secrets only', () => {
    const { id, fingerprint, instances } = plan(htcondor);
    expect(id).toBe('/c1/condor');
    expect([...instances]).toEqual([
      ['/c1/condor/proxycache', 1],
      ['/c1/condor/condorcm', 1],
      ['/c1/condor/condorschedd', 1],
      ['/c1/condor/condorwn', 0],
    ]);
    expect(plan(htcondor).fingerprint).toBe(fingerprint);
    const moved = { ...context.attributes, slaves: { private_address: ['10.0.3.9', '10.0.3.8'] } };
    expect(plan(htcondor, { attributes: moved }).fingerprint).not.toBe(fingerprint);
    expect(plan(htcondor, { secretVersion: 'v2' }).fingerprint).not.toBe(fingerprint);
  });

  it('has no apps where the group cannot be made', () => {
    expect(plan(htcondor, { attributes: {} }).instances.size).toBe(0);
  });
});
