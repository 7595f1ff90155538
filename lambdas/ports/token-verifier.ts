/** Who a bearer token stands for. */
import type { RefusalReason } from '../contracts/api.ts';

export type Verdict =
  | {
      readonly issuer: string;
      readonly subject: string;
      readonly organization?: string;
      /** Separated by blanks; empty if the token names none. */
      readonly scope: string;
    }
  /** Without detail of the token. */
  | { readonly reason: RefusalReason };

export interface TokenVerifier {
  /** Checks signature, issuer, audience and times. Never throws. */
  verify(token: string): Promise<Verdict>;
}
