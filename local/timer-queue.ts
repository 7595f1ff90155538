/** Timers of virtual time in the order in which they are due: a binary heap, since a large cluster has thousands. */
export interface Timer {
  readonly dueAt: number;
  /** Orders timers that are due at the same moment by when they were set. */
  readonly sequence: number;
  readonly action: () => void;
  cancelled: boolean;
}

export interface TimerQueue {
  add(dueAt: number, action: () => void): Timer;
  /** When the next timer is due that was not cancelled. */
  nextDueAt(): number | undefined;
  /** Removes and returns the next timer if it is due at `time` or before. */
  takeDue(time: number): Timer | undefined;
  clear(): void;
}

export function createTimerQueue(): TimerQueue {
  const heap: Timer[] = [];
  let sequence = 0;
  const dropCancelled = () => {
    while (heap[0]?.cancelled) removeFirst(heap);
  };
  return {
    add(dueAt, action) {
      sequence += 1;
      const timer: Timer = { dueAt, sequence, action, cancelled: false };
      heap.push(timer);
      siftUp(heap, heap.length - 1);
      return timer;
    },
    nextDueAt() {
      dropCancelled();
      return heap[0]?.dueAt;
    },
    takeDue(time) {
      dropCancelled();
      const first = heap[0];
      if (!first || first.dueAt > time) return undefined;
      removeFirst(heap);
      return first;
    },
    clear() {
      heap.length = 0;
    },
  };
}

function isBefore(a: Timer | undefined, b: Timer | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.dueAt === b.dueAt ? a.sequence < b.sequence : a.dueAt < b.dueAt;
}

function swap(heap: Timer[], i: number, j: number): void {
  const [a, b] = [heap[i], heap[j]];
  if (a && b) [heap[i], heap[j]] = [b, a];
}

function siftUp(heap: Timer[], from: number): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(heap[index], heap[parent])) return;
    swap(heap, index, parent);
    index = parent;
  }
}

function removeFirst(heap: Timer[]): void {
  const last = heap.pop();
  if (heap.length === 0 || !last) return;
  heap[0] = last;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const smaller = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!isBefore(heap[smaller], heap[index])) return;
    swap(heap, index, smaller);
    index = smaller;
  }
}
