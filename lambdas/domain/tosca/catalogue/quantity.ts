/** Amounts with a unit: a number, at least one blank, a unit in any case. */

const kilo = 1000;
const kibi = 1024;

/** Bytes by unit: K, M, G, T count in thousands, KI, MI, GI, TI in 1024s. */
const sizes: Readonly<Record<string, number>> = {
  b: 1,
  kb: kilo,
  kib: kibi,
  mb: kilo ** 2,
  mib: kibi ** 2,
  gb: kilo ** 3,
  gib: kibi ** 3,
  tb: kilo ** 4,
  tib: kibi ** 4,
};
/** Seconds by unit. */
const times: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
/** Hertz by unit. */
const frequencies: Readonly<Record<string, number>> = { hz: 1, khz: 1e3, mhz: 1e6, ghz: 1e9 };

const scales = new Map([
  ['scalar-unit.size', { units: sizes, example: '4 GB, 512 MB or 40 GIB' }],
  ['scalar-unit.time', { units: times, example: '30 s, 5 m or 2 h' }],
  ['scalar-unit.frequency', { units: frequencies, example: '2.4 GHz' }],
]);

/** Example of a well-formed amount; undefined if the type is none with a unit. */
export function quantityExample(type: string): string | undefined {
  return scales.get(type)?.example;
}

/** The amount in bytes, seconds or hertz; undefined if it is malformed or the type has no unit. */
export function parseQuantity(type: string, text: string): number | undefined {
  const units = scales.get(type)?.units;
  const [, amount, unit] = /^\s*(\d{1,15}(?:\.\d{1,15})?)\s+([a-zA-Z]{1,3})\s*$/.exec(text) ?? [];
  const factor = units && unit ? new Map(Object.entries(units)).get(unit.toLowerCase()) : undefined;
  return factor === undefined ? undefined : Number(amount) * factor;
}
