import type { ErrorName } from '../contracts/error-names.ts';
import {
  isCapacityCode,
  isForbiddenCode,
  isInvalidInputCode,
  isNotYetVisibleCode,
  isThrottlingCode,
} from './errors.ts';

/** Our name for a code in a fleet's list of errors, where there is no exception to translate. */
export function fleetErrorName(code: string): ErrorName {
  if (isCapacityCode(code)) return 'CapacityUnavailable';
  if (isThrottlingCode(code)) return 'Throttled';
  if (isNotYetVisibleCode(code)) return 'NotYetVisible';
  if (isForbiddenCode(code)) return 'Forbidden';
  return isInvalidInputCode(code) ? 'InvalidInput' : 'DependencyUnavailable';
}
