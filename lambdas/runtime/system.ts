import { randomBytes } from 'node:crypto';
import type { Clock, IdSource } from '../ports/clock.ts';

export const systemClock: Clock = { now: () => new Date() };

/** A uuid of version 7: the first 48 bits are the time in milliseconds, so that ids order by creation. */
function timeOrderedUuid(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const systemIds: IdSource = {
  uuid: () => timeOrderedUuid(Date.now()),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};
