/**
 * What each type of add-on runs. The facts are those of the Ansible roles that INDIGO's templates name (docs/tosca.md says
 * which); images, ports, variables and constraints are theirs, addresses are the template's.
 */
import type { AddOnDefinition, AppRule } from './definition.ts';

/** Hosts by their address, as agents of these clusters are called. */
const on = (address: string) => ['hostname', 'LIKE', address] as const;
const notOn = (address: string) => ['hostname', 'UNLIKE', address] as const;
const onePerHost = ['hostname', 'UNIQUE'] as const;

/** Role: only the image and the variables are known, from the type's properties; the image serves Jupyter on `$PORT`. */
const tensorflow: AddOnDefinition = {
  type: 'tosca.nodes.indigo.TensorflowOnMesos',
  apps: [
    {
      id: 'tensorflow',
      image: '${tensorflow_image}',
      cpus: '${tensorflow_cpus}',
      mem: '${tensorflow_mem}',
      gpus: '${tensorflow_gpus}',
      network: 'host',
      ports: [{ servicePort: '${tensorflow_port}' }],
      env: { PASSWORD: '${tensorflow_password}' },
    },
  ],
};

const spark: AddOnDefinition = {
  type: 'tosca.nodes.indigo.SparkMesos',
  fallbacks: { spark_mesos_deploy_app: 'apache-zeppelin' },
  refusals: [
    {
      property: 'spark_mesos_deploy_app',
      only: 'apache-zeppelin',
      because: 'the role that would start the dispatcher names a fixed Mesos master of its authors',
    },
  ],
  apps: [
    {
      id: 'apache-zeppelin',
      image: 'marica/apache-zeppelin',
      cpus: 2,
      mem: 2048,
      network: 'host',
      forcePull: true,
      ports: [{ servicePort: 8081 }],
      env: {
        MASTER: 'mesos://zk://${zookeeper_peers|zookeeper}/mesos',
        SPARK_SUBMIT_OPTIONS: '""',
        ZEPPELIN_PORT: '$PORT0',
        ADMIN_PASSWORD: '${@marathon_password}',
        HDFS_URI: '${spark_hdfs_uri}',
        KEYSTONE_AUTH_URL: '${spark_swift_auth_url}',
        SWIFT_HTTP_PORT: '${spark_swift_http_port}',
        SWIFT_REGION: '${spark_swift_region}',
        SWIFT_TENANT: '${spark_swift_tenant}',
        SWIFT_USERNAME: '${spark_swift_username}',
        SWIFT_PASSWORD: '${spark_swift_password}',
        SWIFT_PROVIDER: '${spark_swift_provider}',
        SPARK_DRIVER_CORES: '${spark_driver_cores}',
        SPARK_DRIVER_MEM: '${spark_driver_mem|megabytes}',
        SPARK_EXECUTOR_CORES: '${spark_executor_cores}',
        SPARK_EXECUTOR_MEM: '${spark_executor_mem|megabytes}',
        SPARK_CORES_MAX: '${spark_cores_max}',
        SPARK_MESOS_EXECUTOR_DOCKER_IMAGE: 'indigodatacloudapps/mesos-spark',
      },
      healthCheck: { path: '/' },
    },
  ],
  note: "Zeppelin's admin password is the cluster's Marathon password; the role's own would be known to everybody",
};

/** Turns tokens into proxy certificates for the other apps. */
const tokenCache = (image: string, tokenManager: string): AppRule => ({
  id: 'proxycache',
  image,
  cpus: 1,
  mem: 2048,
  network: 'bridge',
  ports: [{ containerPort: 80, servicePort: 8080 }],
  env: {
    IAM_TOKEN: '${iam_access_token}',
    IAM_CLIENT_ID: '${iam_client_id}',
    IAM_CLIENT_SECRET: '${iam_client_secret}',
    MARATHON_USER: '${@marathon_username}',
    MARATHON_PASSWD: '${@marathon_password}',
    ZOOKEEPER_HOST_LIST: '${master_ips|list}',
    CACHE_MANAGER: tokenManager,
    PROXY_AUDIENCE: '${audience}',
    PROXY_TTS: '${watts_endpoint}',
    PROXY_IAM_ENDPOINT: '${iam_endpoint}',
    PROXY_CREDENTIAL_ENDPOINT: '${iam_credential_endpoint}',
    PROXY_LOCAL_CACHE_EXPIRATION_TIME: '${local_cache_expiration_time}',
    PROXY_LOCK_FILE_AGE: '${lock_file_age}',
    PROXY_CACHE_DIR: '${cache_dir}',
  },
  healthCheck: { path: '/health' },
});

const cms: AddOnDefinition = {
  type: 'tosca.nodes.indigo.CmsServices',
  refusals: [
    {
      property: 'cms_input_protocol',
      only: 'xrootd',
      because: 'the mount of Onedata on every slave that another protocol needs is made by an Ansible role',
    },
  ],
  apps: [
    {
      id: 'cmssquid',
      image: '${cms_squid_image}',
      command: '/launch_squid.sh',
      cpus: 1,
      mem: 2048,
      network: 'bridge',
      ports: [{ containerPort: 3128, servicePort: 3128 }],
      healthCheck: { command: 'curl -I http://$HOST:$PORT | grep -q squid' },
    },
    tokenCache('${cms_proxycache_image}', '${cms_proxycache_token_manager}'),
    {
      id: 'cmswn',
      image: '${cms_wn_image}',
      command: '/usr/local/bin/dodas.sh',
      cpus: 1,
      mem: 2000,
      network: 'bridge',
      privileged: true,
      dockerParameters: [{ key: 'cap-add', value: 'SYS_ADMIN' }],
      env: {
        FRONTIER_PROXY: 'http://${mysquid_host}:3128',
        CMS_LOCAL_SITE: '${cms_local_site}',
        PROXY_CACHE: '${proxycache_host}:8080',
      },
      volumes: [
        { containerPath: '/opt/exp_sw/cms', hostPath: '/opt/exp_sw/cms', mode: 'RW' },
        { containerPath: '/cvmfs', hostPath: '/cvmfs', mode: 'RW' },
        { containerPath: '/etc/cvmfs/SITECONF', hostPath: '/etc/cvmfs/SITECONF', mode: 'RW' },
        { containerPath: '/sys/fs/cgroup', hostPath: '/sys/fs/cgroup', mode: 'RO' },
      ],
      after: ['cmssquid', 'proxycache'],
    },
  ],
  note: 'its worker reads /cvmfs of its slave, which only an image of the slaves that mounts it provides',
};

const htcondor: AddOnDefinition = {
  type: 'tosca.nodes.indigo.HTCondorServices',
  fallbacks: {
    htcondor_config_condor_image: 'dodasts/htcondor',
    htcondor_config_condor_host: 'ZOOKEEPER',
    htcondor_config_ccb_address: '$(CONDOR_HOST)',
    htcondor_config_high_port: '2048',
    htcondor_config_low_port: '1024',
  },
  refusals: [
    {
      property: 'config_mode',
      only: 'master',
      because: 'it starts the batch system on this Mesos cluster; other modes are for other places',
    },
  ],
  apps: [
    tokenCache('${proxycache_image}', '${proxycache_token_manager}'),
    {
      id: 'condorcm',
      image: '${htcondor_config_condor_image}',
      args: ['master'],
      cpus: 0.95,
      mem: 998.2,
      network: 'host',
      forcePull: true,
      env: {
        CONDOR_HOST: '${htcondor_config_condor_host}',
        ZOOKEEPER_HOST_LIST: '${master_ips|list}',
        LB_HOST_LIST: '${lb_ips|list}',
        PROXY_CACHE: '${proxycache_host}:8080',
      },
      constraints: [onePerHost, on('${htcondor_config_ccb_ip}')],
      healthCheck: { command: 'dodas_check_condor_processes condor_negotiator condor_collector' },
      after: ['proxycache'],
    },
    {
      id: 'condorschedd',
      image: '${htcondor_config_condor_image}',
      args: ['schedd'],
      cpus: 0.9,
      mem: 999.5,
      network: 'host',
      forcePull: true,
      privileged: true,
      env: {
        CONDOR_HOST: '${htcondor_config_condor_host}',
        CONDOR_SCHEDD_SSH_PORT: '31042',
        NETWORK_INTERFACE: '${htcondor_config_schedd_ip}',
        ZOOKEEPER_HOST_LIST: '${master_ips|list}',
        HIGHPORT: '${htcondor_config_high_port}',
        LOWPORT: '${htcondor_config_low_port}',
        PROXY_CACHE: '${proxycache_host}:8080',
      },
      volumes: [{ containerPath: '/home/uwdir', hostPath: '/tmp/uwdir', mode: 'RW' }],
      constraints: [onePerHost, on('${htcondor_config_schedd_ip}')],
      healthCheck: { command: 'dodas_check_condor_master_ip' },
      after: ['condorcm'],
    },
    {
      id: 'condorwn',
      image: '${htcondor_config_condor_image}',
      args: ['wn'],
      // The role starts none: its users scale the app in Marathon.
      instances: 0,
      cpus: 0.98,
      mem: 1999.98,
      network: 'bridge',
      forcePull: true,
      privileged: true,
      env: {
        CONDOR_HOST: '${htcondor_config_condor_host}',
        SLOT_TYPE_1: 'cpus=1, mem=2000',
        ZOOKEEPER_HOST_LIST: '${master_ips|list}',
        CCB_ADDRESS: '${htcondor_config_ccb_address}',
        PROXY_CACHE: '${proxycache_host}:8080',
      },
      constraints: [notOn('${htcondor_config_schedd_ip}'), notOn('${htcondor_config_ccb_ip}')],
      healthCheck: { command: 'dodas_check_condor_processes condor_startd && dodas_check_condor_master_ip' },
      after: ['condorschedd'],
    },
  ],
  note: 'there are no worker nodes until its app condorwn is scaled in Marathon',
};

const xcacheHealth = { command: 'curl -f -X GET http://localhost:8081/check_health' };
const xcache: AddOnDefinition = {
  type: 'tosca.nodes.indigo.XCache',
  needs: ['redirector_ip'],
  refusals: [{ property: 'orchestrator', only: 'marathon', because: 'there is no other orchestrator on this cluster' }],
  apps: [
    {
      id: 'redirector',
      image: '${server_image}',
      args: ['--redirector', '--health_port', '8081'],
      cpus: 1,
      mem: 1000,
      network: 'host',
      privileged: true,
      forcePull: true,
      env: { CACHE_LOG_LEVEL: 'debug', REDIR_CMSD_PORT: '31213', REDIR_XRD_PORT: '31094', REDIR_HOST: '0.0.0.0' },
      constraints: [onePerHost, on('${redirector_ip}')],
      healthCheck: xcacheHealth,
    },
    {
      id: 'server',
      image: '${server_image}',
      args: ['-P', '--health_port', '8081'],
      cpus: 1,
      mem: 2000,
      network: 'host',
      privileged: true,
      forcePull: true,
      env: {
        CACHE_LOG_LEVEL: 'debug',
        REDIR_CMSD_PORT: '31213',
        REDIR_HOST: '${redirector_ip}',
        ORIGIN_HOST: 'xrootd-cms.infn.it',
        ORIGIN_XRD_PORT: '1094',
        BLOCK_SIZE: '512k',
        CACHE_PATH: '/data/xrd',
        CACHE_RAM_GB: '2',
        HI_WM: '0.9',
        LOW_WM: '0.8',
        N_PREFETCH: '0',
      },
      volumes: [{ containerPath: '/data/xrd', hostPath: '/data/xrd', mode: 'RW' }],
      constraints: [onePerHost, notOn('${redirector_ip}')],
      healthCheck: xcacheHealth,
      after: ['redirector'],
    },
    {
      id: 'proxy',
      image: '${server_image}',
      args: ['--expose', '--health_port', '8082'],
      cpus: 0.3,
      mem: 300,
      network: 'bridge',
      privileged: true,
      forcePull: true,
      ports: [{ containerPort: 1194, servicePort: 31194 }],
      env: { REDIR_XRD_PORT: '31094', REDIR_HOST: '${redirector_ip}' },
      constraints: [onePerHost, on('${redirector_ip}')],
      after: ['redirector'],
    },
  ],
};

/** By type. */
export const addOnDefinitions: ReadonlyMap<string, AddOnDefinition> = new Map(
  [tensorflow, spark, cms, htcondor, xcache].map((definition) => [definition.type, definition]),
);
