/** Docker starts a machine's containers again when it is powered on, as long as they are to restart always. */
import type { Node } from '../node.ts';
import type { Software } from '../software/cluster.ts';

const dockerMs: readonly [number, number] = [12_000, 25_000];

export async function startContainers(node: Node, softwareOf: (clusterId: string) => Software): Promise<void> {
  const { containers } = node.disk;
  if (!containers) return;
  await node.life.sleep(node.random.between(...dockerMs));
  const software = softwareOf(node.identity.clusterId);
  const member = software.join(node, containers.settings);
  if (containers.accounts) member.accounts = containers.accounts;
  for (const process of containers.processes) {
    await node.life.sleep(node.durations.process('quick'));
    software.run(member, process);
  }
}
