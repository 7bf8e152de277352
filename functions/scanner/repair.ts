import { isTopic } from '../abandonment/topics.ts';
import { standingOf } from '../notices/send/digest-states.ts';
import { finishDeath, finishDigest, recordUnsettled } from '../notices/send/record-digest.ts';
import { alertFromRow } from '../store/alerts.ts';
import { loadDigest } from '../store/digests.ts';
import { BUCKETS, index } from '../store/keys.ts';
import { eachRow } from '../store/rows.ts';
import type { Row } from '../store/table.port.ts';
import { tellUntold } from '../store/untold.ts';
import { faultOf } from './faults.ts';
import { DONE, type Generator } from './generator.ts';
import { dueIn, untilSpent } from './ladder.ts';
import { count, eachOf } from './look.ts';
import type { Run } from './run.ts';

/** Finishes what was left half done: digests without an end, and notices that did not fit into their transaction. */
export const repairGenerator: Generator = {
  name: 'repair',
  band: 20,
  async run(run, budget, cursor) {
    for (let bucket = cursor === null ? 0 : Number(cursor); bucket < BUCKETS; bucket += 1) {
      const digests = untilSpent(dueIn(run, index.openDigests(bucket), run.now), budget);
      await eachOf(digests, 8, (row) => repairDigest(run, row), faultOf(run, 'repair'));
      const alerts = untilSpent(eachRow(run.system.table, { index: 'g1', pk: index.untold(bucket) }), budget);
      await eachOf(alerts, 8, (row) => finishAlert(run, row), faultOf(run, 'repair'));
      if (budget.spent()) return { cursor: String(bucket) };
    }
    return DONE;
  },
};

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
  } else if (digest.dead) {
    await finishDeath(system, digest);
  } else {
    await finishDigest(system, view, digest);
  }
  count(run, 'repaired');
}

async function finishAlert(run: Run, { pk, sk }: Row): Promise<void> {
  const alert = alertFromRow(await run.system.table.get({ pk, sk }));
  if (!alert || alert.untold.length === 0) return;
  await tellUntold(run.system, alert);
  count(run, 'repaired');
}
