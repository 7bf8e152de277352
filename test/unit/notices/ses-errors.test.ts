import { MessageRejected } from '@aws-sdk/client-ses';
import { describe, expect, it } from 'vitest';
import { classifySesError } from '../../../functions/notices/ses-errors.ts';

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
