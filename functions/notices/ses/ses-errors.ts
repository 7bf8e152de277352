import { domainOf } from '../../platform/addresses.ts';
import { clip, visible } from '../../platform/escape.ts';
import type { SendResult } from '../../platform/ports.ts';

interface Fault {
  /** The code of SES, or the name of the error. */
  code: string;
  /** The system's code of a failed connection: `ECONNREFUSED`. */
  system: string;
  /** The system's call that failed: `connect`. */
  call: string;
  message: string;
  /** Whether SES answered that the request itself is at fault (a 4xx). */
  answeredNo: boolean;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function faultOf(error: unknown): Fault {
  const fields = recordOf(error);
  const cause = recordOf(fields.cause);
  const status = recordOf(fields.$metadata).httpStatusCode;
  const byStatus = typeof status === 'number' && status >= 400 && status < 500 && status !== 408;
  const name = textOf(fields.name);
  return {
    code: name === 'Error' || name === '' ? textOf(fields.Code) || textOf(fields.code) || 'Error' : name,
    system: textOf(fields.code) || textOf(cause.code),
    call: textOf(fields.syscall) || textOf(cause.syscall),
    message: textOf(fields.message) || textOf(fields.Message),
    answeredNo: status === undefined ? fields.$fault === 'client' : byStatus,
  };
}

/** The connection never came to be, or there was nothing to sign with: no byte of the mail has left. */
const NOT_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const NOT_TRUSTED = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_)/;
const BEFORE_SENDING = /^(connect|getaddrinfo)$/;
const NO_CONNECTION_IN_TIME = /did not establish a connection/i;
const NO_CREDENTIALS = /^(CredentialsProviderError|ProviderError|TokenProviderError)$/;

const THROTTLED = /^(Throttling|Throttled|RequestThrottled|TooManyRequests|LimitExceeded)(Exception)?$/;
const RATE = /maximum sending rate|rate exceeded/i;
const QUOTA = /daily (message|sending) quota|sending quota exceeded/i;

const INVALID = /^(InvalidParameterValue|InvalidParameter|ValidationError)(Exception)?$/;

/** `MessageRejected`: nothing else in this answer is about the recipient (an account's pause speaks of an address, too). */
const LISTED = new Set([
  'address blacklisted',
  'address is on the suppression list',
  'address is on the account suppression list',
  'address is on the account-level suppression list',
  'address is on the global suppression list',
  'address is on the tenant suppression list',
]);

/** `InvalidParameterValue`: SES reads addresses with JavaMail, and answers in its words. */
const MALFORMED = new Set([
  'domain contains control or whitespace',
  'domain contains dot-dot',
  'domain contains illegal character',
  'domain ends with dot',
  'domain starts with dot',
  'empty address',
  'extra route-addr',
  'illegal address',
  'illegal route-addr',
  'illegal semicolon, not in group',
  'illegal whitespace in address',
  'invalid domain name',
  'invalid email address',
  'local address contains control or whitespace',
  'local address contains dot-dot',
  'local address contains illegal character',
  'local address ends with dot',
  'local address starts with dot',
  "missing '\"'",
  "missing ')'",
  "missing '<'",
  "missing '>'",
  "missing ']'",
  'missing domain',
  "missing final '@domain'",
  'missing local name',
  'nested group',
  'quote not at end of local address',
  'quote not at start of local address',
  'unterminated quote',
  'user name is missing',
]);

/** Malformed, with the address at fault behind it: the recipient's, the sender's, one to reply to. */
const NAMES_IT = /^invalid (?:email address|domain name)[:\s]*<?'?([^\s<>']+?)'?>?$/;

function refused(cause: 'rate' | 'environment' | 'recipient', fault: Fault): SendResult {
  return { outcome: 'refused', cause, code: codeOf(fault), message: messageOf(fault) };
}

function unknown(fault: Fault): SendResult {
  return { outcome: 'unknown', code: codeOf(fault), message: messageOf(fault) };
}

const codeOf = (fault: Fault): string => clip(visible(fault.system || fault.code), 100);
const messageOf = (fault: Fault): string => clip(visible(fault.message), 300);

function neverLeft(fault: Fault): boolean {
  return (
    NOT_CONNECTED.test(fault.system) ||
    NOT_TRUSTED.test(fault.system) ||
    BEFORE_SENDING.test(fault.call) ||
    NO_CREDENTIALS.test(fault.code) ||
    NO_CONNECTION_IN_TIME.test(fault.message)
  );
}

/** Whether the answer is one of the known wordings by which SES refuses the address of a recipient. */
function blames({ code, message }: Fault, to: string | undefined): boolean {
  const words = message.trim().replace(/\.$/, '').toLowerCase();
  if (code === 'MessageRejected') return LISTED.has(words);
  if (!INVALID.test(code)) return false;
  if (MALFORMED.has(words)) return true;
  const named = NAMES_IT.exec(words)?.[1];
  const recipient = to?.toLowerCase();
  return (
    named !== undefined && recipient !== undefined && (named === recipient || named === domainOf(recipient))
  );
}

/**
 * What became of a mail whose sending failed (docs/rules.md#answers-of-ses): by code and text, for SES uses one code
 * for several causes. What cannot be shown to be surely unsent is `unknown`, for it may have been sent. An
 * address is blamed for a wording of a closed list alone: whatever else SES answers is the environment's fault,
 * never its owner's.
 *
 * @param to whom the mail was for; an answer that names an address blames no other
 */
export function classifySesError(error: unknown, to?: string): SendResult {
  const fault = faultOf(error);
  if (neverLeft(fault)) return refused('environment', fault);
  if (QUOTA.test(fault.message)) return refused('environment', fault);
  if (THROTTLED.test(fault.code) || RATE.test(fault.message)) return refused('rate', fault);
  if (!fault.answeredNo) return unknown(fault);
  return refused(blames(fault, to) ? 'recipient' : 'environment', fault);
}
