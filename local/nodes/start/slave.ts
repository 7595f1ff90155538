import { settingsOf } from '../software/member.ts';
import { startProcess } from './master.ts';
import { pullImages, readSecret, type Script } from './script.ts';

/** The Mesos agent, and a Consul client; it waits for the masters by itself. */
export async function startSlave(script: Script): Promise<void> {
  const { node, software, parameters } = script;
  const settings = settingsOf(parameters);
  if (settings.consul) await readSecret(script);
  await pullImages(script, ['MesosSlaveImage', ...(settings.consul ? ['ConsulImage'] : [])]);
  const member = software.join(node, settings);
  if (settings.consul) await startProcess(script, member, 'consul', 'quick');
  await startProcess(script, member, 'mesos-slave', 'quick');
  const registered = () => software.agents.isRegistered(member.ip);
  const serving = () => software.masters.servingLeader() !== undefined;
  await script.require('the Mesos agent is registered with the leading master', 840, registered, serving);
  if (settings.consul) {
    await script.require('the Consul client knows a leader', 840, () => software.masters.consul.leader() !== undefined);
  }
  script.say('slave is healthy');
}
