/** How to reach a cluster's Marathon or Chronos, and what its answer to a change means for the decision. */
import type { Decision } from '../../contracts/decision.ts';
import type { ChangeAnswer } from '../../contracts/gateway.ts';
import type { ActionResult } from '../../contracts/reconcile.ts';
import type { ClusterRecord } from '../../domain/cluster/records.ts';
import type { ClusterSecrets } from '../../ports/credentials.ts';
import { failed } from './action.ts';

/** Whom to ask for a cluster's Marathon. */
export function marathonOf(record: ClusterRecord, { marathon }: Pick<ClusterSecrets, 'marathon'>) {
  return schedulerOf(record, marathon);
}

/** Whom to ask, and as whom. */
export function schedulerOf({ desired, foundation }: ClusterRecord, account: ClusterSecrets['marathon']) {
  const slots = (foundation?.masterInterfaces ?? []).toSorted((a, b) => a.slot - b.slot);
  return {
    release: desired.spec.release,
    masterIps: slots.map(({ privateIp }) => privateIp),
    account,
  };
}

const locked = 409;

/** @param secrets must not be shown, should Marathon quote them */
export function resultOf(
  decision: Pick<Decision, 'key'>,
  answer: ChangeAnswer,
  secrets: readonly string[],
  who = 'Marathon',
): ActionResult | undefined {
  switch (answer.outcome) {
    case 'accepted':
      return undefined;
    case 'unanswered':
      return failed(decision, 'DependencyUnavailable', `${who} does not answer (status ${answer.status})`);
    case 'refused': {
      const message = `${who} refuses with ${answer.status}: ${withoutSecrets(answer.message, secrets)}`;
      return failed(decision, answer.status === locked ? 'Conflict' : 'InvalidInput', message);
    }
  }
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== '').reduce((rest, secret) => rest.replaceAll(secret, '********'), text);
}
