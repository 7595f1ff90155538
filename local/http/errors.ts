import { AwsError } from '../types.ts';

/** Also recognizes an error of another copy of the module, as test runners make them. */
export function isAwsError(thrown: unknown): thrown is AwsError {
  if (thrown instanceof AwsError) return true;
  const candidate = thrown as Partial<AwsError> | null | undefined;
  return typeof candidate?.code === 'string' && typeof candidate.status === 'number';
}
