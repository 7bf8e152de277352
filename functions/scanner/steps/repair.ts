import { isTopic } from '../../abandonment/topics.ts';
import { standingOf } from '../../notices/send/digest-states.ts';
import { finishDigest, finishSuppression, recordUnsettled } from '../../notices/send/record-digest.ts';
import { alertFromRow } from '../../store/alerts.ts';
import { inBuckets } from '../../store/buckets.ts';
import { isSuppressing, loadDigest } from '../../store/digests.ts';
import { index } from '../../store/keys.ts';
import { eachRow } from '../../store/rows.ts';
import type { Row } from '../../store/table/table.port.ts';
import { writeListedNotices } from '../../store/untold.ts';
import { count } from '../evaluate-task.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { type Part, sweep } from '../sweep.ts';
import { dueIn } from './due.ts';

/** Finishes what was left half done: digests without an end, and notices that did not fit into their transaction. */
export const repairStep: Step = {
  name: 'repair',
  run: (run, budget, cursor) =>
    sweep(run, {
      name: 'repair',
      partitions: inBuckets((bucket) => [digestsIn(run, bucket), alertsIn(run, bucket)]),
      atOnce: 8,
      cursor,
      budget,
    }),
};

function digestsIn(run: Run, bucket: number): Part<Row> {
  const items = dueIn(run, index.openDigests(bucket), run.now);
  return { items, work: (row) => repairDigest(run, row) };
}

function alertsIn(run: Run, bucket: number): Part<Row> {
  const items = eachRow(run.system.table, { index: 'g1', pk: index.untold(bucket) });
  return { items, work: (row) => finishAlert(run, row) };
}

async function repairDigest(run: Run, row: Row): Promise<void> {
  const digest = await loadDigest(run.system.table, (row.pk as string).slice(2));
  if (!digest || digest.applied) return;
  const { system, view } = run;
  const standing = standingOf(digest.state);
  if (standing === 'open') {
    // While SES says nothing, the silence about this mail says nothing either; SNS never says anything.
    const isUntold = view.isFeedbackSilent && !isTopic(digest.address);
    if (isUntold || run.now < digest.claimedAt + view.policies.global.settleAfter) return;
    await recordUnsettled(system, view, digest.id);
  } else if (isSuppressing(digest)) {
    await finishSuppression(system, digest);
  } else {
    await finishDigest(system, view, digest);
  }
  count(run, 'repaired');
}

async function finishAlert(run: Run, { pk, sk }: Row): Promise<void> {
  const row = await run.system.table.get({ pk, sk });
  const alert = row && alertFromRow(row);
  if (!alert || alert.untold.length === 0) return;
  await writeListedNotices(run.system, alert);
  count(run, 'repaired');
}
