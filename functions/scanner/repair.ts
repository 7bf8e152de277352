import { isTopic } from '../abandonment/topics.ts';
import { standingOf } from '../notices/digest-states.ts';
import { finishDeath, finishDigest, recordUnsettled } from '../notices/record-digest.ts';
import { alertWrite, eachRow, loadDigest, noticeDelete, noticeWrite } from '../store/records.ts';
import { type AlertRecord, BUCKETS, index } from '../store/rows.ts';
import type { Row } from '../store/table.port.ts';
import { faultOf } from './faults.ts';
import { DONE, type Generator } from './generator.ts';
import { dueIn, untilSpent } from './ladder.ts';
import { count, eachOf, type Run } from './look.ts';

/** Finishes what was left half done: digests without an end, and notices that did not fit into their transaction. */
export const repairGenerator: Generator = {
  name: 'repair',
  band: 20,
  async run(run, budget, cursor) {
    for (let bucket = cursor === null ? 0 : Number(cursor); bucket < BUCKETS; bucket += 1) {
      const digests = untilSpent(dueIn(run, index.openDigests(bucket), run.now), budget);
      await eachOf(digests, 8, (row) => repairDigest(run, row), faultOf(run, 'repair'));
      const alerts = untilSpent(eachRow(run.system.table, { index: 'g1', pk: index.untold(bucket) }), budget);
      await eachOf(alerts, 8, (row) => tellUntold(run, row), faultOf(run, 'repair'));
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

/** Writes the notices listed on an alert in chunks, then takes them off the list. */
async function tellUntold(run: Run, row: Row): Promise<void> {
  const { table, random } = run.system;
  const alert = (await table.get({ pk: row.pk, sk: row.sk })) as unknown as AlertRecord | undefined;
  if (!alert || alert.untold.length === 0) return;
  const { task, episode } = alert;
  for (let from = 0; from < alert.untold.length; from += 90) {
    const chunk = alert.untold.slice(from, from + 90);
    const writes = chunk.map(({ key, address, pending }) =>
      pending
        ? noticeWrite({ recipient: key, address, task, episode, pending })
        : noticeDelete(key, task, episode),
    );
    await table.transact(writes, random.id(run.now));
  }
  await table.transact([alertWrite({ ...bareAlert(alert), untold: [] })], random.id(run.now));
  count(run, 'repaired');
}

function bareAlert(alert: AlertRecord): AlertRecord {
  const { task, episode, type, stage, since, firedAt, resolvedAt, reason, evidence, mails, run, untold } =
    alert;
  return { task, episode, type, stage, since, firedAt, resolvedAt, reason, evidence, mails, run, untold };
}
