import { DAY, type Duration, formatInstant, type Instant } from '../../abandonment/time.ts';
import { METRIC } from '../../platform/names.ts';
import { loadFeedback } from '../../store/heard.ts';
import { keys } from '../../store/keys.ts';
import { operatorAlert } from '../../store/operator-alerts.ts';
import { writeUnlessRefused } from '../../store/write-unless-refused.ts';
import { DONE } from '../generator.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';

/** After so long without a word of SES on any mail the feedback path is taken for broken. */
const FEEDBACK_WITHIN: Duration = DAY;

/** A feed with life signs is taken for broken after so many times `silentAfter`. */
const SILENCES = 4;

/** Watches what should be heard and is not: SES on the mails it took, and control planes on anything at all. */
export const watchesStep: Step = {
  name: 'watches',
  async run(run) {
    if (run.system.config.canaries !== true) return DONE;
    await watchFeedback(run);
    await watchFeed(run);
    return DONE;
  },
};

async function watchFeedback(run: Run): Promise<void> {
  const { table, telemetry } = run.system;
  const { unansweredSince: unanswered } = await loadFeedback(table);
  if (unanswered === null || run.now - unanswered < FEEDBACK_WITHIN) return;
  telemetry.metric(METRIC.feedbackSilent, 1, 'Count', { since: formatInstant(unanswered) });
  telemetry.log('error', 'SES says nothing of mails that it took', { since: formatInstant(unanswered) });
}

/** Nothing is wrong with a feed that was never heard. */
async function watchFeed(run: Run): Promise<void> {
  const { table, telemetry } = run.system;
  const heardAt = (await table.get(keys.feed()))?.at;
  if (typeof heardAt !== 'number') return;
  const alert = keys.operatorAlert('evidence-stale', 'events');
  const stored = await table.get(alert);
  if (run.now - heardAt < feedLimit(run)) {
    if (stored) await writeUnlessRefused(run.system, [{ delete: alert }], 'the end of an alert');
    return;
  }
  telemetry.metric(METRIC.feedSilent, 1, 'Count', { since: formatInstant(heardAt) });
  if (stored) return;
  const detail = `no event of any control plane was taken in since ${formatInstant(heardAt)}`;
  await writeUnlessRefused(
    run.system,
    [operatorAlert('evidence-stale', 'events', detail, run.now)],
    'an alert',
  );
}

/** Life signs come every few minutes; without them only the repeated observations are sure to come. */
function feedLimit(run: Run): Duration {
  const { silentAfter, evidenceMaxAge } = run.view.policies.global;
  const signs = run.view.planes.map(({ lifeSignAt }): Instant | null => lifeSignAt);
  return signs.some((at) => at !== null) ? SILENCES * silentAfter : evidenceMaxAge;
}
