/** The masters as an ensemble: which of them run a process, in which order, and which reach a quorum of each other. */
import { type Member, type Process, reaches } from './member.ts';

export interface Ensemble {
  /** How many masters the cluster is made of. */
  size(): number;
  quorum(): number;
  /** In order of their start. */
  running(process: Process): readonly Member[];
  /** Those that reach a quorum of each other at a port. */
  connected(process: Process, port: number): readonly Member[];
}

/** @param masters by address; none but masters, for they are gone through at every change, and slaves may be thousands */
export function createEnsemble(masters: ReadonlyMap<string, Member>): Ensemble {
  const all = () => [...masters.values()];
  const size = () => all()[0]?.settings.masterIps.length ?? 1;
  const quorum = () => Math.floor(size() / 2) + 1;
  const startOf = (member: Member, process: Process) => member.processes.get(process) ?? 0;
  const running = (process: Process) =>
    all()
      .filter((member) => member.processes.has(process))
      .sort((a, b) => startOf(a, process) - startOf(b, process));
  return {
    size,
    quorum,
    running,
    connected(process, port) {
      const found = running(process);
      return found.filter((one) => found.filter((other) => reaches(one, other, port)).length >= quorum());
    },
  };
}
