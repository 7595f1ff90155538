/**
 * Translation of SDK errors: by code (the SDK's `name`), then `$fault`, then HTTP status; never by message text. Nobody but
 * adapters looks at SDK errors. What is not known is thrown on as it is.
 */
import {
  CapacityUnavailable,
  Conflict,
  ControlPlaneError,
  DependencyUnavailable,
  Forbidden,
  InvalidInput,
  NotFound,
  Throttled,
} from '../contracts/error-names.ts';

const throttlingCodes: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);
/** A quota of the account on instances is used up, for spot or on demand: no type and no zone helps, the other market may. */
const instanceQuotaCodes = [
  'InstanceLimitExceeded',
  'MaxFleetCountExceeded',
  'MaxSpotFleetRequestCountExceeded',
  'MaxSpotInstanceCountExceeded',
  // EC2 looks at a new account for some minutes before it may launch.
  'PendingVerification',
  'VcpuLimitExceeded',
] as const;
const instanceQuotas: ReadonlySet<string> = new Set(instanceQuotaCodes);
/** No capacity, or a quota of the account is used up: another offering or another time may help. */
const capacityCodes: ReadonlySet<string> = new Set([
  ...instanceQuotaCodes,
  'AddressLimitExceeded',
  'InsufficientAddressCapacity',
  'InsufficientCapacity',
  'InsufficientCapacityOnHost',
  'InsufficientFreeAddressesInSubnet',
  'InsufficientHostCapacity',
  'InsufficientInstanceCapacity',
  'InsufficientReservedInstanceCapacity',
  'InsufficientVolumeCapacity',
  // How a fleet says that a zone does not have the type at all.
  'InvalidFleetConfiguration',
  'NetworkInterfaceLimitExceeded',
  'SecurityGroupLimitExceeded',
  'SpotMaxPriceTooLow',
  'UnfulfillableCapacity',
  'Unsupported',
  'VolumeLimitExceeded',
]);
const notFoundCodes: ReadonlySet<string> = new Set([
  'InvalidAddressID.NotFound',
  'InvalidAllocationID.NotFound',
  'InvalidAssociationID.NotFound',
  'InvalidGroup.NotFound',
  'InvalidInstanceID.NotFound',
  'InvalidLaunchTemplateId.NotFound',
  'InvalidLaunchTemplateName.NotFoundException',
  'InvalidNetworkInterfaceID.NotFound',
  'InvalidPermission.NotFound',
  'NoSuchEntity',
  'NoSuchEntityException',
  'NotFound',
  'ResourceNotFound',
  'ResourceNotFoundException',
]);
const alreadyThereCodes: ReadonlySet<string> = new Set([
  'EntityAlreadyExists',
  'EntityAlreadyExistsException',
  'InvalidGroup.Duplicate',
  'InvalidLaunchTemplateName.AlreadyExistsException',
  'InvalidPermission.Duplicate',
  'ResourceExistsException',
]);
const inUseCodes: ReadonlySet<string> = new Set([
  'DeleteConflict',
  'DeleteConflictException',
  'DependencyViolation',
  'InvalidIPAddress.InUse',
  'InvalidNetworkInterface.InUse',
  'InvalidParameterValue.InUse',
  'ResourceInUse',
]);
const conflictCodes: ReadonlySet<string> = new Set([
  'ConcurrentModification',
  'ConcurrentModificationException',
  'ConditionalCheckFailedException',
]);
const forbiddenCodes: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
]);
/** What a user named that EC2 does not have, or not for this account. */
const invalidInputCodes: ReadonlySet<string> = new Set([
  'InvalidAMIID.Malformed',
  'InvalidAMIID.NotFound',
  'InvalidAMIID.Unavailable',
  // The root disk is smaller than the image, or a volume than its snapshot.
  'InvalidBlockDeviceMapping',
  'InvalidSnapshot.NotFound',
  'InvalidSnapshotID.Malformed',
  // An image of the marketplace that the account has not subscribed to.
  'OptInRequired',
]);
const unavailableCodes: ReadonlySet<string> = new Set([
  'EC2ServiceException',
  'InternalError',
  'InternalFailure',
  'InternalServerError',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'TimeoutError',
  'Unavailable',
]);
/** System errors of the socket, in `error.code`. */
const networkCodes: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
/**
 * What a launch answers while a profile, interface, group or template that was made a moment ago is not visible yet, or while
 * the interface still hangs on the instance before.
 */
const notYetVisibleCodes: ReadonlySet<string> = new Set([
  'InvalidGroup.NotFound',
  'InvalidIamInstanceProfileArn.NotFound',
  'InvalidLaunchTemplateId.NotFound',
  'InvalidLaunchTemplateId.VersionNotFound',
  'InvalidNetworkInterface.InUse',
  'InvalidNetworkInterfaceID.NotFound',
  'InvalidParameterValue',
  'InvalidSecurityGroupID.NotFound',
]);

interface SdkError extends Error {
  readonly $fault?: 'client' | 'server';
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: unknown;
}

/** The service's own code of an error; empty for what is no error. */
export function codeOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
export const isThrottlingCode = (code: string): boolean => throttlingCodes.has(code);
export const isCapacityCode = (code: string): boolean => capacityCodes.has(code);
export const isInstanceQuotaCode = (code: string): boolean => instanceQuotas.has(code);
export const isNotYetVisibleCode = (code: string): boolean => notYetVisibleCodes.has(code);
export const isForbiddenCode = (code: string): boolean => forbiddenCodes.has(code);
export const isInvalidInputCode = (code: string): boolean => invalidInputCodes.has(code);
export const isNotFound = (error: unknown): boolean => notFoundCodes.has(codeOf(error));
export const isAlreadyThere = (error: unknown): boolean => alreadyThereCodes.has(codeOf(error));
export const isInUse = (error: unknown): boolean => inUseCodes.has(codeOf(error));
export const isConditionFailed = (error: unknown): boolean => codeOf(error) === 'ConditionalCheckFailedException';
export const isTokenMismatch = (error: unknown): boolean => codeOf(error) === 'IdempotentParameterMismatch';

function isUnavailable(error: SdkError): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0;
  const network = typeof error.code === 'string' && networkCodes.has(error.code);
  return unavailableCodes.has(error.name) || network || error.$fault === 'server' || status >= 500;
}

type ErrorClass = new (message: string, options: ErrorOptions) => ControlPlaneError;

function classOf(error: SdkError): ErrorClass | undefined {
  const code = error.name;
  if (throttlingCodes.has(code)) return Throttled;
  if (capacityCodes.has(code)) return CapacityUnavailable;
  if (notFoundCodes.has(code)) return NotFound;
  if (conflictCodes.has(code)) return Conflict;
  if (forbiddenCodes.has(code)) return Forbidden;
  if (invalidInputCodes.has(code)) return InvalidInput;
  if (isUnavailable(error)) return DependencyUnavailable;
  return error.$metadata?.httpStatusCode === 429 ? Throttled : undefined;
}

/** @param what the attempted deed in a few words, e.g. `launching a master` */
export function translateError(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof ControlPlaneError) return error;
  const Translated = classOf(error as SdkError);
  if (Translated === undefined) return error;
  return new Translated(`${what} failed: ${error.name}: ${error.message}`, { cause: error });
}

/** Runs a call and translates its error. */
export async function translating<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateError(error, what);
  }
}

/** Runs a call whose failure of the given kind is an answer. @returns whether it went through */
export async function unless(isAnswer: (error: unknown) => boolean, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (isAnswer(error)) return false;
    throw error;
  }
}
