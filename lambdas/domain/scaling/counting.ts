/** Constraints that count. Pure. */

const operators: ReadonlySet<string> = new Set(['UNIQUE', 'MAX_PER', 'GROUP_BY', 'CLUSTER']);

/** Whether by the constraint, as Marathon writes it, it matters where tasks of the app run already. */
export function countsRunning([, operator = '']: readonly string[]): boolean {
  return operators.has(operator.toUpperCase());
}
