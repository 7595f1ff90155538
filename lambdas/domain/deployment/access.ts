/** Who may see and who may change a deployment. Pure. */
import type { DeploymentSummary, Owner } from './deployment.ts';

/** Who calls, by the token. */
export interface Caller extends Owner {
  /** Absent: the caller sees no deployments but their own. */
  readonly organization?: string;
  readonly scopes: readonly string[];
}

export function isSameOwner(a: Owner, b: Owner): boolean {
  return a.issuer === b.issuer && a.subject === b.subject;
}

/** To its owner, and to everybody of the same issuer and organization. Naming no organization is not being of the same one. */
export function isVisible(
  { owner, organization }: Pick<DeploymentSummary, 'owner' | 'organization'>,
  caller: Caller,
): boolean {
  if (isSameOwner(owner, caller)) return true;
  return organization !== undefined && organization === caller.organization && owner.issuer === caller.issuer;
}

/** @param administrators each `subject@issuer`; a slash at the issuer's end does not matter */
export function isAdministrator({ subject, issuer }: Owner, administrators: readonly string[]): boolean {
  const name = withoutSlash(`${subject}@${issuer}`);
  return administrators.some((administrator) => withoutSlash(administrator) === name);
}

const withoutSlash = (text: string) => text.replace(/\/$/, '');

/**
 * Reads `subject@issuer`. With its one `@`, a subject or issuer that holds another must be percent-encoded within, so both the
 * literal and the decoded reading are meant. @returns undefined if the text is no such name
 */
export function parseOwner(text: string): readonly Owner[] | undefined {
  const [, subject, issuer] = /^([^@]+)@([^@]+)$/.exec(text) ?? [];
  if (subject === undefined || issuer === undefined) return undefined;
  const literal = { subject, issuer };
  const decoded = { subject: decode(subject), issuer: decode(issuer) };
  return isSameOwner(literal, decoded) ? [literal] : [literal, decoded];
}

/** What is not well encoded stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
