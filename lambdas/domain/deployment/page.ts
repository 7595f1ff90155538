/** Paging and sorting of lists, as the contract's clients ask for them. */
import { InvalidInput } from '../../contracts/error-names.ts';

export interface PageRequest {
  /** From 0. */
  readonly number: number;
  readonly size: number;
  /** Whether a page was asked for. If not, the answer is one page with everything, because orpy cannot follow pages. */
  readonly asked: boolean;
  /** The first one counts most. */
  readonly sort: readonly Order[];
}
export interface Order {
  readonly property: string;
  readonly descending: boolean;
}
export interface Page<T> {
  readonly items: readonly T[];
  readonly totalElements: number;
  readonly totalPages: number;
}

export const defaultPageSize = 10;
export const maxPageSize = 2000;

/** What is no number counts as not given, and a size above the limit as the limit, as the original did. */
export function parsePageRequest(query: URLSearchParams): PageRequest {
  const number = wholeNumber(query.get('page'));
  const size = wholeNumber(query.get('size'));
  const asked = query.has('page') || query.has('size');
  return {
    number: number ?? 0,
    size: asked ? Math.min(size || defaultPageSize, maxPageSize) : maxPageSize,
    asked,
    sort: parseSort(query.getAll('sort')),
  };
}

/** @param sortKeys text to sort by, per property that may be asked for. @throws InvalidInput for another property */
export function paginate<T>(
  items: readonly T[],
  request: PageRequest,
  sortKeys: Readonly<Record<string, (item: T) => string>>,
): Page<T> {
  const compares = request.sort.map((order) => compareBy(order, sortKeys));
  const compare = (a: T, b: T) => compares.reduce((result, compareNext) => result || compareNext(a, b), 0);
  const start = request.number * request.size;
  return {
    items: [...items].sort(compare).slice(start, start + request.size),
    totalElements: items.length,
    totalPages: Math.ceil(items.length / request.size),
  };
}

/** Each `property[,property…][,asc|desc]`, upwards unless it says otherwise. */
function parseSort(texts: readonly string[]): readonly Order[] {
  const orders = texts.flatMap((text) => {
    const parts = text.split(',').map((part) => part.trim());
    const direction = parts.at(-1)?.toLowerCase();
    const isDirected = direction === 'asc' || direction === 'desc';
    const properties = (isDirected ? parts.slice(0, -1) : parts).filter(Boolean);
    return properties.map((property) => ({ property, descending: direction === 'desc' }));
  });
  return orders.length > 0 ? orders : [{ property: 'createdAt', descending: true }];
}

function compareBy<T>(
  { property, descending }: Order,
  sortKeys: Readonly<Record<string, (item: T) => string>>,
): (a: T, b: T) => number {
  const keyOf = Object.hasOwn(sortKeys, property) ? sortKeys[property] : undefined;
  if (!keyOf) throw new InvalidInput(`sort: no property ${property}; there are ${Object.keys(sortKeys).join(', ')}`);
  return (a, b) => compareText(keyOf(a), keyOf(b)) * (descending ? -1 : 1);
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
