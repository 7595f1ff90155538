import { settingsOf } from '../software/member.ts';
import { startProcess } from './master.ts';
import { pullImages, readSecret, type Script } from './script.ts';

/** HAProxy, a Consul client where there is Consul, and last the election of who holds the cluster's address. */
export async function startLoadBalancer(script: Script): Promise<void> {
  const { node, software, parameters } = script;
  const settings = settingsOf(parameters);
  const accounts = await readSecret(script);
  await pullImages(script, ['BalancerImage', ...(settings.consul ? ['ConsulImage'] : [])]);
  const member = software.join(node, settings);
  member.accounts = accounts;
  if (settings.consul) await startProcess(script, member, 'consul', 'quick');
  await startProcess(script, member, 'haproxy', 'quick');
  if (settings.consul) {
    await script.require('the Consul client knows a leader', 840, () => software.masters.consul.leader() !== undefined);
  }
  software.run(member, 'keepalived');
  await script.requireCall("one of the load balancers holds the cluster's address", 180, async () => {
    const answer = await node.aws.describeAddress(settings.virtualAddress);
    return answer.ok && answer.body.includes('<instanceId>i-');
  });
  script.say('load balancer is healthy');
}
