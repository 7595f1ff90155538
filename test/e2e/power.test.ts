/** Nodes that are stopped and started through the API. */
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { type E2eCluster, type E2eLab, openE2eLab } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const timeout = 300_000;
interface Place {
  readonly uuid: string;
  readonly state: string;
  readonly physicalId: string;
}

describe('stopping and starting', () => {
  let lab: E2eLab;
  let cluster: E2eCluster;

  beforeAll(async () => {
    lab = await openE2eLab('power');
    cluster = await lab.deploy(templateOf({ masters: 3, slaves: 2, loadBalancers: 2 }));
    await lab.complete([cluster]);
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  const placesOf = async (role: string): Promise<readonly Place[]> => {
    const { json } = await cluster.api.get(`/deployments/${cluster.id}/resources?size=100`);
    return json.content.filter(({ toscaNodeName }: { toscaNodeName: string }) => toscaNodeName === `${role}_server`);
  };
  const act = ({ uuid }: Place, type: 'start' | 'stop') =>
    cluster.api.post(`/deployments/${cluster.id}/resources/${uuid}/actions`, { type });
  const placeNow = async (place: Place) =>
    (await Promise.all(['master', 'slave', 'balancer'].map(placesOf))).flat().find(({ uuid }) => uuid === place.uuid)!;
  const until = (place: Place, state: string) =>
    lab.cloud.until(async () => (await placeNow(place)).state === state, {
      what: `state ${state} of ${place.uuid}`,
      everySeconds: 10,
      withinSeconds: 900,
    });
  const stateOf = ({ physicalId }: Place) =>
    lab.cloud.services.ec2.inspect.instances().find(({ instanceId }) => instanceId === physicalId)?.state;
  const isQuiet = () =>
    lab.cloud.services.states.inspect
      .executions()
      .every(({ name, status }) => !name.startsWith(cluster.id) || status !== 'RUNNING');
  const quiet = () => lab.cloud.until(isQuiet, { what: 'a quiet loop' });
  const launched = () => cluster.launched();

  it(
    'a slave: drained, stopped, not replaced, at rest, and back with the same instance',
    async () => {
      const [place] = await placesOf('slave');
      const before = launched();
      expect((await act(place!, 'stop')).status).toBe(202);
      expect((await placeNow(place!)).state).toBe('STOPPING');
      await until(place!, 'STOPPED');
      expect(stateOf(place!)).toBe('stopped');
      await quiet();
      expect([launched(), await cluster.status()]).toEqual([before, 'CREATE_COMPLETE']);
      expect((await act(place!, 'start')).status).toBe(202);
      await until(place!, 'STARTED');
      expect((await placeNow(place!)).physicalId).toBe(place!.physicalId);
      await quiet();
      expect(launched()).toBe(before);
      const agents = lab.cloud.services.nodes.inspect.cluster(cluster.id)?.registeredAgents ?? [];
      expect(agents.filter(({ active }) => active)).toHaveLength(2);
    },
    timeout,
  );

  it(
    'a master: only while the others are a quorum; its data comes back',
    async () => {
      const [first, second] = await placesOf('master');
      expect((await act(first!, 'stop')).status).toBe(202);
      expect((await act(second!, 'stop')).status).toBe(409);
      await until(first!, 'STOPPED');
      expect((await act(second!, 'stop')).json.message).toMatch(/^Cannot stop .*quorum of 3 is 2$/);
      await quiet();
      await act(first!, 'start');
      await until(first!, 'STARTED');
      await quiet();
      const software = lab.cloud.services.nodes.inspect.cluster(cluster.id);
      expect([software?.ensembleSize, software?.dataLosses]).toEqual([3, []]);
    },
    timeout,
  );

  it(
    'the load balancer with the address: the other one has it first',
    async () => {
      const { inspect } = lab.cloud.services.ec2;
      const holder = () => inspect.addresses().flatMap(({ holder: id }) => id ?? []);
      const places = await placesOf('balancer');
      const place = places.find(({ physicalId }) => holder().includes(physicalId))!;
      const other = places.find((one) => one !== place)!;
      await act(place, 'stop');
      await until(place, 'STOPPED');
      expect(holder()).toContain(other.physicalId);
      await quiet();
      await act(place, 'start');
      await until(place, 'STARTED');
      await quiet();
    },
    timeout,
  );

  it(
    'one that is terminated meanwhile is replaced, and a deleted cluster leaves no stopped one',
    async () => {
      const [gone, kept] = await placesOf('slave');
      for (const place of [gone!, kept!]) await act(place, 'stop');
      for (const place of [gone!, kept!]) await until(place, 'STOPPED');
      const { awsEndpoint: endpoint, region, credentials } = lab.cloud;
      const ec2 = new EC2Client({ endpoint, region, credentials: credentials.user });
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [gone!.physicalId] }));
      ec2.destroy();
      await until(gone!, 'STARTED');
      expect((await placeNow(gone!)).physicalId).not.toBe(gone!.physicalId);
      expect((await placeNow(kept!)).state).toBe('STOPPED');
      await lab.removeAll([cluster]);
      lab.expectEmpty();
    },
    timeout,
  );
});
