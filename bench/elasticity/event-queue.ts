/** Discrete events in simulated seconds. Events of the same time happen in the order in which they were planned. */
interface Planned {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

export interface EventQueue {
  now(): number;
  /** Not before now: what is planned for the past happens now. */
  at(time: number, act: () => void): void;
  after(seconds: number, act: () => void): void;
  /** Again and again, first at `first`. */
  every(seconds: number, first: number, act: () => void): void;
  /** Lets happen what is planned until then, and then it is then. */
  runUntil(time: number): void;
}

export function createEventQueue(): EventQueue {
  const heap: Planned[] = [];
  let now = 0;
  let order = 0;
  const queue: EventQueue = {
    now: () => now,
    at: (time, act) => {
      order += 1;
      push(heap, { at: Math.max(now, time), order, act });
    },
    after: (seconds, act) => queue.at(now + seconds, act),
    every: (seconds, first, act) =>
      queue.at(first, () => {
        act();
        queue.every(seconds, first + seconds, act);
      }),
    runUntil: (time) => {
      for (let next = heap[0]; next !== undefined && next.at <= time; next = heap[0]) {
        pop(heap);
        now = next.at;
        next.act();
      }
      now = time;
    },
  };
  return queue;
}

const isBefore = (a: Planned, b: Planned): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function swap(heap: Planned[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b] as Planned, heap[a] as Planned];
}

function push(heap: Planned[], planned: Planned): void {
  heap.push(planned);
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(planned, heap[parent] as Planned)) return;
    swap(heap, child, parent);
    child = parent;
  }
}

function pop(heap: Planned[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  let parent = 0;
  for (;;) {
    const left = 2 * parent + 1;
    const right = left + 1;
    if (left >= heap.length) return;
    const isRight = right < heap.length && isBefore(heap[right] as Planned, heap[left] as Planned);
    const child = isRight ? right : left;
    if (!isBefore(heap[child] as Planned, last)) return;
    swap(heap, parent, child);
    parent = child;
  }
}
