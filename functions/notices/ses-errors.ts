import type { SendResult } from '../platform/ports.ts';
import { clip, visible } from './escape.ts';

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
const BAD_ADDRESS = [
  /(illegal|invalid) (email )?address/i,
  /missing (final '@domain'|domain|local|start|end|'[<>]')/i,
  /\b(local address|local name|domain|user name)\b.*\b(contains|starts|ends|missing|too long)\b/i,
  /extra route-addr/i,
  /blacklisted|suppress/i,
];

const UNVERIFIED = /(not|un) ?verified|sandbox|identities failed the check/i;
const NAMES_THE_ADDRESS = /\baddress(es)?\b|blacklisted|suppress/i;

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

function rejection(fault: Fault): SendResult {
  const aboutRecipient = !UNVERIFIED.test(fault.message) && NAMES_THE_ADDRESS.test(fault.message);
  return refused(aboutRecipient ? 'recipient' : 'environment', fault);
}

/**
 * What became of a mail whose sending failed (design.md section 7): by code and text, for SES uses one code
 * for several causes. What cannot be shown to be surely unsent is `unknown`, for it may have been sent. An
 * address is blamed only where the answer speaks of the recipient's; an unverified one is the sandbox, never
 * its owner's fault.
 */
export function classifySesError(error: unknown): SendResult {
  const fault = faultOf(error);
  if (neverLeft(fault)) return refused('environment', fault);
  if (QUOTA.test(fault.message)) return refused('environment', fault);
  if (THROTTLED.test(fault.code) || RATE.test(fault.message)) return refused('rate', fault);
  if (!fault.answeredNo) return unknown(fault);
  if (fault.code === 'MessageRejected') return rejection(fault);
  const badAddress = INVALID.test(fault.code) && BAD_ADDRESS.some((pattern) => pattern.test(fault.message));
  return refused(badAddress ? 'recipient' : 'environment', fault);
}
