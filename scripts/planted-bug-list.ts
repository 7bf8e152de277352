/** A fault that the suites must find. */
export interface PlantedBug {
  name: string;
  /** What is replaced; each text must stand in its file. */
  edits: { file: string; from: string; to: string }[];
}

/** One for each kind of fault that a promise forbids; a text that is gone is found by a test. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'retention counts from the beginning instead of the end',
    edits: [
      {
        file: 'functions/store/alerts.ts',
        from: "endingOf('alerts', record.resolvedAt)",
        to: "endingOf('alerts', record.firedAt)",
      },
    ],
  },
  {
    name: 'a deleted task goes while a keep of it holds',
    edits: [
      {
        file: 'functions/store/tasks.ts',
        from: 'return Math.max(deletedAt, keep?.until ?? deletedAt);',
        to: 'return keep ? deletedAt : deletedAt;',
      },
    ],
  },
  {
    name: 'the clocks of parked tasks run on',
    edits: [
      {
        file: 'functions/store/fleet-view.ts',
        from: "if (plane.state !== 'up') spans.push(",
        to: "if (plane.state !== 'up' && plane.state !== 'deleted') spans.push(",
      },
    ],
  },
  {
    name: 'what an owning system refuses is asked for with each scan',
    edits: [{ file: 'functions/abandonment/refused.ts', from: 'now < until &&', to: 'now < 0 &&' }],
  },
  {
    name: 'a refusal that comes by an event is not taken in',
    edits: [
      {
        file: 'functions/disabling/refusals.ts',
        from: '!isDisabling(record) || !answersNewest(record, heard)',
        to: '!isDisabling(record) || answersNewest(record, heard)',
      },
    ],
  },
  {
    name: 'an act of a stranger counts',
    edits: [
      {
        file: 'functions/owner-page/entitlement.ts',
        from: 'task.deletedAt === undefined && (isOwner(task)',
        to: 'true || (isOwner(task)',
      },
    ],
  },
  {
    name: 'a mail is acknowledged before it is sent',
    edits: [
      {
        file: 'functions/notices/send/send-digest.ts',
        from: 'return recordAnswer(system, view, digest, channel, await ready.send(), delivery);',
        to: "await recordAccepted(system, view, digest.id, digest.id); await ready.send(); return 'sent';",
      },
    ],
  },
  {
    name: '`>` for `>=` at warnAfter',
    edits: [
      {
        file: 'functions/abandonment/decide.ts',
        from: 'this.counted >= this.taskCase.policy.warnAfter',
        to: 'this.counted > this.given.policy.warnAfter',
      },
    ],
  },
  {
    name: 'disabled one hour early',
    edits: [
      {
        file: 'functions/abandonment/decide.ts',
        from: 'view.now >= deadline.disableAt;',
        to: 'view.now >= deadline.disableAt - 3_600_000;',
      },
      {
        file: 'functions/abandonment/decide.ts',
        from: 'return Math.min(...next, deadline.disableAt);',
        to: 'return Math.min(...next, deadline.disableAt - 3_600_000);',
      },
    ],
  },
  {
    name: 'a mail is claimed without its condition',
    edits: [
      {
        file: 'functions/notices/send/send-digest.ts',
        from: '[recipientWrite(claimed)]',
        to: '[(({ if: _, ...write }: any) => write)(recipientWrite(claimed))]',
      },
    ],
  },
  {
    name: 'attempts are reset when a message is queued again',
    edits: [
      {
        file: 'functions/work/pipeline.ts',
        from: 'const delaySeconds = retryDelaySeconds(attemptNumber(delivery),',
        to: 'const delaySeconds = retryDelaySeconds(1,',
      },
      {
        file: 'functions/notices/send/send-digest.ts',
        from: 'const delaySeconds = retryDelaySeconds(delivery.receiveCount,',
        to: 'const delaySeconds = retryDelaySeconds(1,',
      },
    ],
  },
  {
    name: 'the interval of an outage is not subtracted',
    edits: [
      {
        file: 'functions/store/fleet-view.ts',
        from: "if (plane.state !== 'up') spans.push(",
        to: "if (plane.state === ('never' as string)) spans.push(",
      },
      {
        file: 'functions/store/fleet-view.ts',
        from: "plane.unknown.map((span) => ({ ...span, why: 'data-plane' }))",
        to: "plane.unknown.slice(0, 0).map((span) => ({ ...span, why: 'data-plane' }))",
      },
    ],
  },
  {
    name: 'a reminder step is taken for done without its date',
    edits: [
      {
        file: 'functions/abandonment/decide.ts',
        from: '&& deadline.disableAt - step.deadline < REARM_AFTER',
        to: '&& REARM_AFTER > 0',
      },
    ],
  },
  {
    name: 'the disable worker does not decide again',
    edits: [
      {
        file: 'functions/disabling/disable.ts',
        from: "if (decision.answer !== 'disable') return { verdict: decision.reason };",
        to: '',
      },
    ],
  },
  {
    name: 'the outbox mark is cleared before the send',
    edits: [
      {
        file: 'functions/episodes/disabling.ts',
        from: "next: { at, why: 'look' } };",
        to: 'next: null };',
      },
    ],
  },
  {
    name: 'a bounce that comes before the record is ignored',
    edits: [
      {
        file: 'functions/notices/send/record-digest.ts',
        from: "  if ('dead' in news) {\n    await recordSuppression(",
        to: "  if ('dead' in news) {\n    if ((await loadDigest(system.table, id))?.state === 'sending') return;\n    await recordSuppression(",
      },
    ],
  },
  {
    name: 'a disabled notice is written on the request',
    edits: [
      {
        file: 'functions/disabling/disable.ts',
        from: "    case 'requested':\n      return {",
        to: "    case 'requested':\n      await confirmDisabled(system, { task: record.task.id, version: record.task.version, at: system.clock.now() });\n      return {",
      },
    ],
  },
  {
    name: 'what did not fit is marked as sent',
    edits: [
      {
        file: 'functions/notices/render/mail-of.ts',
        from: 'for (const item of left) byFacts.delete(item);',
        to: 'void left;',
      },
    ],
  },
  {
    name: 'a suppressed address is warned again',
    edits: [
      {
        file: 'functions/store/fleet-view.ts',
        from: 'alive: !record?.dead',
        to: 'alive: true || !record?.dead',
      },
      {
        file: 'functions/notices/send/notify.ts',
        from: 'if (recipient.dead) return',
        to: "if (recipient.address === 'nobody' && recipient.dead) return",
      },
    ],
  },
  {
    name: 'a pause is ignored by the worker',
    edits: [
      {
        file: 'functions/disabling/disable.ts',
        from: 'const decision = decide(taskCase, system.clock.now());',
        to: 'const decision = decide({ ...taskCase, pauses: { evaluate: false, notify: false, disable: false } }, system.clock.now());',
      },
    ],
  },
  {
    name: 'an approval is ignored by the worker',
    edits: [
      {
        file: 'functions/disabling/disable.ts',
        from: 'const taskCase = await view.caseOf(asBeforeDisabling(record));',
        to: 'const { open } = asBeforeDisabling(record);\n  const taskCase = await view.caseOf({ ...record, open: { ...open, ...(open.brake ? { brake: { heldAt: open.brake.heldAt } } : {}) } });',
      },
    ],
  },
  {
    name: 'a recipient is blamed by the word address',
    edits: [
      {
        file: 'functions/notices/ses/ses-errors.ts',
        from: "if (code === 'MessageRejected') return LISTED.has(words);",
        to: "if (code === 'MessageRejected') return words.includes('address');",
      },
    ],
  },
  {
    name: 'a reversal by a system is not held',
    edits: [
      {
        file: 'functions/abandonment/reverted.ts',
        from: 'return enabledAt - disabledAt <= REVERTED_WITHIN;',
        to: 'return enabledAt - disabledAt < 0 * REVERTED_WITHIN;',
      },
    ],
  },
  {
    name: 'a foreign event is taken',
    edits: [
      {
        file: 'functions/notices/feedback/whose-mail.ts',
        from: "return recipient.sending === null ? undefined : 'unsettled';",
        to: 'return recipient.sending === null ? last : await loadDigest(table, recipient.sending);',
      },
    ],
  },
  {
    name: 'a quiet day holds nothing',
    edits: [
      {
        file: 'functions/abandonment/quiet-hours.ts',
        from: 'quietUntil(quietHours, at) ?? quietDayUntil(quietDays, at);',
        to: 'quietUntil(quietHours, at) ?? (at < 0 ? quietDayUntil(quietDays, at) : null);',
      },
    ],
  },
  {
    name: 'a spell of a second is taken for recovery',
    edits: [
      {
        file: 'functions/abandonment/healthy-spells.ts',
        from: 'return since === undefined || at - since >= policy.minHealthy;\n}\n\n/** Whether it is alive, and',
        to: 'return since === undefined || at - since >= Math.min(policy.minHealthy, 1_000);\n}\n\n/** Whether it is alive, and',
      },
    ],
  },
  {
    name: 'the breaker closes on the probe alone',
    edits: [
      {
        file: 'functions/breaker/run.ts',
        from: "return pausedByOperator ? 'passed' : tryMessages(",
        to: "return pausedByOperator || !pausedByOperator ? 'passed' : tryMessages(",
      },
    ],
  },
  {
    name: 'a deadline is marked as announced without saying which',
    edits: [
      {
        file: 'functions/abandonment/deadlines.ts',
        from: 'return mark !== undefined && (mark.deadline === deadline || mark.moves === moves);',
        to: 'return mark !== undefined && (true || mark.deadline === deadline || mark.moves === moves);',
      },
    ],
  },
  {
    name: 'a job is stopped at a deadline that nobody was told of',
    edits: [
      {
        file: 'functions/abandonment/deadlines.ts',
        from: 'if (accepted.length === 0) return null;',
        to: 'if (accepted.length === 0) return { disableAt: deadline, after: stopNotice };',
      },
    ],
  },
  {
    name: 'a webhook is called twice at once',
    edits: [
      {
        file: 'functions/webhooks/deliver.ts',
        from: 'if (webhook.lease && now < webhook.lease.until) return',
        to: 'if (webhook.lease && now < 0) return',
      },
    ],
  },
];
