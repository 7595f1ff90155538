import fc from 'fast-check';
import { paginate, parsePageRequest } from '../../../lambdas/domain/deployment/page.ts';

const parse = (query: string) => parsePageRequest(new URLSearchParams(query));
const sortKeys = { createdAt: (item: string) => item, kind: (item: string) => item.slice(0, 1) };

describe('parsePageRequest', () => {
  it('takes everything in one page when none is asked for', () => {
    expect(parse('')).toMatchObject({ number: 0, size: 2000, asked: false });
    expect(parse('sort=status,asc')).toMatchObject({ asked: false, sort: [{ property: 'status', descending: false }] });
  });

  it.each([
    ['page=2', 2, 10],
    ['size=5', 0, 5],
    ['page=1&size=7', 1, 7],
    ['size=100000', 0, 2000],
    ['page=-1&size=0', 0, 10],
    ['page=x&size=y', 0, 10],
  ])('reads %s as page %d of size %d', (query, number, size) => {
    expect(parse(query)).toMatchObject({ number, size, asked: true });
  });

  const createdAt = { property: 'createdAt', descending: true };
  it.each([
    ['', [createdAt]],
    ['sort=', [createdAt]],
    ['sort=,desc', [createdAt]],
    ['sort=updatedAt', [{ property: 'updatedAt', descending: false }]],
    ['sort=updatedAt,DESC', [{ property: 'updatedAt', descending: true }]],
    ['sort=updatedAt%2Cdesc', [{ property: 'updatedAt', descending: true }]],
    ['sort=status,createdAt,desc', [{ property: 'status', descending: true }, createdAt]],
    ['sort=status&sort=createdAt,desc', [{ property: 'status', descending: false }, createdAt]],
    // What is no direction is a property, which then does not exist.
    ['sort=status,down', ['status', 'down'].map((property) => ({ property, descending: false }))],
  ])(
    'reads the order of %j as Spring does: newest first by default, upwards where no direction is given',
    (query, sort) => {
      expect(parse(query).sort).toEqual(sort);
    },
  );
});

describe('paginate', () => {
  it('keeps the order of what sorts alike', () => {
    expect(paginate(['b2', 'a1', 'b1'], parse('sort=kind,asc'), sortKeys).items).toEqual(['a1', 'b2', 'b1']);
  });

  it('sorts by the next property what the one before leaves equal', () => {
    const request = parse('sort=kind,asc&sort=createdAt,desc');
    expect(paginate(['a1', 'b1', 'a2', 'b2'], request, sortKeys).items).toEqual(['a2', 'a1', 'b2', 'b1']);
  });

  it.each(['creationTime', '__proto__', 'toString'])('refuses to sort by %s and names what there is', (property) => {
    expect(() => paginate([], parse(`sort=${property},desc`), sortKeys)).toThrow(
      `sort: no property ${property}; there are createdAt, kind`,
    );
  });

  it('shows every item on exactly one page', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 7 }), (items, size) => {
        const { totalPages } = paginate(items, parse(`size=${size}`), sortKeys);
        const pages = Array.from({ length: totalPages }, (_, number) =>
          paginate(items, parse(`page=${number}&size=${size}`), sortKeys),
        );
        expect(pages.flatMap((page) => page.items).sort()).toEqual([...items].sort());
        expect(paginate(items, parse(`page=${totalPages}&size=${size}`), sortKeys).items).toEqual([]);
      }),
    );
  });
});
