/** Time and identity from outside, so that the domain stays pure and tests stay deterministic. */
export interface Clock {
  now(): Date;
}
export interface IdSource {
  /** A time-ordered uuid of 36 characters. */
  uuid(): string;
  /** A random secret of `bytes` bytes, as text in base64url. */
  secret(bytes: number): string;
}
