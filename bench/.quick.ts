import { readFileSync } from 'node:fs';
import { prepareAssembly } from '/work/main/local/assembly.ts';
import { startCloud } from '/work/main/local/cloud.ts';
const n = Number(process.argv[2] ?? 10), seed = process.argv[3] ?? 1;
const T0 = Date.now();
const real = () => ((Date.now() - T0) / 1000).toFixed(1);
const dir = await prepareAssembly();
console.log(real(), 'assembly');
const cloud = await startCloud({ template: dir, speed: 'virtual', seed });
console.log(real(), 'cloud');
const token = await cloud.issueToken({ subject: 'bench' });
const h = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const t0 = cloud.clock.now();
const s = (t: number) => ((t - t0) / 1000).toFixed(2);
let a = await fetch(`${cloud.apiUrl}/deployments`, { method: 'POST', headers: h, body: JSON.stringify({ template: readFileSync('/work/main/examples/mesos-cluster.yaml', 'utf8'), parameters: { slaves: n, admin_password: 'correct-horse' } }) });
const d: any = await a.json();
if (a.status >= 300) { console.log(d); process.exit(1); }
const get = async (p: string): Promise<any> => (await fetch(`${cloud.apiUrl}${p}`, { headers: h })).json();
let status = '';
await cloud.clock.runUntil(async () => { status = (await get(`/deployments/${d.uuid}`)).status; return status !== 'CREATE_IN_PROGRESS'; }, { within: 3600_000, every: 1000 });
const items = await cloud.services.dynamodb.scan();
const meta: any = items.find((i: any) => i.sk.S === 'META');
console.log(real(), status, 'sim', s(cloud.clock.now()));
const timings = new Map(cloud.services.nodes.inspect.timings().map((t) => [t.instanceId, t]));
const rows = cloud.services.ec2.inspect.instances().map((i) => { const t = timings.get(i.instanceId)!; return { role: t.role, launched: i.launchedAt - t0, online: t.onlineAt! - t0, boot: t.onlineAt! - i.launchedAt, start: t.startMs!, waited: t.waitedMs!, own: t.onlineAt! - i.launchedAt + t.startMs! - t.waitedMs! }; });
for (const role of ['master', 'load-balancer']) for (const r of rows.filter((r) => r.role === role)) console.log(JSON.stringify(r));
const worst = rows.toSorted((a, b) => b.own - a.own)[0]!;
console.log('worst', JSON.stringify(worst), 'lastlaunch', Math.max(...rows.map(r=>r.launched)), 'lastonline', Math.max(...rows.map(r=>r.online)));
console.log('ratio', (cloud.clock.now() - t0) / worst.own);
for (const run of cloud.services.states.inspect.executions()) {
  console.log(run.name, run.transitions, run.history.events.length);
  if (process.argv[4]) for (const e of run.history.events) if (/TaskScheduled|LambdaFunction|StateEntered|TaskSucceeded|TaskFailed|MapIteration/.test(e.type)) {
    const det: any = Object.values(e.details ?? {})[0] ?? {};
    if (/StateEntered/.test(e.type)) console.log(s(e.timestamp), e.type.slice(0, 6), det.name, det.name === 'ChooseNext' ? (() => { const o = JSON.parse(det.input); return `${o.next} wait=${o.waitSeconds} ${o.decisions.map((x: any) => x.key + (x.instanceIds ? '#' + x.instanceIds.length : '')).join(' ')}`; })() : '');
    else if (/Failed/.test(e.type)) console.log(s(e.timestamp), e.type, det.error, String(det.cause).slice(0, 150));
  }
}
if (process.argv[4] === 'calls') for (const c of cloud.calls.all()) console.log('C', s(c.at), c.service, c.action, c.caller?.functionName ?? c.caller?.kind, c.error ?? '');
const by = new Map<string, number>();
for (const c of cloud.calls.all()) { const k = `${c.caller?.kind}:${c.service}:${c.action}${c.error ? '!' + c.error : ''}`; by.set(k, (by.get(k) ?? 0) + 1); }
console.log(Object.fromEntries([...by].sort()));
console.log(Object.fromEntries(cloud.services.functions.invocations));
console.log(cloud.services.states.inspect.counts());
console.log(cloud.services.sqs.inspect.eventSources().map(e => e.counts));
await cloud.close();
console.log(real(), 'closed');
