/** How each AWS protocol puts answers and errors on the wire. */
import { AwsError, type AwsService } from '../types.ts';
import { element, encodeXml } from './xml.ts';

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface AnswerTo {
  readonly action: string;
  readonly requestId: string;
}

export interface Protocol {
  encode(value: unknown, request: AnswerTo): WireAnswer;
  encodeError(error: AwsError, request: AnswerTo): WireAnswer;
  readonly errors: CommonErrors;
}

/** Errors that every service has, under the names of its protocol. */
export interface CommonErrors {
  unknownKey(): AwsError;
  notSigned(): AwsError;
  accessDenied(message: string): AwsError;
  unknownAction(action: string): AwsError;
  internal(message: string): AwsError;
}

const INVALID_TOKEN = 'The security token included in the request is invalid.';
const NOT_SIGNED = 'Request is missing Authentication Token';

const ec2Errors: CommonErrors = {
  unknownKey: () => new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
  notSigned: () => new AwsError('MissingAuthenticationToken', NOT_SIGNED, 403),
  accessDenied: (message) => new AwsError('UnauthorizedOperation', message, 403),
  unknownAction: (action) => new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`),
  internal: (message) => new AwsError('InternalError', message, 500),
};
const queryErrors: CommonErrors = {
  unknownKey: () => new AwsError('InvalidClientTokenId', INVALID_TOKEN, 403),
  notSigned: () => new AwsError('MissingAuthenticationToken', NOT_SIGNED, 403),
  accessDenied: (message) => new AwsError('AccessDenied', message, 403),
  unknownAction: (action) => new AwsError('InvalidAction', `Could not find operation ${action}`),
  internal: (message) => new AwsError('InternalFailure', message, 500),
};
const jsonErrors: CommonErrors = {
  unknownKey: () => new AwsError('UnrecognizedClientException', INVALID_TOKEN),
  notSigned: () => new AwsError('MissingAuthenticationTokenException', NOT_SIGNED),
  accessDenied: (message) => new AwsError('AccessDeniedException', message),
  unknownAction: (action) => new AwsError('UnknownOperationException', `The operation ${action} is not known here.`),
  internal: (message) => new AwsError('InternalServerError', message, 500),
};
const restErrors: CommonErrors = {
  ...jsonErrors,
  unknownKey: () => new AwsError('UnrecognizedClientException', INVALID_TOKEN, 403),
  accessDenied: (message) => new AwsError('AccessDeniedException', message, 403),
  internal: (message) => new AwsError('ServiceException', message, 500),
};

const XML_HEADERS = { 'content-type': 'text/xml;charset=UTF-8' };

const ec2Query: Protocol = {
  errors: ec2Errors,
  encode: (value, { action, requestId }) => ({
    status: 200,
    headers: XML_HEADERS,
    body: `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${element('requestId', requestId, 'item')}${encodeXml(value, 'item')}</${action}Response>`,
  }),
  encodeError: ({ code, message, status }, { requestId }) => ({
    status,
    headers: XML_HEADERS,
    body: `<Response>${encodeXml({ Errors: { Error: { Code: code, Message: message } }, RequestID: requestId }, 'item')}</Response>`,
  }),
};

const awsQuery: Protocol = {
  errors: queryErrors,
  encode: (value, { action, requestId }) => ({
    status: 200,
    headers: XML_HEADERS,
    body: `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">${element(`${action}Result`, value, 'member')}${encodeXml({ ResponseMetadata: { RequestId: requestId } }, 'member')}</${action}Response>`,
  }),
  encodeError: ({ code, message, status }, { requestId }) => ({
    status,
    headers: XML_HEADERS,
    body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">${encodeXml({ Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message }, RequestId: requestId }, 'member')}</ErrorResponse>`,
  }),
};

/**
 * SQS and CloudWatch moved from the query protocol to JSON; their clients still learn the codes of old from a header, which
 * those of other services do not read.
 */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  InvalidFormatFault: 'InvalidFormat',
  InvalidNextToken: 'InvalidNextToken',
  InvalidParameterCombinationException: 'InvalidParameterCombination',
  InvalidParameterValueException: 'InvalidParameterValue',
  MissingRequiredParameterException: 'MissingParameter',
  ResourceNotFound: 'ResourceNotFound',
  ValidationException: 'ValidationError',
};

const json = (version: '1.0' | '1.1'): Protocol => ({
  errors: jsonErrors,
  encode: (value) => ({
    status: 200,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: JSON.stringify(value ?? {}),
  }),
  encodeError: ({ code, message, status, members }) => ({
    status,
    headers: {
      'content-type': `application/x-amz-json-${version}`,
      'x-amzn-errortype': code,
      ...(QUERY_CODES[code] && { 'x-amzn-query-error': `${QUERY_CODES[code]};Sender` }),
    },
    body: JSON.stringify({ __type: code, message, ...members }),
  }),
});

const restJson: Protocol = {
  errors: restErrors,
  encode: (value) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value ?? {}),
  }),
  encodeError: ({ code, message, status }) => ({
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ Type: status < 500 ? 'User' : 'Service', message }),
  }),
};

export const protocols: Readonly<Record<AwsService['protocol'], Protocol>> = {
  'ec2-query': ec2Query,
  'aws-query': awsQuery,
  'json-1.0': json('1.0'),
  'json-1.1': json('1.1'),
  'rest-json': restJson,
};
