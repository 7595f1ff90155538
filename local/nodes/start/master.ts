import { type Member, type Process, settingsOf, usesBridges } from '../software/member.ts';
import { pullImages, readSecret, type Script, StartFailed } from './script.ts';

/** ZooKeeper, Mesos, Marathon, Chronos, and a Consul server; what needs the other masters waits for them. */
export async function startMaster(script: Script): Promise<void> {
  const { node, software, parameters } = script;
  const settings = settingsOf(parameters);
  const slot = settings.masterIps.indexOf(node.machine.privateIp) + 1;
  if (slot === 0) {
    throw new StartFailed(
      `address ${node.machine.privateIp} of this node is not among the masters' (${parameters.MasterIps})`,
    );
  }
  const accounts = await readSecret(script);
  await pullImages(script, imagesOf(script));
  const member = software.join(node, settings);
  member.accounts = accounts;
  await startStores(script, member);
  await startMesos(script, member);
  await startSchedulers(script, member);
  await checkSchedulers(script, member);
  script.say(`master ${slot} of ${settings.masterIps.length} is healthy`);
}

function imagesOf({ parameters }: Script): string[] {
  const settings = settingsOf(parameters);
  return [
    'ZookeeperImage',
    'MesosMasterImage',
    'MarathonImage',
    ...(settings.consul ? ['ConsulImage'] : []),
    ...(settings.chronos ? ['ChronosImage'] : []),
    ...(usesBridges(settings) ? ['MesosConsulImage', 'MarathonConsulImage'] : []),
  ];
}

async function startStores(script: Script, member: Member): Promise<void> {
  const { node, software } = script;
  const { zookeeper } = software.masters;
  const { founders } = member.settings;
  if (founders.length > 0) node.disk.registry = 'empty';
  if (founders.length > 0 && !founders.includes(member.ip)) {
    await script.require('ZooKeeper is a quorum of those who begin', 840, () => zookeeper.leader() !== undefined);
  }
  if (member.settings.consul) await startProcess(script, member, 'consul', 'quick');
  await startProcess(script, member, 'zookeeper', 'quick');
  const serves = () => zookeeper.leader() !== undefined && node.disk.zookeeper === 'synced';
  const others = () => zookeeper.leader() !== undefined || haveStarted(script, member, 'zookeeper', 'quorum');
  await script.require('ZooKeeper on this master is part of a quorum', 840, serves, others);
}

async function startMesos(script: Script, member: Member): Promise<void> {
  await startProcess(script, member, 'mesos-master', 'quick');
  script.say('the Mesos master answers: after 0 s');
  const { masters } = script.software;
  const what = 'one of the Mesos masters leads and has its registry';
  // The first boot of the registry needs all masters.
  const others = () => haveStarted(script, member, 'mesos-master', 'all');
  await script.require(what, 840, () => masters.servingLeader() !== undefined, others);
}

async function startSchedulers(script: Script, member: Member): Promise<void> {
  const { node, software } = script;
  const chronos = node.durations.process('java');
  await startProcess(script, member, 'marathon', 'java');
  if (usesBridges(member.settings)) software.run(member, 'bridges');
  if (!member.settings.chronos || member.processes.has('chronos')) return;
  // Chronos has been starting beside Marathon.
  await node.life.sleep(Math.max(0, chronos - 9000));
  software.run(member, 'chronos');
}

async function checkSchedulers(script: Script, { settings }: Member): Promise<void> {
  const { masters } = script.software;
  const registered = () => masters.marathon.leader() !== undefined && masters.servingLeader() !== undefined;
  const serving = () => masters.servingLeader() !== undefined;
  await script.require('Marathon answers through this master and is registered with Mesos', 420, registered, serving);
  if (settings.chronos) {
    const answers = () => masters.chronos.leader() !== undefined;
    await script.require('Chronos answers through this master', 420, answers, serving);
  }
  if (settings.consul) {
    await script.require('Consul has a leader', 120, () => masters.consul.leader() !== undefined);
  }
}

/** Whether as many masters run the process as it takes. */
function haveStarted({ software }: Script, { settings }: Member, process: Process, wanted: 'quorum' | 'all'): boolean {
  const all = settings.masterIps.length;
  return software.masters.running(process).length >= (wanted === 'all' ? all : Math.floor(all / 2) + 1);
}

export async function startProcess(
  { node, software }: Script,
  member: Member,
  process: Parameters<typeof software.run>[1],
  kind: 'quick' | 'java',
): Promise<void> {
  if (member.processes.has(process)) return;
  await node.life.sleep(node.durations.process(kind));
  software.run(member, process);
}
