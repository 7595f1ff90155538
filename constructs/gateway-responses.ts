/** What API Gateway answers by itself: the contract's error object, for each of its reasons. */
import { STATUS_CODES } from 'node:http';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { bearerChallenge, refusalMessages } from '../lambdas/contracts/api.ts';

interface Answer {
  readonly status: number;
  /** Literal text, or `$context` variables, which are put in without any escaping. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const { ResponseType } = apigateway;
const internal = 'Internal error; please report it with the request id $context.requestId';
const tooMany = 'Too many requests. Please retry later';
const retryAfter = (seconds: number) => ({ 'Retry-After': `'${seconds}'` });
const challenge = { 'WWW-Authenticate': `'${bearerChallenge}'` };

/**
 * By API Gateway's reason. Every reason is named, so that the status in the body is always that of the answer; the two defaults
 * are for what AWS may add. https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const answers: readonly (readonly [apigateway.ResponseType, Answer])[] = [
  [ResponseType.DEFAULT_4XX, { status: 400, message: 'The request cannot be served as it was sent' }],
  // A function that failed, ran too long or could not be started.
  [ResponseType.DEFAULT_5XX, { status: 500, message: internal }],
  // The authorizer tells why; it refuses nobody who is authenticated.
  [ResponseType.ACCESS_DENIED, { status: 401, message: '$context.authorizer.message', headers: challenge }],
  [ResponseType.UNAUTHORIZED, { status: 401, message: refusalMessages.missing, headers: challenge }],
  [ResponseType.AUTHORIZER_FAILURE, { status: 500, message: internal }],
  [ResponseType.AUTHORIZER_CONFIGURATION_ERROR, { status: 500, message: internal }],
  [ResponseType.API_CONFIGURATION_ERROR, { status: 500, message: internal }],
  // Methods that HTTP does not know, and signatures of AWS, which nobody asks for.
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, { status: 404, message: 'No such path or method' }],
  [ResponseType.RESOURCE_NOT_FOUND, { status: 404, message: 'No such path' }],
  [ResponseType.EXPIRED_TOKEN, { status: 401, message: refusalMessages.expired, headers: challenge }],
  [
    ResponseType.INVALID_SIGNATURE,
    { status: 401, message: 'The signature of the request is not valid', headers: challenge },
  ],
  [ResponseType.INVALID_API_KEY, { status: 403, message: 'The API key is not valid' }],
  [ResponseType.WAF_FILTERED, { status: 403, message: 'A firewall rule refused the request' }],
  [ResponseType.BAD_REQUEST_BODY, { status: 400, message: 'The request body is not valid' }],
  [ResponseType.BAD_REQUEST_PARAMETERS, { status: 400, message: 'The parameters of the request are not valid' }],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, { status: 415, message: 'The content type of the request is not supported' }],
  [ResponseType.REQUEST_TOO_LARGE, { status: 413, message: 'The request is larger than the API takes' }],
  [ResponseType.THROTTLED, { status: 429, message: tooMany, headers: retryAfter(1) }],
  [ResponseType.QUOTA_EXCEEDED, { status: 429, message: tooMany, headers: retryAfter(3600) }],
  [
    ResponseType.INTEGRATION_FAILURE,
    { status: 503, message: 'The service cannot be reached now. Please retry later', headers: retryAfter(5) },
  ],
  [
    ResponseType.INTEGRATION_TIMEOUT,
    { status: 504, message: 'The service did not answer in time. What was asked for may have been done' },
  ],
];

export function addGatewayResponses(restApi: apigateway.RestApi): void {
  for (const [type, { status, message, headers = {} }] of answers) {
    restApi.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(status),
      responseHeaders: {
        'Content-Type': "'application/json;charset=UTF-8'",
        'X-Request-ID': 'context.requestId',
        ...headers,
      },
      templates: { 'application/json': JSON.stringify({ code: status, title: STATUS_CODES[status], message }) },
    });
  }
}
