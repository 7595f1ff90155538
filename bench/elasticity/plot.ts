/** Demand and supplies over time, as SVG that can be read on light and on dark ground. */
import type { Point } from './metrics.ts';

export interface Line {
  readonly name: string;
  readonly colour: string;
  /** Stroke width in pixels. */
  readonly width: number;
  /** When and how many, in steps. */
  readonly steps: readonly (readonly [at: number, slaves: number])[];
}

export const supplyOf = (series: readonly Point[]): Line['steps'] => series.map(({ at, supply }) => [at, supply]);
export const demandOf = (series: readonly Point[]): Line['steps'] => series.map(({ at, demand }) => [at, demand]);

const size = { width: 800, height: 320 } as const;
const frame = { left: 48, right: 16, top: 44, bottom: 36 } as const;
const plot = { width: size.width - frame.left - frame.right, height: size.height - frame.top - frame.bottom } as const;

/** A round step that makes at most so many of them. */
function roundStep(range: number, most: number): number {
  const rough = range / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

interface Scales {
  readonly x: (seconds: number) => number;
  readonly y: (slaves: number) => number;
  readonly seconds: number;
  readonly top: number;
}

function scalesFor(seconds: number, lines: readonly Line[]): Scales {
  const most = lines.reduce((top, { steps }) => steps.reduce((high, [, slaves]) => Math.max(high, slaves), top), 1);
  const step = roundStep(most, 5);
  const top = Math.ceil(most / step) * step;
  return {
    x: (at) => frame.left + (plot.width * Math.min(at, seconds)) / seconds,
    y: (slaves) => frame.top + plot.height * (1 - slaves / top),
    seconds,
    top,
  };
}

const tenth = (pixels: number): string => String(Math.round(pixels * 10) / 10);

/** Goes level to each step, then up or down; of steps in the same tenth of a pixel the last one counts. */
function pathOf({ steps }: Line, { x, y, seconds }: Scales): string {
  const columns = new Map(
    steps.filter(([at]) => at <= seconds).map(([at, slaves]) => [tenth(x(at)), tenth(y(slaves))]),
  );
  const [first, ...rest] = [...columns];
  if (first === undefined) return '';
  return `M${first[0]} ${first[1]}${rest.map(([at, level]) => `H${at}V${level}`).join('')}H${tenth(x(seconds))}`;
}

function axes({ x, y, seconds, top }: Scales): string {
  const slaves = roundStep(top, 5);
  const hours = roundStep(seconds / 3600, 8);
  const levels = Array.from({ length: Math.floor(top / slaves) + 1 }, (_, index) => index * slaves);
  const times = Array.from({ length: Math.floor(seconds / 3600 / hours + 1e-9) + 1 }, (_, index) => index * hours);
  const right = size.width - frame.right;
  const bottom = size.height - frame.bottom;
  return [
    ...levels.map(
      (level) =>
        `<path class="grid" d="M${frame.left} ${tenth(y(level))}H${right}"/><text x="${frame.left - 8}" y="${tenth(y(level) + 4)}" text-anchor="end">${level}</text>`,
    ),
    ...times.map(
      (time) =>
        `<text x="${tenth(x(time * 3600))}" y="${bottom + 18}" text-anchor="middle">${Number(time.toFixed(2))}</text>`,
    ),
    `<text x="${right}" y="${size.height - 4}" text-anchor="end">hours</text>`,
    `<text x="${frame.left - 40}" y="${frame.top - 8}">slaves</text>`,
  ].join('\n');
}

/** One after the other along the top, as wide as their names. */
function legend(lines: readonly Line[]): string {
  let left: number = frame.left + 60;
  return lines
    .map(({ name, colour, width }) => {
      const at = left;
      left += 46 + name.length * 6.6;
      return `<path d="M${at} ${frame.top - 12}h22" stroke="${colour}" stroke-width="${Math.max(2, width)}"/><text x="${at + 28}" y="${frame.top - 8}">${name}</text>`;
    })
    .join('\n');
}

/** @param demand drawn as an area; the others as lines, the last on top */
export function plotOf(title: string, seconds: number, demand: Line, lines: readonly Line[]): string {
  const scales = scalesFor(seconds, [demand, ...lines]);
  const ground = tenth(scales.y(0));
  const drawn = lines.map(
    (line) => `<path d="${pathOf(line, scales)}" fill="none" stroke="${line.colour}" stroke-width="${line.width}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">
<style>text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-weight:600}.grid{stroke:#8c959f;stroke-opacity:.3}@media(prefers-color-scheme:dark){text{fill:#c9d1d9}}</style>
<text class="title" x="${frame.left - 40}" y="16">${title}</text>
${legend([demand, ...lines])}
${axes(scales)}
<path d="${pathOf(demand, scales)}V${ground}H${frame.left}Z" fill="${demand.colour}" fill-opacity=".35"/>
${drawn.join('\n')}
</svg>
`;
}
