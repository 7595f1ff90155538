/** Mesos' maintenance: a schedule of windows, and machines that are down. Kept in the registry, so any leader knows it. */
export interface MachineId {
  readonly hostname?: string;
  readonly ip?: string;
}
export interface MaintenanceWindow {
  readonly machine_ids: readonly MachineId[];
  readonly unavailability: Readonly<Record<string, unknown>>;
}

export interface Maintenance {
  windows(): readonly MaintenanceWindow[];
  draining(): readonly MachineId[];
  down(): readonly MachineId[];
  isDown(ip: string): boolean;
  /** Replaces the whole schedule. @returns what is wrong with it */
  schedule(windows: readonly MaintenanceWindow[]): string | undefined;
  /** @returns what is wrong */
  takeDown(machines: readonly MachineId[]): string | undefined;
  bringUp(machines: readonly MachineId[]): string | undefined;
}

const keyOf = ({ hostname, ip }: MachineId) => hostname ?? ip ?? '';

export function createMaintenance(): Maintenance {
  let windows: readonly MaintenanceWindow[] = [];
  const down = new Map<string, MachineId>();
  const scheduled = () => windows.flatMap(({ machine_ids }) => machine_ids);
  const has = (machines: readonly MachineId[], machine: MachineId) =>
    machines.some((one) => keyOf(one) === keyOf(machine));
  return {
    windows: () => windows,
    draining: () => scheduled().filter((machine) => !down.has(keyOf(machine))),
    down: () => [...down.values()],
    isDown: (ip) => down.has(ip),
    schedule(wanted) {
      const machines = wanted.flatMap(({ machine_ids }) => machine_ids);
      if (machines.some((machine) => keyOf(machine) === '')) return "Both 'hostname' and 'ip' for a machine are empty";
      const missing = [...down.values()].find((machine) => !has(machines, machine));
      if (missing) return `Machine '${keyOf(missing)}' is deactivated and cannot be removed from the schedule`;
      windows = wanted;
      return undefined;
    },
    takeDown(machines) {
      const wrong = machines.find((machine) => !has(scheduled(), machine) || down.has(keyOf(machine)));
      if (wrong) return `Machine '${keyOf(wrong)}' is not in DRAINING mode and cannot be brought down`;
      for (const machine of machines) down.set(keyOf(machine), machine);
      return undefined;
    },
    bringUp(machines) {
      const wrong = machines.find((machine) => !down.has(keyOf(machine)));
      if (wrong) return `Machine '${keyOf(wrong)}' is not in DOWN mode and cannot be brought up`;
      for (const machine of machines) down.delete(keyOf(machine));
      const left = ({ machine_ids, ...rest }: MaintenanceWindow) => ({
        ...rest,
        machine_ids: machine_ids.filter((machine) => !has(machines, machine)),
      });
      windows = windows.map(left).filter(({ machine_ids }) => machine_ids.length > 0);
      return undefined;
    },
  };
}
