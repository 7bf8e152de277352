import { BOUNDS } from '../functions/abandonment/bounds.ts';
import { faultLine } from './errors.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** An error of the SDK, as far as it says what it is. */
interface Said {
  name: string;
  code: string;
  text: string;
}

/** What a kind of error is known by, and what helps. */
interface Known {
  is: (fault: Said) => boolean;
  helps: (fault: Said, env: Variables) => string;
}

const SSO = /\bsso\b|aws sso login|Token is expired/i;
/** What the services call credentials that they do not know, or know no more. */
const REFUSED = [
  ...['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidSignatureException'],
  ...['SignatureDoesNotMatch', 'IncompleteSignature', 'MissingAuthenticationToken'],
];
const EXPIRED = ['ExpiredTokenException', 'ExpiredToken', 'RequestExpired'];
const DENIED = ['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'AuthorizationErrorException'];
const UNREACHED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'EHOSTUNREACH'];
const THROTTLED = [
  ...['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded'],
  'ProvisionedThroughputExceededException',
];

const login = ({ AWS_PROFILE: profile }: Variables): string =>
  profile ? `aws sso login --profile ${profile}` : 'aws sso login';

const KNOWN: readonly Known[] = [
  {
    is: ({ name, text }) => /^(CredentialsProviderError|TokenProviderError)$/.test(name) && SSO.test(text),
    helps: (_, env) => `the login of AWS SSO is over: \`${login(env)}\`, then run the command again`,
  },
  {
    is: ({ name }) => name === 'CredentialsProviderError' || name === 'TokenProviderError',
    helps: (_, { AWS_PROFILE: profile }) =>
      profile
        ? `the AWS profile '${profile}' gives no credentials: look for it in ~/.aws/config, or name another in AWS_PROFILE`
        : 'there are no AWS credentials: set AWS_PROFILE, log in with `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  },
  {
    is: ({ name }) => EXPIRED.includes(name),
    helps: (_, env) => `the AWS credentials are no longer valid: get new ones (\`${login(env)}\`)`,
  },
  {
    is: ({ name }) => REFUSED.includes(name),
    helps: ({ name }) =>
      `AWS does not take these credentials (${name}): are the keys whole, of this partition, and is the clock right?`,
  },
  { is: ({ name }) => DENIED.includes(name), helps: denied },
  {
    is: ({ text }) => /^region is missing/i.test(text),
    helps: () => 'no region is set; set AWS_REGION, or AWS_PROFILE to a profile that has one',
  },
  { is: ({ name, code }) => UNREACHED.includes(code) || name === 'TimeoutError', helps: unreached },
  {
    is: ({ name }) => THROTTLED.includes(name),
    helps: ({ name }) => `AWS takes no more requests just now (${name}): try again in a minute`,
  },
];

/**
 * What an error of AWS means to whoever typed the command, and what helps; undefined of any other error.
 *
 * @param env where credentials, region and endpoint come from
 */
export function awsProblem(error: unknown, env: Variables): string | undefined {
  const fault = saidBy(error);
  return fault && KNOWN.find(({ is }) => is(fault))?.helps(fault, env);
}

/** What the credentials may not do (`sqs:receivemessage on ARN`), as AWS says it; undefined of any other error. */
export function deniedBy(error: unknown): string | undefined {
  const fault = saidBy(error);
  return fault && DENIED.includes(fault.name) ? deniedIn(fault.text).what : undefined;
}

function saidBy(error: unknown): Said | undefined {
  if (!(error instanceof Error)) return undefined;
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  const code = [error, first].map((cause) =>
    cause instanceof Error && 'code' in cause ? String(cause.code) : '',
  );
  return {
    name: error.name,
    code: code.find((found) => found !== '') ?? '',
    text: faultLine(first ?? error),
  };
}

/** `User: ARN is not authorized to perform: ACTION on resource: ARN because ...`. */
function denied({ text }: Said): string {
  const { action, who = 'these credentials', what } = deniedIn(text);
  const parameter =
    action === 'ssm:GetParameter' ? ' (is the stage named rightly, and in this account and region?)' : '';
  return `${who} may not do ${what}${parameter}: attach the stage's policy for operators (docs/operators.md)`;
}

function deniedIn(text: string): { action: string | undefined; who: string | undefined; what: string } {
  const searched = text.slice(0, BOUNDS.searched.most);
  const action = /not authorized to perform: (\S+)/.exec(searched)?.[1];
  const resource = /on resource: (\S+)/.exec(searched)?.[1];
  const who = /User: (\S+)/.exec(searched)?.[1];
  const what = action === undefined ? text : `${action}${resource === undefined ? '' : ` on ${resource}`}`;
  return { action, who, what };
}

function unreached({ code, name, text }: Said, env: Variables): string {
  const why = code || name;
  if (env.AWS_ENDPOINT_URL)
    return `nobody answers at ${env.AWS_ENDPOINT_URL}, which AWS_ENDPOINT_URL names (${why}): start what is to answer there, or unset the variable`;
  return `AWS cannot be reached (${why}: ${text}): is there a network, a proxy, and is the region ${env.AWS_REGION ?? 'of the profile'} right?`;
}
