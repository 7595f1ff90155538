/** Types that templates may know from elsewhere and that are not made here: by name alone, with the reason. */

const families: readonly { readonly reason: string; readonly types: readonly string[] }[] = [
  {
    reason: 'it belongs to another batch system or container platform, and clusters here are made of Apache Mesos',
    types: [
      ...['Torque', 'Slurm', 'SlurmGalaxy', 'Local', 'Kubernetes'].map(
        (name) => `tosca.nodes.indigo.LRMS.FrontEnd.${name}`,
      ),
      ...['Torque', 'Slurm', 'SlurmGalaxy', 'Kubernetes'].map((name) => `tosca.nodes.indigo.LRMS.WorkerNode.${name}`),
      ...['Torque', 'Slurm', 'Kubernetes', 'Local'].map((name) => `tosca.capabilities.indigo.LRMS.${name}`),
      'tosca.nodes.indigo.Helm.Chart',
    ],
  },
  {
    reason: 'Galaxy and its tools are installed on machines of their own by Ansible roles, which nothing here runs',
    types: [
      'GalaxyPortal',
      'GalaxyPortalAndStorage',
      'GalaxyPortalFastConfig',
      'GalaxyPortalDocker',
      'GalaxyWN',
      'GalaxyWNCVMFS',
      'GalaxyWnToolDeps',
      'GalaxyWnCvmfsReferenceData',
      'GalaxyShedTool',
      'GalaxyReferenceData',
    ].map((name) => `tosca.nodes.indigo.${name}`),
  },
  {
    reason: 'Hadoop and Ophidia form clusters of their own, and clusters here are made of Apache Mesos',
    types: ['HadoopMaster', 'HadoopSlave', 'OphidiaServer', 'OphidiaIO'].map((name) => `tosca.nodes.indigo.${name}`),
  },
  {
    reason:
      'it is installed on a machine of its own, which nothing here does; run its container as a service on the cluster',
    types: [
      'tosca.nodes.WebServer',
      'tosca.nodes.WebServer.Apache',
      'tosca.nodes.WebApplication',
      'tosca.nodes.DBMS',
      'tosca.nodes.DBMS.MySQL',
      'tosca.nodes.Database',
      'tosca.nodes.Database.MySQL',
      'tosca.nodes.indigo.Database.MySQL',
      'tosca.nodes.Container.Runtime',
      ...[
        'HaddockApp',
        'Disvis',
        'Powerfit',
        'Eubiosteo',
        'Ambertools',
        'Kepler',
        'JupyterHub',
        'DEEPaaScont',
        'Elasticsearch',
        'Kibana',
        'TeskAPI',
        'Dynafed',
      ].map((name) => `tosca.nodes.indigo.${name}`),
    ],
  },
  {
    reason: 'Zabbix does not watch clusters here; CloudWatch does, by itself',
    types: ['tosca.nodes.indigo.ZabbixAgent', 'tosca.nodes.indigo.MonitoredCompute'],
  },
  {
    reason: 'nodes share no files here; attach a tosca.nodes.indigo.BlockStorage to the slaves instead',
    types: [
      'tosca.nodes.ObjectStorage',
      'tosca.nodes.indigo.OneDataStorage',
      'tosca.nodes.indigo.GlusterFSVolume',
      'tosca.relationships.indigo.GlusterFS.AttachesTo',
      'tosca.relationships.indigo.OneDataStorage.AttachesTo',
    ],
  },
  {
    reason: "networks are the stack's own; set network_name and ports of the endpoint of a Compute node instead",
    types: [
      'tosca.nodes.network.Network',
      'tosca.nodes.network.Port',
      'tosca.nodes.indigo.network.Network',
      'tosca.nodes.indigo.network.Port',
      'tosca.nodes.indigo.VR.CentralPoint',
      'tosca.nodes.indigo.VR.Client',
      'tosca.nodes.indigo.VR.VRouter',
      'tosca.relationships.network.BindsTo',
      'tosca.relationships.network.LinksTo',
    ],
  },
  {
    reason: 'use a tosca.nodes.indigo.MesosLoadBalancer instead',
    types: ['tosca.nodes.LoadBalancer'],
  },
];

/** Reason by type name; goes on after a colon. */
export const refusedTypes: ReadonlyMap<string, string> = new Map(
  families.flatMap(({ reason, types }) => types.map((type) => [type, reason] as const)),
);
