/** The query protocols' requests: `A.1.B=x` means `{ A: [{ B: 'x' }] }`. */
type Node = Map<string, Node | string>;

/** Decodes a form body. Keys nest by their dots, numbered keys become arrays, IAM's `member` level is left out. */
export function decodeQuery(body: string): Record<string, unknown> {
  const root: Node = new Map();
  for (const [key, value] of new URLSearchParams(body)) insert(root, key.split('.'), value);
  const { Action: _action, Version: _version, ...input } = toValue(root) as Record<string, unknown>;
  return input;
}

function insert(root: Node, path: readonly string[], value: string): void {
  let node = root;
  for (const key of path.slice(0, -1)) {
    const child = node.get(key);
    const next: Node = child instanceof Map ? child : new Map();
    node.set(key, next);
    node = next;
  }
  node.set(path.at(-1) ?? '', value);
}

function toValue(node: Node | string): unknown {
  if (typeof node === 'string') return node;
  const only = node.size === 1 ? node.get('member') : undefined;
  if (only instanceof Map) return toValue(only);
  const keys = [...node.keys()];
  if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key))) {
    const inOrder = keys.sort((a, b) => Number(a) - Number(b));
    return inOrder.map((key) => toValue(node.get(key) ?? ''));
  }
  return Object.fromEntries(keys.map((key) => [key, toValue(node.get(key) ?? '')]));
}
