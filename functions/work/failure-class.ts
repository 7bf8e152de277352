/** What a failure means for the work: `bug` where nothing better is known. */
export type FailureClass =
  /** It passes by itself: throttling, a time-out, a 5xx, somebody else was first. */
  | 'retryable'
  /** Nobody's work would succeed: permission, a missing resource, an account that may not send. Feeds the breaker. */
  | 'environment'
  /** No new attempt at this item mends it. */
  | 'permanent'
  | 'bug';

/** An attempt that lasted through so many receives is no longer a fault that passes. */
const PASSING_ATTEMPTS = 3;

const RETRYABLE =
  /Throttl|TooManyRequests|ThroughputExceeded|RequestLimitExceeded|TransactionConflict|TransactionInProgress|TransactionCanceled|ServiceUnavailable|InternalServer|InternalFailure|SlowDown|Timeout|TableBusy/i;
const ENVIRONMENT =
  /AccessDenied|NotAuthorized|Unauthorized|UnrecognizedClient|ExpiredToken|InvalidSignature|Credentials|TokenProvider|ResourceNotFound|QueueDoesNotExist|NonExistentQueue|NotFoundException|KMS/i;
const CUT = /^(ETIMEDOUT|ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_)/;
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** The class of an error that was thrown, by its name, its system code and the status of a service's answer. */
export function classOf(error: unknown, attempt: number): FailureClass {
  return lastingClass(passingClassOf(error), attempt);
}

/**
 * What a failure means at an attempt: one that should pass by itself and lasts through so many receives is one of the
 * environment, so that a dependency that throttles or an answer of "later" for ever feeds the breaker, too.
 */
export function lastingClass(failure: FailureClass, attempt: number): FailureClass {
  return failure === 'retryable' && attempt > PASSING_ATTEMPTS ? 'environment' : failure;
}

/**
 * The item itself is what the table refuses, or would: a row or key that is too large, or of too many levels. No other
 * item fails for it.
 */
const REFUSED_ROW = 'RowRefused';

/** So many causes are followed: an error may be its own. */
const MOST_CAUSES = 10;

/** Work that can never be done, as whoever does it knows: thrown, it is given up at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

function passingClassOf(error: unknown, causes = MOST_CAUSES): FailureClass {
  const { name, code, $metadata } = fieldsOf(error);
  if (name === REFUSED_ROW || name === 'PermanentFailure') return 'permanent';
  if (UNREACHABLE.test(code) || ENVIRONMENT.test(name)) return 'environment';
  if (CUT.test(code) || RETRYABLE.test(name)) return 'retryable';
  const status = fieldsOf($metadata).httpStatusCode;
  if (typeof status === 'number') return status >= 500 || status === 429 ? 'retryable' : 'environment';
  const { cause } = fieldsOf(error);
  return cause === undefined || causes === 0 ? 'bug' : passingClassOf(cause, causes - 1);
}

interface Fields {
  name: string;
  code: string;
  cause: unknown;
  $metadata: unknown;
  httpStatusCode: unknown;
}

function fieldsOf(value: unknown): Fields {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<keyof Fields, unknown>
  >;
  return {
    name: typeof fields.name === 'string' ? fields.name : '',
    code: typeof fields.code === 'string' ? fields.code : '',
    cause: fields.cause,
    $metadata: fields.$metadata,
    httpStatusCode: fields.httpStatusCode,
  };
}
