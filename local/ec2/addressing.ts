/** IPv4 arithmetic. */

export function ipNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
export function ipText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
export function cidrRange(cidr: string): { first: number; size: number } {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return { first: Math.floor(ipNumber(address) / size) * size, size };
}
export function cidrContains(cidr: string, ip: string): boolean {
  const { first, size } = cidrRange(cidr);
  const number = ipNumber(ip);
  return number >= first && number < first + size;
}
