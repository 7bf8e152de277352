import * as z from 'zod/mini';
import { ALERT_TYPES, HOLD_REASONS, RESOLVE_REASONS } from '../abandonment/task.ts';
import { OPERATOR_ALERTS } from '../platform/alert-codes.ts';
import type { NewsType } from '../store/webhooks.ts';

/** The version of what webhooks are sent; a change that breaks readers raises it. */
export const WEBHOOK_VERSION = 1;

const instant = z.iso.datetime();

/** What each event says of its task: nothing that names a person. */
const ofTask = {
  /** Its id. */
  task: z.string(),
  /** The first part of the id. */
  tenant: z.string(),
  kind: z.string(),
  dataPlane: z.string(),
  /** The number of its newest episode, or of the one that it is about; 0: it had none. */
  episode: z.int().check(z.minimum(0)),
};

function about<Type extends string, Data extends z.core.$ZodLooseShape>(type: Type, data: Data) {
  return z.object({
    type: z.literal(type),
    version: z.literal(WEBHOOK_VERSION),
    /** When it happened. */
    timestamp: instant,
    data: z.object({ ...ofTask, ...data }),
  });
}

/** What each event says of an operator alert: nothing that names a person, no words of others. */
const ofAlert = {
  /** As in the runbook. */
  code: z.string(),
  /** What its subject is. */
  about: z.enum([...new Set(Object.values(OPERATOR_ALERTS).map((entry) => entry.about))]),
  /** What it is about; null where that is a recipient. */
  subject: z.nullable(z.string()),
  /** The task that it is about, and the first part of its id; null: none. */
  task: z.nullable(z.string()),
  tenant: z.nullable(z.string()),
  /** When it began. */
  since: instant,
};

function alertEvent<Type extends string, Data extends z.core.$ZodLooseShape>(type: Type, data: Data) {
  return z.object({
    type: z.literal(type),
    version: z.literal(WEBHOOK_VERSION),
    timestamp: instant,
    data: z.object({ ...ofAlert, ...data }),
  });
}

/** What a webhook is sent, by type (docs/webhooks.md#events). */
export const WEBHOOK_EVENTS = {
  /** An episode began: it is without an alive status for `warnAfter`. */
  'task.abandoned': about('task.abandoned', { since: instant }),
  /** It outlives a deadline of its own, which is `since`. */
  'task.overdue': about('task.overdue', { since: instant }),
  /** SES took the first warning of a grace. `disableAt`: the date in it; null: it announces none. */
  'task.warned': about('task.warned', { disableAt: z.nullable(instant) }),
  /** A reminder step was reached: its reminders go with the next digests. */
  'task.reminded': about('task.reminded', { disableAt: instant }),
  /** SES took the first notice of a deadline of its own. */
  'task.stopping': about('task.stopping', { deadline: instant }),
  /** Something is due, and does not happen for that reason. */
  'task.held': about('task.held', { reason: z.enum(HOLD_REASONS) }),
  'task.kept': about('task.kept', { until: instant }),
  'task.snoozed': about('task.snoozed', { until: instant }),
  /** The owning system confirmed that it is off. `by`: a person on their page, or Taskwarden at its date. */
  'task.disabled': about('task.disabled', { at: instant, by: z.enum(['person', 'taskwarden']) }),
  /** What we disabled is on again. `undone`: somebody took our disabling back. */
  'task.enabled': about('task.enabled', { undone: z.boolean() }),
  /** An episode is over. */
  'task.resolved': about('task.resolved', {
    alert: z.enum(ALERT_TYPES),
    reason: z.enum(RESOLVE_REASONS),
  }),
  /** Operators are notified of something that began, or that happened. */
  'operator.alert.raised': alertEvent('operator.alert.raised', {}),
  /** Operators are notified that a condition is over. */
  'operator.alert.ended': alertEvent('operator.alert.ended', { endedAt: instant }),
} satisfies Record<NewsType, z.ZodMiniType>;

/** What `taskwarden webhooks test` sends. */
export const TEST_EVENT = z.object({
  type: z.literal('webhook.test'),
  version: z.literal(WEBHOOK_VERSION),
  timestamp: instant,
  data: z.object({ message: z.string() }),
});
