/**
 * Slaves and the tasks on them, as Mesos sees them: waiting tasks are placed once a second, on registered slaves that are offered,
 * which are gone through in random order as Mesos' allocator does. Who launches and ends slaves, and when, is a policy's business.
 */
import type { Random } from '../../local/types.ts';
import type { EventQueue } from './event-queue.ts';
import type { Point } from './metrics.ts';
import { isBig, type Need, roomFor, slaveOffer, slavesFor, type TaskPlan, type Workload } from './workload.ts';

/** Mesos' allocation interval. Seconds. */
const allocationSeconds = 1;

export interface Slave {
  readonly id: string;
  readonly launchedAt: number;
  readonly free: { cpus: number; mem: number };
  readonly tasks: Set<Task>;
  isRegistered: boolean;
  isOffered: boolean;
  /** When it was offered last, if it is not now. */
  offeredUntil?: number;
  /** Since when it is registered and nothing runs on it. */
  idleSince?: number;
}

interface Task extends TaskPlan {
  /** One more with every start; what was planned for an earlier one does not happen. */
  attempt: number;
  isOver: boolean;
  submittedAt: number;
  startedAt?: number;
  slave?: Slave;
}

/** What a policy did, as far as it can be counted. */
export interface Tally {
  launches: number;
  terminations: number;
  /** Terminations, or stops of agents, of slaves on which tasks ran; and how many tasks that were. */
  busyKilled: number;
  tasksKilled: number;
}

export interface World {
  /** Slaves that are paid for: from launch to termination. */
  readonly slaves: ReadonlyMap<string, Slave>;
  readonly tally: Tally;
  readonly series: readonly Point[];
  /** Waiting tasks by kind. */
  waiting(): readonly { readonly need: Need; readonly count: number }[];
  /** Tasks that run or wait, in slaves, as a fraction. */
  load(): number;
  /** Seconds that tasks had to wait until their last start, those that still wait included. */
  taskWaits(): readonly number[];
  slaveSeconds(): number;
  /** What tasks did, in slaves times seconds. What was killed is lost, but for services: as long as they ran they served. */
  workDone(): number;
  /** Calls back after tasks were submitted; before waiting ones are placed. */
  onSubmission(act: () => void): void;
  onAllocation(act: () => void): void;
  /** @param since when paying for it began @default now */
  launch(id: string, since?: number): Slave;
  register(id: string): void;
  setOffered(id: string, isOffered: boolean): void;
  /** Its agent ends, and with it what runs there. */
  stopAgent(id: string): void;
  terminate(id: string): void;
  /** Has one more task run there, for so long, if there is room. */
  land(id: string, need: Need, seconds: number): boolean;
}

const keyOf = ({ cpus, mem }: Need): string => `${cpus}/${mem}`;

/** State of a world, for the functions below. */
interface State {
  readonly queue: EventQueue;
  readonly random: Random;
  readonly slaves: Map<string, Slave>;
  readonly kinds: Map<string, { readonly need: Need; readonly tasks: Set<Task> }>;
  readonly tasks: Map<number, Task>;
  readonly followers: Map<number, TaskPlan[]>;
  readonly open: Map<number, number>;
  readonly sums: { cpus: number; mem: number; big: number };
  readonly tally: Tally;
  readonly series: Point[];
  readonly hooks: { readonly submission: (() => void)[]; readonly allocation: (() => void)[] };
  endedSlaveSeconds: number;
  endedWork: number;
  registered: number;
  isAllocationPlanned: boolean;
  /** Tasks that were landed have ids below 0. */
  landed: number;
}

export function createWorld(workload: Pick<Workload, 'tasks'>, queue: EventQueue, random: Random): World {
  const state: State = {
    queue,
    random,
    slaves: new Map(),
    kinds: new Map(),
    tasks: new Map(),
    followers: new Map(),
    open: new Map(),
    sums: { cpus: 0, mem: 0, big: 0 },
    tally: { launches: 0, terminations: 0, busyKilled: 0, tasksKilled: 0 },
    series: [],
    hooks: { submission: [], allocation: [] },
    endedSlaveSeconds: 0,
    endedWork: 0,
    registered: 0,
    isAllocationPlanned: false,
    landed: 0,
  };
  record(state);
  planSubmissions(state, workload.tasks);
  return {
    slaves: state.slaves,
    tally: state.tally,
    series: state.series,
    waiting: () => waitingKinds(state),
    load: () => Math.max(state.sums.cpus / slaveOffer.cpus, state.sums.mem / slaveOffer.mem, 0),
    taskWaits: () => [...state.tasks.values()].map((task) => (task.startedAt ?? queue.now()) - task.submittedAt),
    slaveSeconds: () =>
      [...state.slaves.values()].reduce((sum, slave) => sum + queue.now() - slave.launchedAt, state.endedSlaveSeconds),
    workDone: () => [...state.tasks.values()].reduce((sum, task) => sum + workOf(task, queue.now()), state.endedWork),
    onSubmission: (act) => void state.hooks.submission.push(act),
    onAllocation: (act) => void state.hooks.allocation.push(act),
    launch: (id, since) => launch(state, id, since ?? queue.now()),
    register: (id) => register(state, id),
    setOffered: (id, isOffered) => setOffered(state, id, isOffered),
    stopAgent: (id) => stopAgent(state, id),
    terminate: (id) => terminate(state, id),
    land: (id, need, seconds) => land(state, id, need, seconds),
  };
}

function waitingKinds({ kinds }: State): readonly { readonly need: Need; readonly count: number }[] {
  return [...kinds.values()].flatMap(({ need, tasks }) => (tasks.size > 0 ? [{ need, count: tasks.size }] : []));
}

function planSubmissions(state: State, tasks: readonly TaskPlan[]): void {
  for (const plan of tasks) {
    const { after = [] } = plan;
    state.open.set(plan.id, after.length);
    for (const id of after) state.followers.set(id, [...(state.followers.get(id) ?? []), plan]);
    if (after.length === 0) state.queue.at(plan.at, () => submit(state, plan));
  }
}

function submit(state: State, plan: TaskPlan): void {
  const { queue, sums } = state;
  const task: Task = { ...plan, attempt: 0, isOver: false, submittedAt: queue.now() };
  state.tasks.set(task.id, task);
  sums.cpus += task.cpus;
  sums.mem += task.mem;
  sums.big += isBig(task) ? 1 : 0;
  wait(state, task);
  if (task.until !== undefined) queue.at(task.until, () => end(state, task));
  record(state);
  for (const act of state.hooks.submission) act();
}

function wait(state: State, task: Task): void {
  const key = keyOf(task);
  const kind = state.kinds.get(key) ?? { need: { cpus: task.cpus, mem: task.mem }, tasks: new Set<Task>() };
  state.kinds.set(key, kind);
  kind.tasks.add(task);
  planAllocation(state);
}

function planAllocation(state: State): void {
  if (state.isAllocationPlanned) return;
  state.isAllocationPlanned = true;
  const { queue } = state;
  queue.at((Math.floor(queue.now() / allocationSeconds) + 1) * allocationSeconds, () => {
    state.isAllocationPlanned = false;
    for (const act of state.hooks.allocation) act();
    allocate(state);
  });
}

function allocate(state: State): void {
  const kinds = [...state.kinds.values()].filter(({ tasks }) => tasks.size > 0);
  if (kinds.length === 0) return;
  for (const slave of shuffled([...state.slaves.values()].filter(isOpen), state.random)) {
    for (const { need, tasks } of kinds) {
      for (let room = roomFor(need, slave.free); room > 0 && tasks.size > 0; room -= 1) {
        const [task] = tasks as Iterable<Task> as [Task];
        tasks.delete(task);
        start(state, task, slave);
      }
    }
  }
}

const isOpen = ({ isRegistered, isOffered }: Slave): boolean => isRegistered && isOffered;

function shuffled<T>(items: T[], random: Random): readonly T[] {
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random.next() * (index + 1));
    [items[index], items[other]] = [items[other] as T, items[index] as T];
  }
  return items;
}

function start(state: State, task: Task, slave: Slave): void {
  const { queue } = state;
  task.attempt += 1;
  task.startedAt = queue.now();
  task.slave = slave;
  slave.tasks.add(task);
  slave.free.cpus -= task.cpus;
  slave.free.mem -= task.mem;
  delete slave.idleSince;
  const { attempt } = task;
  if (task.seconds === undefined) return;
  queue.after(task.seconds, () => {
    if (task.attempt === attempt && task.slave !== undefined) end(state, task);
  });
}

function leaveSlave(state: State, task: Task): void {
  const { slave } = task;
  if (slave === undefined) return;
  delete task.slave;
  slave.tasks.delete(task);
  slave.free.cpus += task.cpus;
  slave.free.mem += task.mem;
  if (slave.tasks.size === 0) slave.idleSince = state.queue.now();
}

function end(state: State, task: Task): void {
  if (task.isOver) return;
  task.isOver = true;
  if (task.slave === undefined) {
    state.kinds.get(keyOf(task))?.tasks.delete(task);
    task.startedAt ??= state.queue.now();
  }
  state.endedWork += workOf(task, state.queue.now());
  leaveSlave(state, task);
  state.sums.cpus -= task.cpus;
  state.sums.mem -= task.mem;
  state.sums.big -= isBig(task) ? 1 : 0;
  for (const follower of state.followers.get(task.id) ?? []) follow(state, follower);
  record(state);
  planAllocation(state);
}

function follow(state: State, plan: TaskPlan): void {
  const left = (state.open.get(plan.id) ?? 1) - 1;
  state.open.set(plan.id, left);
  if (left === 0) state.queue.at(plan.at, () => submit(state, plan));
}

function launch(state: State, id: string, launchedAt: number): Slave {
  const slave: Slave = {
    id,
    launchedAt,
    free: { ...slaveOffer },
    tasks: new Set(),
    isRegistered: false,
    isOffered: true,
  };
  state.slaves.set(id, slave);
  state.tally.launches += 1;
  return slave;
}

function register(state: State, id: string): void {
  const slave = state.slaves.get(id);
  if (slave === undefined || slave.isRegistered) return;
  slave.isRegistered = true;
  slave.idleSince = state.queue.now();
  state.registered += 1;
  record(state);
  planAllocation(state);
}

function setOffered(state: State, id: string, isOffered: boolean): void {
  const slave = state.slaves.get(id);
  if (slave === undefined || slave.isOffered === isOffered) return;
  slave.isOffered = isOffered;
  if (isOffered) planAllocation(state);
  else slave.offeredUntil = state.queue.now();
}

function stopAgent(state: State, id: string): void {
  const slave = state.slaves.get(id);
  if (slave === undefined) return;
  killTasks(state, slave);
  if (!slave.isRegistered) return;
  slave.isRegistered = false;
  delete slave.idleSince;
  state.registered -= 1;
  record(state);
}

/** Of a task that runs: what it has done since its start, in slaves times seconds. */
function workOf({ slave, startedAt, cpus, mem }: Task, now: number): number {
  if (slave === undefined || startedAt === undefined) return 0;
  return Math.max(cpus / slaveOffer.cpus, mem / slaveOffer.mem) * (now - startedAt);
}

/** Killed tasks wait again and begin anew. */
function killTasks(state: State, slave: Slave): void {
  if (slave.tasks.size === 0) return;
  state.tally.busyKilled += 1;
  state.tally.tasksKilled += slave.tasks.size;
  for (const task of [...slave.tasks]) {
    if (task.until !== undefined) state.endedWork += workOf(task, state.queue.now());
    leaveSlave(state, task);
    delete task.startedAt;
    wait(state, task);
  }
}

function terminate(state: State, id: string): void {
  const slave = state.slaves.get(id);
  if (slave === undefined) return;
  stopAgent(state, id);
  state.slaves.delete(id);
  state.tally.terminations += 1;
  state.endedSlaveSeconds += state.queue.now() - slave.launchedAt;
}

function land(state: State, id: string, need: Need, seconds: number): boolean {
  const slave = state.slaves.get(id);
  if (slave === undefined || !slave.isRegistered || roomFor(need, slave.free) < 1) return false;
  state.landed -= 1;
  const at = state.queue.now();
  const task: Task = { ...need, id: state.landed, at, seconds, attempt: 0, isOver: false, submittedAt: at };
  state.sums.cpus += need.cpus;
  state.sums.mem += need.mem;
  state.sums.big += isBig(need) ? 1 : 0;
  start(state, task, slave);
  return true;
}

/** One point per moment at which anything changed. */
function record({ queue, sums, registered, series }: State): void {
  const point = { at: queue.now(), demand: slavesFor(sums), supply: registered };
  const last = series.at(-1);
  if (last?.demand === point.demand && last.supply === point.supply) return;
  if (last?.at === point.at) series.pop();
  series.push(point);
}
