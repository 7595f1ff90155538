/**
 * Software that INDIGO and DODAS put on top of a Mesos cluster. Passwords that the original defaults to a well-known one have no
 * default here: the cluster's own are used.
 */
import type { NodeType } from './schema.ts';
import { integer, required, secret, string, strings, text } from './shorthand.ts';

const one = { type: 'float', default: 1 } as const;
const mem = { type: 'integer', default: 1024 } as const;
const float = { type: 'float' } as const;
const anyCount = { type: 'integer', default: -1 } as const;
const noSize = { type: 'scalar-unit.size', default: '0 GB' } as const;

const on = (capability: string): NonNullable<NodeType['requirements']> => ({
  host: {
    node: 'tosca.nodes.SoftwareComponent',
    capability,
    relationship: 'tosca.relationships.HostedOn',
    occurrences: [1, 1],
  },
});
const onMaster = on('tosca.capabilities.indigo.MesosMaster');
const onSlave = on('tosca.capabilities.indigo.MesosSlave');
const addOn = { derivedFrom: 'tosca.nodes.SoftwareComponent', class: 'add-on' } as const;
/** What an Ansible role did on the hosts and nothing else can do. */
const notMade = (reason: string) =>
  ({ derivedFrom: 'tosca.nodes.SoftwareComponent', class: 'refused', reason }) as const;

/** One of the applications of a DARIAH repository. */
const dariahApplication = (name: string, image: string) => ({
  [`${name}_cpus`]: one,
  [`${name}_mem`]: mem,
  [`${name}_image`]: text(image),
});

/** These two and XCache inherit `host` to a Compute node, but are put on a master: `link` takes both. */
const general: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.TensorflowOnMesos': {
    ...addOn,
    properties: {
      marathon_password: required(secret),
      marathon_username: text('admin'),
      marathon_protocol: text('https'),
      marathon_host: text('localhost'),
      marathon_port: { type: 'integer', default: 8443 },
      tensorflow_image: text('tensorflow/tensorflow:latest-gpu'),
      tensorflow_cpus: one,
      tensorflow_gpus: { type: 'integer', default: 1 },
      tensorflow_mem: mem,
      tensorflow_port: { type: 'integer', default: 10_001 },
      tensorflow_password: required(secret),
    },
  },
  'tosca.nodes.indigo.SparkMesos': {
    ...addOn,
    properties: {
      marathon_password: required(secret),
      zookeeper_peers: required(string),
      spark_mesos_deploy_app: { ...string, constraints: [{ validValues: ['apache-zeppelin', 'spark-dispatcher'] }] },
      spark_hdfs_uri: text(''),
      spark_swift_auth_url: text(''),
      spark_swift_http_port: text('8080'),
      spark_swift_region: text(''),
      spark_swift_tenant: text(''),
      spark_swift_username: text(''),
      spark_swift_password: { ...secret, default: '' },
      spark_swift_provider: text('Test'),
      spark_cores_max: anyCount,
      spark_executor_cores: anyCount,
      spark_executor_mem: noSize,
      spark_driver_mem: noSize,
      spark_driver_cores: anyCount,
    },
    requirements: onMaster,
  },
  'tosca.nodes.indigo.DariahRepository': {
    ...notMade(
      'its seven applications find each other by addresses, and share a database password and files on a slave, that the Ansible role indigo-dc.dariahrepo makes up; run their images as services on the cluster',
    ),
    properties: {
      marathon_password: required(secret),
      ...dariahApplication('cache', 'redis'),
      ...dariahApplication('db', 'postgres'),
      ...dariahApplication('es', 'indigodatacloudapps/dariah-repository:elasticsearch'),
      ...dariahApplication('mq', 'rabbitmq:3-management'),
      ...dariahApplication('statsd', 'indigodatacloudapps/dariah-repository:statsd'),
      ...dariahApplication('web', 'indigodatacloudapps/dariah-repository:web'),
      ...dariahApplication('worker', 'indigodatacloudapps/dariah-repository:web'),
    },
    requirements: onMaster,
  },
};

const tokenService = 'https://dodas-tts.cloud.cnaf.infn.it';
/** Where INDIGO's token translation service and identity manager are. */
const tokenServices = {
  watts_endpoint: text(tokenService),
  iam_endpoint: text('https://dodas-iam.cloud.cnaf.infn.it/'),
  iam_credential_endpoint: text(`${tokenService}/api/v2/iam/credential`),
  audience: text(tokenService),
  iam_access_token: required(secret),
  iam_client_id: required(string),
  iam_client_secret: required(secret),
} as const;
const tokenCache = {
  local_cache_expiration_time: { type: 'integer', default: 86_400 },
  lock_file_age: { type: 'integer', default: 20 },
  cache_dir: text('/tmp'),
} as const;
const marathonUser = { marathon_username: text('admin'), marathon_password: secret } as const;

const cms: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.CmsServices': {
    ...addOn,
    properties: {
      cms_local_site: required(string),
      cms_squid_image: text('spiga/frontiersquidv1'),
      cms_wn_image: text('cloudpg/dodas-cms:cern'),
      cms_proxycache_image: text('cloudpg/ttscache'),
      cms_input_protocol: text('xrootd'),
      mysquid_host: required(string),
      proxycache_host: required(string),
      ...tokenServices,
      ...tokenCache,
      ...marathonUser,
      cms_proxycache_token_manager: text('ZOOKEEPER'),
      oneclient_token: { ...secret, default: 'dummy' },
      oneprovider_name: text('dummy'),
      master_ips: required(strings),
    },
    requirements: onMaster,
  },
  'tosca.nodes.indigo.CmsWnConfig': {
    ...notMade(
      "the Ansible role indigo-dc.cms_config installs CVMFS and Metricbeat on the slaves' operating system, which nothing here does; leave it out and give the slaves an image that mounts /cvmfs",
    ),
    properties: {
      cms_local_site: required(string),
      cms_stageoutsite: required(string),
      cms_stageoutprotocol: required(string),
      cms_phedexnode: required(string),
      cms_stageoutcommand: required(string),
      cms_fallback_phedexnode: text('T2_IT_myt2'),
      cms_fallback_lfn_prefix: text('srm://t2-srm-02.lnl.infn.it:8443/srm/managerv2?SFN=xxxxxxx'),
      cms_fallback_command: text('gfal2'),
      cms_input_path: text('my/oneclient/path'),
      cms_input_protocol: text('xrootd'),
      cms_xrd_readserver: text('xrootd.ba.infn.it'),
      mysquid_host: required(string),
      proxycache_host: required(string),
      monitordb_ip: string,
      elasticsearch_secret: secret,
    },
    requirements: onSlave,
  },
  'tosca.nodes.indigo.CmsOneclient': {
    ...notMade(
      "the package that oneclient_pkg names would be installed on the cluster's machines by an Ansible role, which nothing here does; give the slaves an image that has it",
    ),
    properties: { oneclient_pkg: required(string) },
  },
  'tosca.nodes.indigo.XCache': {
    ...addOn,
    properties: {
      master_ip: required(string),
      orchestrator: required(string),
      redirector_ip: text('ONLY NEEDED FOR MARATHON'),
      marathon_username: text('Marathon-user'),
      marathon_password: secret,
      marathon_protocol: text('http'),
      marathon_port: { type: 'integer', default: 8080 },
      server_image: text('cloudpg/xrootd-proxy:cms'),
    },
  },
};

const requiredMarathonUser = { marathon_username: required(string), marathon_password: required(secret) } as const;
const condorAddresses = {
  htcondor_config_ccb_ip: required(string),
  htcondor_config_schedd_ip: required(string),
} as const;

const condor: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.HTCondorServices': {
    ...addOn,
    properties: {
      htcondor_config_condor_image: string,
      config_mode: required(string),
      htcondor_config_condor_host: string,
      ...condorAddresses,
      htcondor_config_schedd_ip_pub: required(string),
      htcondor_config_ccb_ip_pub: required(string),
      htcondor_config_ccb_address: string,
      htcondor_config_high_port: string,
      htcondor_config_low_port: string,
      master_ips: required(strings),
      lb_ips: required(strings),
      proxycache_host: required(string),
      proxycache_token_manager: text('ZOOKEEPER'),
      proxycache_image: text('dodasts/ttscache'),
      ...tokenServices,
      ...tokenCache,
      ...marathonUser,
    },
    requirements: onMaster,
  },
  'tosca.nodes.indigo.AmsCondorMasterConfig': {
    ...notMade(
      'it changes applications that HTCondorServices made, with a Squid and settings that the Ansible role indigo-dc.ams_config makes up',
    ),
    properties: {
      ...requiredMarathonUser,
      ...condorAddresses,
      ams_default_squid: required(string),
      master_ips: required(strings),
    },
    requirements: onMaster,
  },
  'tosca.nodes.indigo.AmsCondorExecuteConfig': {
    ...notMade(
      'it changes applications that HTCondorServices made, with settings that the Ansible role indigo-dc.ams_config makes up',
    ),
    properties: {
      ...requiredMarathonUser,
      ...condorAddresses,
      proxycache_host: required(string),
      config_proxycache_serviceport: text('8080'),
      htcondor_config_ccb_address: string,
      htcondor_config_condor_host: string,
      htcondor_config_condor_image: string,
      master_ips: required(strings),
    },
    requirements: onMaster,
  },
  'tosca.nodes.indigo.AmsCondorWnConfig': {
    ...notMade(
      "the Ansible role indigo-dc.ams_config installs CVMFS with a repository of its own on the slaves' operating system, which nothing here does; give the slaves an image that mounts it",
    ),
    properties: {
      ...requiredMarathonUser,
      ams_default_squid: required(string),
      number_of_wn_instances: required(integer),
      number_of_slaves: required(integer),
      cpu_x_wn: required(float),
      ram_x_wn: required(float),
      docker_cpu_x_wn: required(float),
      docker_ram_x_wn: required(float),
      master_ips: required(strings),
      ams_repo_server_url: required(string),
      ams_repo_public_key_path: required(string),
      ams_repo_repository_name: required(string),
      ams_repo_public_key: required(string),
      ams_repo_public_key_url: required(string),
    },
    requirements: onSlave,
  },
};

export const softwareTypes: Readonly<Record<string, NodeType>> = { ...general, ...cms, ...condor };
