import * as z from 'zod/mini';
import { MOST_OWNERS, ownersProblem } from '../abandonment/owners.ts';
import { dataPlaneProblem, MAX_ID_BYTES, taskIdProblem } from '../abandonment/policy-scope.ts';
import { SHARD_STATUSES, TASK_KINDS } from '../abandonment/task.ts';
import { parseInstant } from '../abandonment/time.ts';
import { normaliseAddress } from '../notices/addresses.ts';

// The form alone; days that the month does not have are found by `parseInstant`.
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const LONGEST_NAME = 128;

/** An RFC 3339 text with a zone, read as epoch milliseconds. */
export const instantField = z.pipe(
  z.string().check(z.regex(INSTANT)),
  z.transform((text: string, context) => {
    const instant = parseInstant(text);
    if (instant !== undefined) return instant;
    context.issues.push({ code: 'custom', message: 'is no instant of the calendar', input: text });
    return z.NEVER;
  }),
);

/** A text that a check may refuse with a reason. */
function textField(max: number, problem: (text: string) => string | undefined) {
  return z.string().check(z.minLength(1), z.maxLength(max), (context) => {
    const message = problem(context.value);
    if (message) context.issues.push({ code: 'custom', message, input: context.value });
  });
}

export const taskIdField = textField(MAX_ID_BYTES, taskIdProblem);

/** The name of a data plane. */
export const dataPlaneField = textField(LONGEST_NAME, dataPlaneProblem);

/** A mail address in its stored form: trimmed and in lower case. */
export const addressField = z.pipe(
  z.string().check(z.minLength(3), z.maxLength(320)),
  z.transform((text: string, context) => {
    const address = normaliseAddress(text);
    if (address !== undefined) return address;
    context.issues.push({
      code: 'custom',
      message: 'is no mail address; allowed: a plain address such as "ana@example.com"',
      input: text,
    });
    return z.NEVER;
  }),
);

/** The owners of one task: a limited number, so that its row keeps within its limits. */
export const ownersField = z
  .array(addressField)
  .check((context) => {
    const message = ownersProblem(context.value);
    if (message) context.issues.push({ code: 'custom', message, input: context.value });
  })
  .register(z.globalRegistry, {
    description: 'Who is told. At most 1,000, and 64 KB of addresses together.',
    maxItems: MOST_OWNERS,
  });

export const kindField = z.enum(TASK_KINDS);

/** A running total or a version: a whole number from 0. */
export const countField = z.int().check(z.minimum(0));

export const shardsField = z.array(z.object({ id: z.string(), status: z.enum(SHARD_STATUSES) }));
