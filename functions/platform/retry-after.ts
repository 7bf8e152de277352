import { type Instant, SECOND } from '../abandonment/time.ts';

/**
 * What `Retry-After` (RFC 9110) asks for, in whole seconds from now: a number of seconds, or a date. Undefined where there
 * is none, or nobody can read it.
 */
export function retryAfterSeconds(header: string | null, now: Instant): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // Dates of HTTP are written out; a number with a sign or a point is none.
  const at = /^[A-Za-z]{3,9}, ?/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / SECOND));
}
