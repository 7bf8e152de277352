import { DAY, type Duration, formatInstant, HOUR, type Instant } from '../../abandonment/time.ts';
import { METRIC } from '../../platform/names.ts';
import {
  answeredAt,
  canaryRoundWrite,
  type FeedbackCanaryRecord,
  loadCanaryRound,
} from '../../store/heard.ts';
import { keys } from '../../store/keys.ts';
import { operatorAlert } from '../../store/operator-alerts.ts';
import { loadPauses, pausesAt, pausesWrite } from '../../store/pauses.ts';
import type { Write } from '../../store/table/table.port.ts';
import { MESSAGE_VERSION } from '../../work/messages.ts';
import { count } from '../evaluate-task.ts';
import { DONE } from '../generator.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';

/** A round begins so long after the one before was answered. */
const EVERY: Duration = DAY;

/** A round that was not answered in this time shows that the feedback path is broken. */
const ANSWERED_WITHIN: Duration = 6 * HOUR;

/** The mails of a round that is not answered are sent again so often: the first may have been lost on their way. */
const SENT_AGAIN_AFTER: Duration = HOUR;

/**
 * The canary of the feedback path (promise 14): a mail each day to the addresses of SES's mailbox simulator that take
 * and that bounce. While SES does not answer, nothing is disabled and no mail of unknown outcome is sent again:
 * nobody knows whether a warning arrived. Both go on `settleAfter` after the answers, so that what waited with
 * them is taken in first.
 */
export const feedbackStep: Step = {
  name: 'feedback',
  async run(run) {
    const silentSince = run.view.pausesRecord.feedbackSilent;
    if (run.system.config.canaries !== true) {
      if (silentSince !== null) await setSilent(run, null);
      return DONE;
    }
    const round = await loadCanaryRound(run.system.table);
    const answered = round ? answeredAt(round) : null;
    if (round && answered === null && run.now - round.since >= ANSWERED_WITHIN) await missed(run, round);
    const { settleAfter } = run.view.policies.global;
    if (silentSince !== null && answered !== null && run.now - answered >= settleAfter) {
      await setSilent(run, null);
    }
    const next = nextRound(run, round, answered);
    if (next) await ask(run, next);
    return DONE;
  },
};

/** The round to ask for now; undefined where none is due. */
function nextRound(
  run: Run,
  round: FeedbackCanaryRecord | undefined,
  answered: Instant | null,
): FeedbackCanaryRecord | undefined {
  const { now } = run;
  if (round && answered === null) {
    return now - round.askedAt >= SENT_AGAIN_AFTER ? { ...round, askedAt: now } : undefined;
  }
  if (round && answered !== null && now - answered < EVERY) return undefined;
  return newRound(`canary-${run.system.random.id(now)}`, now, round?.rev ?? 0);
}

function newRound(id: string, since: Instant, rev: number): FeedbackCanaryRecord {
  const unheard = { sentAt: null, messages: [], deliveredAt: null, bouncedAt: null };
  return { id, since, askedAt: since, ...unheard, rev };
}

async function ask(run: Run, round: FeedbackCanaryRecord): Promise<void> {
  const { table, queues, random } = run.system;
  const stored = await table.transact([canaryRoundWrite(round)], random.id(run.now));
  if (stored.outcome !== 'applied') return;
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'feedback-canary',
    key: round.id,
    notAfter: run.now + SENT_AGAIN_AFTER,
    correlationId: run.id,
  });
  await queues.send('notify', [{ body }]);
  count(run, 'feedbackCanaries');
}

async function missed(run: Run, { since, sentAt }: FeedbackCanaryRecord): Promise<void> {
  const about = { since: formatInstant(since), sentAt: sentAt && formatInstant(sentAt) };
  run.system.telemetry.metric(METRIC.feedbackCanaryMissed, 1, 'Count', about);
  run.system.telemetry.log('error', 'SES does not answer the canary of the feedback path', about);
  if (!run.view.isFeedbackSilent) await setSilent(run, since);
}

/** Begins or ends the hold, for the rest of this scan too, and notifies operators. */
async function setSilent(run: Run, since: Instant | null): Promise<void> {
  const { table, random } = run.system;
  const pauses = { ...(await loadPauses(table)), feedbackSilent: since === null ? null : run.now };
  const alert: Write =
    since === null
      ? { delete: keys.operatorAlert('feedback-canary-missed', 'ses') }
      : operatorAlert('feedback-canary-missed', 'ses', detailOf(since), run.now);
  const stored = await table.transact([pausesWrite(pauses), alert], random.id(run.now));
  if (stored.outcome !== 'applied') return;
  run.view.pausesRecord = pausesAt({ ...pauses, rev: pauses.rev + 1 }, run.now);
}

function detailOf(since: Instant): string {
  return (
    `SES did not say what became of the canary mails of ${formatInstant(since)}: ` +
    'nothing is turned off and no mail of unknown outcome is sent again until it does'
  );
}
