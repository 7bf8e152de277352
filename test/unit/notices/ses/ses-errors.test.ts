import { MessageRejected } from '@aws-sdk/client-ses';
import { describe, expect, it } from 'vitest';
import { classifySesError } from '../../../../functions/notices/ses/ses-errors.ts';

/** As the SDK throws what SES answered. */
function answered(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

function failed(code: string, more: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(`failed: ${code}`), { code, ...more });
}

function causeOf(error: unknown): string {
  const result = classifySesError(error);
  return result.outcome === 'refused' ? result.cause : result.outcome;
}

describe('what SES answered', () => {
  it.each([
    ['rate', 'Throttling', 'Maximum sending rate exceeded.'],
    ['rate', 'ThrottlingException', 'Rate exceeded'],
    ['rate', 'TooManyRequestsException', ''],
    ['environment', 'Throttling', 'Daily message quota exceeded.'],
    ['environment', 'LimitExceededException', 'Daily sending quota exceeded'],
    ['environment', 'AccountSendingPausedException', 'Email sending is disabled for your account'],
    ['environment', 'AccountSendingPaused', 'paused'],
    ['environment', 'ConfigurationSetSendingPausedException', 'paused'],
    ['environment', 'ConfigurationSetDoesNotExist', 'Configuration set <x> does not exist.'],
    ['environment', 'MailFromDomainNotVerifiedException', 'not verified'],
    ['environment', 'AccessDenied', 'User x is not authorized to perform ses:SendRawEmail'],
    ['environment', 'AccessDeniedException', 'not authorized'],
    ['environment', 'ExpiredToken', 'The security token included in the request is expired'],
    ['environment', 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
    ['environment', 'SignatureDoesNotMatch', 'Signature expired: 1 is now earlier than 2'],
    [
      'environment',
      'MessageRejected',
      'Email address is not verified. The following identities failed the check in region EU-WEST-1: ana@acme.test',
    ],
    ['environment', 'MessageRejected', 'Sending suspended for this account.'],
    ['environment', 'MessageRejected', 'Email contains a virus'],
    [
      'environment',
      'MessageRejected',
      'Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.',
    ],
    [
      'environment',
      'MessageRejected',
      'Sending suspended for this account. For more information, please check the inbox of the email address associated with your AWS account.',
    ],
    ['environment', 'MessageRejected', 'Something nobody has seen yet about an address.'],
    ['environment', 'MessageRejected', 'Sending is shut down for the account of this email address.'],
    ['environment', 'MessageRejected', 'Address ana@acme.test may not be mailed today'],
    ['environment', 'MessageRejected', 'The suppression list cannot be read at the moment'],
    ['environment', 'MessageRejected', 'Illegal address'],
    ['environment', 'InvalidParameterValue', 'Address blacklisted.'],
    ['environment', 'InvalidParameterValue', 'Illegal address in the header Reply-To'],
    ['environment', 'InvalidParameterValue', 'Invalid email address<warden@acme.test>.'],
    ['environment', 'InvalidParameterValue', 'The domain name of the return path contains an error'],
    ['environment', 'ValidationError', 'Local address list may not be empty'],
    ['rate', 'Throttling', 'Maximum SigV2 SMTP sending rate exceeded.'],
    ['recipient', 'MessageRejected', 'Address blacklisted.'],
    ['recipient', 'MessageRejected', 'address blacklisted'],
    ['recipient', 'InvalidParameterValue', 'Local address contains illegal character'],
    ['recipient', 'InvalidParameterValue', 'Local address ends with dot'],
    ['recipient', 'InvalidParameterValue', 'Domain contains dot-dot'],
    ['recipient', 'InvalidParameterValue', 'Extra route-addr'],
    ['recipient', 'InvalidParameterValue', 'Invalid domain name'],
    ['recipient', 'MessageRejected', 'Address is on the account suppression list'],
    ['recipient', 'InvalidParameterValue', 'Illegal address'],
    ['recipient', 'InvalidParameterValue', 'Domain contains illegal character'],
    ['recipient', 'InvalidParameterValue', 'Domain contains control or whitespace'],
    ['recipient', 'InvalidParameterValue', 'Domain starts with dot'],
    ['recipient', 'InvalidParameterValue', 'Local address contains control or whitespace'],
    ['recipient', 'InvalidParameterValue', "Missing final '@domain'"],
    ['recipient', 'InvalidParameterValue', 'Missing domain'],
    ['recipient', 'InvalidParameterValue', 'Missing local name'],
    ['environment', 'InvalidParameterValue', 'Invalid MIME Content-Type <x>'],
    ['environment', 'InvalidParameterValue', "Duplicate header 'From'."],
    ['environment', 'InvalidParameterValue', 'Message length is more than 10485760 bytes long: 12000000.'],
  ])('%s: %s %s', (cause, name, message) => {
    expect(causeOf(answered(name, message))).toBe(cause);
  });

  it('is told from the modelled errors of the SDK, too', () => {
    expect(causeOf(new MessageRejected({ message: 'Address blacklisted.', $metadata: {} }))).toBe(
      'recipient',
    );
  });

  it.each([
    ['recipient', 'Invalid email address<ana@acme.test>.'],
    ['recipient', 'Invalid email address ana@acme.test.'],
    ['recipient', 'Invalid domain name: acme.test'],
    ['environment', 'Invalid email address<warden@acme.test>.'],
    ['environment', 'Invalid domain name: platform.test'],
  ])('%s, where it names an address: %s', (cause, message) => {
    const result = classifySesError(answered('InvalidParameterValue', message), 'ana@acme.test');
    expect(result).toMatchObject({ outcome: 'refused', cause });
  });

  it('keeps code and text, on one line and short', () => {
    const result = classifySesError(answered('MessageRejected', `Address\r\n${'x'.repeat(5000)}`));
    expect(result).toMatchObject({ outcome: 'refused', code: 'MessageRejected' });
    expect(result).toHaveProperty('message', expect.stringMatching(/^Address x+…x+$/));
    expect(JSON.stringify(result).length).toBeLessThan(500);
  });
});

describe('a mail that may have gone', () => {
  it.each([
    ['a server fault', answered('InternalFailure', 'Unable to process', 500)],
    ['an unavailable service', answered('ServiceUnavailable', 'Service unavailable', 503)],
    ['a gateway time-out', answered('UnknownError', '', 504)],
    ['a request time-out answered', answered('RequestTimeout', '', 408)],
    [
      'a time-out',
      Object.assign(new Error('a request has exceeded the configured 10 ms requestTimeout.'), {
        name: 'TimeoutError',
      }),
    ],
    ['an abort', Object.assign(new Error('aborted'), { name: 'AbortError' })],
    ['a cut connection', failed('ECONNRESET')],
    ['a broken pipe', failed('EPIPE')],
    [
      'a socket that hung up',
      Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' }),
    ],
    ['an answer that could not be read', new SyntaxError('unexpected token')],
    ['nothing at all', undefined],
    ['a text', 'boom'],
  ])('after %s', (_, error) => {
    expect(causeOf(error)).toBe('unknown');
  });
});

describe('a mail that never left', () => {
  it.each([
    ['a refused connection', failed('ECONNREFUSED', { syscall: 'connect' })],
    [
      'a refused connection to all addresses',
      Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    ],
    ['a name that is not known', failed('ENOTFOUND', { syscall: 'getaddrinfo' })],
    ['a connection that took too long', failed('ETIMEDOUT', { syscall: 'connect' })],
    ['a wrapped refusal', new Error('send failed', { cause: failed('ECONNREFUSED') })],
    [
      'no connection in time',
      Object.assign(
        new Error(
          '@smithy/node-http-handler - the request socket did not establish a connection with the server within the configured timeout of 1 ms.',
        ),
        { name: 'TimeoutError' },
      ),
    ],
    ['a certificate that is not trusted', failed('DEPTH_ZERO_SELF_SIGNED_CERT')],
    [
      'no credentials',
      Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' }),
    ],
  ])('for %s', (_, error) => {
    expect(causeOf(error)).toBe('environment');
  });
});

describe('an address that SES refuses', () => {
  it.each([
    'Address blacklisted.',
    'Address is on the suppression list',
    'Address is on the account suppression list',
    'Address is on the account-level suppression list.',
    'Address is on the global suppression list',
    'Address is on the tenant suppression list',
    ' address IS on the tenant suppression list. ',
  ])('is to blame where it is listed: %s', (message) => {
    expect(causeOf(answered('MessageRejected', message))).toBe('recipient');
    expect(causeOf(answered('InvalidParameterValue', message))).toBe('environment');
  });

  // The wordings of JavaMail's `InternetAddress`, with which SES reads addresses.
  it.each([
    'Domain contains control or whitespace',
    'Domain contains dot-dot',
    'Domain contains illegal character',
    'Domain ends with dot',
    'Domain starts with dot',
    'Empty address',
    'Extra route-addr',
    'Illegal address',
    'Illegal route-addr',
    'Illegal semicolon, not in group',
    'Illegal whitespace in address',
    'Invalid domain name',
    'Invalid email address',
    'Local address contains control or whitespace',
    'Local address contains dot-dot',
    'Local address contains illegal character',
    'Local address ends with dot',
    'Local address starts with dot',
    "Missing '\"'",
    "Missing ')'",
    "Missing '<'",
    "Missing '>'",
    "Missing ']'",
    'Missing domain',
    "Missing final '@domain'",
    'Missing local name',
    'Nested group',
    'Quote not at end of local address',
    'Quote not at start of local address',
    'Unterminated quote',
    'User name is missing.',
  ])('is to blame where it cannot be read: %s', (message) => {
    for (const code of [
      'InvalidParameterValue',
      'InvalidParameter',
      'ValidationError',
      'InvalidParameterValueException',
    ]) {
      expect(causeOf(answered(code, message))).toBe('recipient');
    }
    expect(causeOf(answered('MessageRejected', message))).toBe('environment');
  });

  it.each([
    ['another code that ends so', 'XInvalidParameterValue', 'Illegal address'],
    ['another code that begins so', 'InvalidParameterValues', 'Illegal address'],
    ['a longer text', 'InvalidParameterValue', 'The illegal address'],
    ['nothing', 'InvalidParameterValue', ''],
    ['nothing of a rejection', 'MessageRejected', ''],
    [
      'a text that names the address further on',
      'InvalidParameterValue',
      'Not an invalid email address<ana@acme.test>.',
    ],
    ['a known wording under another code', 'Forbidden', 'Illegal address'],
  ])('is not to blame for %s', (_what, code, message) => {
    const result = classifySesError(answered(code, message), 'ana@acme.test');
    expect(result).toMatchObject({ outcome: 'refused', cause: 'environment' });
  });

  it.each([
    ['recipient', 'Invalid email address <ANA@acme.test>', 'Ana@Acme.test'],
    ['recipient', "Invalid email address<'ana@acme.test'>.", 'ana@acme.test'],
    ['recipient', 'Invalid domain name: acme.test', 'ana@ACME.test'],
    ['environment', 'Invalid email address<ana@acme.test>.', undefined],
    ['environment', 'Invalid email address<acme.test.example>.', 'ana@acme.test'],
  ])('is named by SES: %s for %s to %s', (cause, message, to) => {
    expect(classifySesError(answered('InvalidParameterValue', message), to)).toMatchObject({ cause });
  });
});

describe('an error is read', () => {
  /** Only a code tells this one apart: a throttle. */
  const throttled = (fields: object) => ({ ...fields, $metadata: { httpStatusCode: 400 } });

  it.each<[string, unknown]>([
    ['by its name', throttled({ name: 'Throttling' })],
    [
      'by the code of an answer that the SDK has no class for',
      throttled({ name: 'Error', Code: 'Throttling' }),
    ],
    ['by that code where it has no name', throttled({ Code: 'Throttling' })],
    ['by the code of the system', throttled({ name: 'Error', code: 'Throttling' })],
    ['by SES’s code before the system’s', throttled({ name: 'Error', Code: 'Throttling', code: 'EPIPE' })],
    ['by its text alone', throttled({ message: 'Maximum sending rate exceeded.' })],
    ['by the text of an answer that the SDK has no class for', throttled({ Message: 'Rate exceeded' })],
    ['in any spelling', throttled({ message: 'MAXIMUM SENDING RATE EXCEEDED' })],
    ['as each of the throttles', throttled({ name: 'ThrottledException' })],
    ['as a throttled request', throttled({ name: 'RequestThrottled' })],
    ['as a limit', throttled({ name: 'LimitExceeded' })],
  ])('%s', (_what, error) => {
    expect(causeOf(error)).toBe('rate');
  });

  it.each<[string, unknown]>([
    ['a code that only ends like a throttle', throttled({ name: 'NoThrottling' })],
    ['a code that only begins like one', throttled({ name: 'ThrottlingOff' })],
    ['a quota in any spelling', throttled({ message: 'DAILY MESSAGE QUOTA exceeded' })],
    ['a quota by another text', throttled({ message: 'Sending quota exceeded' })],
    ['the client’s fault, where no status is known', { name: 'Odd', $fault: 'client' }],
    ['the least of the statuses that say no', { $metadata: { httpStatusCode: 400 } }],
    ['the last of them', { $metadata: { httpStatusCode: 499 } }],
    ['a broken call to connect, told by its cause', { cause: { syscall: 'connect', code: 'EPIPE' } }],
    ['a broken look-up of a name', { syscall: 'getaddrinfo' }],
    ['a name that cannot be looked up now', { code: 'EAI_AGAIN' }],
    ['a host out of reach', { code: 'EHOSTUNREACH' }],
    ['a network out of reach', { code: 'ENETUNREACH' }],
    ['a certificate of another name', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
    ['an old certificate', { code: 'CERT_HAS_EXPIRED' }],
    ['an unknown issuer', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }],
    ['one who signed for themselves', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }],
    ['no connection in time, in any spelling', { message: 'Did not Establish a Connection' }],
    ['no credentials from the provider', { name: 'ProviderError' }],
    ['no token', { name: 'TokenProviderError' }],
  ])('as the environment’s fault: %s', (_what, error) => {
    expect(causeOf(error)).toBe('environment');
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a status below those that say no', { $metadata: { httpStatusCode: 399 } }],
    ['a status above them', { $metadata: { httpStatusCode: 500 } }],
    ['a status that is no number', { $metadata: { httpStatusCode: '400' }, $fault: 'client' }],
    ['the server’s fault, where no status is known', { name: 'Odd', $fault: 'server' }],
    ['a code that only ends like a failed connection', { code: 'XECONNREFUSED' }],
    ['a code that only begins like one', { code: 'ECONNREFUSEDX' }],
    ['a code that only contains one of trust', { code: 'X_CERT_HAS_EXPIRED' }],
    ['a call that only ends like one', { syscall: 'reconnect' }],
    ['a call that only begins like one', { syscall: 'connected' }],
    ['a name that only ends like one of credentials', { name: 'NoProviderError' }],
    ['a name that only begins like one', { name: 'ProviderErrors' }],
  ])('as an outcome that nobody knows: %s', (_what, error) => {
    expect(causeOf(error)).toBe('unknown');
  });

  it('is kept in its words: the code of a failed connection before the name of the error', () => {
    const error = Object.assign(new Error('no way'), { name: 'TimeoutError', code: 'ECONNREFUSED' });
    expect(classifySesError(error)).toMatchObject({ code: 'ECONNREFUSED', message: 'no way' });
    expect(classifySesError(failed('ECONNRESET'))).toEqual({
      outcome: 'unknown',
      code: 'ECONNRESET',
      message: 'failed: ECONNRESET',
    });
    expect(classifySesError({})).toMatchObject({ outcome: 'unknown', code: 'Error', message: '' });
    expect(classifySesError(answered('Odd', '', 500))).toMatchObject({ outcome: 'unknown', code: 'Odd' });
  });

  it('is kept short: 100 characters of its code and 300 of its text', () => {
    const result = classifySesError(answered('C'.repeat(1_000), 'm'.repeat(1_000)));
    expect(result).toHaveProperty('code.length', 100);
    expect(result).toHaveProperty('message.length', 300);
  });
});
