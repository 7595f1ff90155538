/** What the functions print, line by line, as it would lie in their log groups. */
export interface LogLine {
  /** Simulated epoch milliseconds. */
  readonly at: number;
  /** Function name, or `local-cloud` for faults of the local cloud itself. */
  readonly source: string;
  readonly line: string;
}

export interface Logs {
  write(source: string, line: string): void;
  all(): readonly LogLine[];
  of(source: string): readonly LogLine[];
  /** Lines that contain the text. */
  search(text: string): readonly LogLine[];
  /** Called with each line as it comes. @returns a function that ends it */
  follow(listener: (line: LogLine) => void): () => void;
}

const MAX_LINES = 500_000;

export function createLogs(now: () => number): Logs {
  let lines: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  return {
    write(source, line) {
      if (lines.length >= MAX_LINES) lines = lines.slice(MAX_LINES / 2);
      const entry = { at: now(), source, line };
      lines.push(entry);
      for (const listener of listeners) listener(entry);
    },
    all: () => lines,
    of: (source) => lines.filter((line) => line.source === source),
    search: (text) => lines.filter(({ line }) => line.includes(text)),
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
