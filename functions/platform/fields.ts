import * as z from 'zod/mini';
import { BOUNDS, EARLIEST } from '../abandonment/bounds.ts';
import { MOST_OWNERS, ownersProblem } from '../abandonment/owners.ts';
import { dataPlaneProblem, taskIdProblem } from '../abandonment/policy-scope.ts';
import { SHARD_STATUSES, TASK_KINDS } from '../abandonment/task.ts';
import { parseInstant } from '../abandonment/time.ts';
import { normaliseAddress } from './addresses.ts';
import { EVENT_VERSION } from './event-version.ts';

// The form alone; days that the month does not have are found by `parseInstant`.
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** No check after it looks at a text that is longer. */
const upTo = (most: number) => z.maxLength(most, { abort: true });

/** An RFC 3339 text with a zone, read as epoch milliseconds. */
export const instantField = z.pipe(
  z.string().check(upTo(BOUNDS.instant.most), z.regex(INSTANT)),
  z.transform((text: string, context) => {
    const instant = parseInstant(text);
    if (instant !== undefined && instant >= EARLIEST) return instant;
    const message = instant === undefined ? 'is no instant of the calendar' : 'lies before 1970';
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  }),
);

/** A text that a check may refuse with a reason. */
function textField(max: number, problem: (text: string) => string | undefined) {
  return z.string().check(z.minLength(1, { abort: true }), upTo(max), (context) => {
    const message = problem(context.value);
    if (message) context.issues.push({ code: 'custom', message, input: context.value });
  });
}

export const taskIdField = textField(BOUNDS.taskId.most, taskIdProblem);

/** The name of a data plane. */
export const dataPlaneField = textField(BOUNDS.dataPlane.most, dataPlaneProblem);

/** A name that is compared or counted, never parsed. */
export const nameField = z.string().check(upTo(BOUNDS.name.most));

/** A mail address in its stored form: trimmed and in lower case. */
const addressField = z.pipe(
  z.string().check(z.minLength(3), upTo(BOUNDS.address.most)),
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
    description: 'Who is notified. At most 1,000, and 64 KB of addresses together.',
    maxItems: MOST_OWNERS,
  });

export const kindField = z.enum(TASK_KINDS);

/** A version or a number of ours: a whole number from 0. */
export const countField = z.int().check(z.minimum(0));

/** A running total of restarts. */
export const totalField = z.int().check(z.minimum(0), z.maximum(BOUNDS.restarts.most));

export const shardsField = z
  .array(z.object({ id: nameField, status: z.enum(SHARD_STATUSES) }))
  .check(z.maxLength(BOUNDS.shards.most));

/** Of an event: the one that this code reads. */
export const eventVersionField = z.literal(EVENT_VERSION).register(z.globalRegistry, {
  description: 'The version of this event. It is raised only by changes that an older reader cannot ignore.',
});

/** Of a task. */
export const taskVersionField = z.int().check(z.minimum(0)).register(z.globalRegistry, {
  description: 'The version of the task in the owning system; it rises with each publication.',
});

/** Of a request to a control plane. */
export const requestIdField = z
  .string()
  .check(z.maxLength(BOUNDS.requestId.most))
  .register(z.globalRegistry, { description: 'The name of the request; asking again keeps it.' });
