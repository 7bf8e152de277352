import { describe, expect, it } from 'vitest';
import { awsProblem } from '../../../cli/aws-problems.ts';
import { run } from '../../../cli/program.ts';

/** An error as the SDK throws it. */
const thrown = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

const DENIED = thrown(
  'AccessDeniedException',
  'User: arn:aws:sts::123456789012:assumed-role/dev/ana is not authorized to perform: dynamodb:PutItem on ' +
    'resource: arn:aws:dynamodb:eu-west-1:123456789012:table/t because no identity-based policy allows the action',
);
const REFUSED = thrown('Error', 'connect ECONNREFUSED 127.0.0.1:9', { code: 'ECONNREFUSED' });

describe('errors of AWS', () => {
  it.each<[string, Error, Record<string, string>, string]>([
    [
      'no credentials',
      thrown('CredentialsProviderError', 'Could not load credentials from any providers'),
      {},
      'there are no AWS credentials: set AWS_PROFILE, log in with `aws sso login`, or set AWS_ACCESS_KEY_ID',
    ],
    [
      'a profile without any',
      thrown('CredentialsProviderError', 'Could not load credentials from any providers'),
      { AWS_PROFILE: 'ops' },
      "the AWS profile 'ops' gives no credentials",
    ],
    [
      'a login that is over',
      thrown(
        'CredentialsProviderError',
        "The SSO session associated with this profile has expired. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
      ),
      { AWS_PROFILE: 'ops' },
      'the login of AWS SSO is over: `aws sso login --profile ops`',
    ],
    [
      'a token that is over',
      thrown('ExpiredTokenException', 'The security token included in the request is expired'),
      {},
      'the AWS credentials are no longer valid: get new ones (`aws sso login`)',
    ],
    [
      'keys that are unknown',
      thrown('UnrecognizedClientException', 'The security token included in the request is invalid.'),
      {},
      'AWS does not take these credentials (UnrecognizedClientException)',
    ],
    [
      'what is not allowed',
      DENIED,
      {},
      'arn:aws:sts::123456789012:assumed-role/dev/ana may not do dynamodb:PutItem on arn:aws:dynamodb:eu-west-1:123456789012:table/t: attach',
    ],
    ['no region', thrown('Error', 'Region is missing'), {}, 'no region is set; set AWS_REGION'],
    [
      'nobody at the endpoint',
      REFUSED,
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      'nobody answers at http://127.0.0.1:9, which AWS_ENDPOINT_URL names (ECONNREFUSED)',
    ],
    [
      'attempts that all failed',
      Object.assign(new AggregateError([REFUSED], ''), { code: 'ECONNREFUSED' }),
      {},
      'AWS cannot be reached (ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9)',
    ],
    [
      'no network',
      thrown('Error', 'getaddrinfo ENOTFOUND ssm.eu-west-9.amazonaws.com', { code: 'ENOTFOUND' }),
      { AWS_REGION: 'eu-west-9' },
      'AWS cannot be reached (ENOTFOUND: getaddrinfo ENOTFOUND ssm.eu-west-9.amazonaws.com): is there a network, a proxy, and is the region eu-west-9 right?',
    ],
    [
      'too many requests',
      thrown('ThrottlingException', 'Rate exceeded'),
      {},
      'AWS takes no more requests just now',
    ],
  ])('%s: what it means and what helps', (_, error, env, words) => {
    expect(awsProblem(error, env)).toContain(words);
  });

  it('leave other errors as they are', () => {
    expect(awsProblem(new Error('the scanner failed'), {})).toBeUndefined();
    expect(awsProblem('text', {})).toBeUndefined();
  });

  it('end a command with one line and no stack', async () => {
    let err = '';
    const code = await run(['admins', 'list'], {
      open: () => Promise.reject(DENIED),
      stdin: (async function* () {})(),
      stdout: { write: () => {} },
      stderr: { write: (text: string) => (err += text) },
      env: {},
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*may not do dynamodb:PutItem.*\n$/);
  });
});
