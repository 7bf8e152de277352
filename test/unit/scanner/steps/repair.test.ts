import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import type { Budget } from '../../../../functions/scanner/generator.ts';
import type { Run } from '../../../../functions/scanner/run.ts';
import { repairStep } from '../../../../functions/scanner/steps/repair.ts';
import { alertWrite, loadAlert } from '../../../../functions/store/alerts.ts';
import {
  type DigestRecord,
  digestWrite,
  loadDigest,
  newDigest,
} from '../../../../functions/store/digests.ts';
import { FleetView } from '../../../../functions/store/fleet-view.ts';
import { BUCKETS, index } from '../../../../functions/store/keys.ts';
import { loadRecipient, newRecipient, recipientWrite } from '../../../../functions/store/recipients.ts';
import { allRows } from '../../../../functions/store/rows.ts';
import type { Page, Query } from '../../../../functions/store/table/table.port.ts';
import { anAlert } from '../../store/filled-table.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { runStage, START, type RunStage as Stage } from '../run-stage.ts';

const NEVER_SPENT: Budget = { spent: () => false };

/** One turn of the repair, so long after the start. */
async function repair(
  { system, table }: Stage,
  after: number,
  budget = NEVER_SPENT,
  cursor: string | null = null,
) {
  const view = await FleetView.load(table, START + after);
  const run: Run = { system, view, id: 'run', now: START + after, figures: {}, asked: [] };
  const turn = await repairStep.run(run, budget, cursor);
  return { turn, repaired: run.figures.repaired ?? 0 };
}

const ANA = 'ana@acme.test';
const KEY = recipientKey(ANA);

/** A mail to Ana that was claimed at the start, and what became of it; nobody finished it. */
async function withMail(how: Partial<DigestRecord> = {}): Promise<Stage> {
  const stage = runStage();
  const claimed = { id: 'digest-1', recipient: KEY, address: ANA };
  const draft = newDigest({ ...claimed, claimedAt: START, leaseUntil: START + MINUTE });
  const digest = { ...draft, ...how } as DigestRecord;
  const recipient = { ...newRecipient(KEY, ANA), sending: digest.id, queuedFor: START };
  await stage.table.transact(
    [digestWrite(digest, { lookAt: digest.leaseUntil }), recipientWrite(recipient)],
    'mail',
  );
  return stage;
}

describe('a mail without an end', () => {
  it('of which nothing is heard is decided again after an hour, not a moment sooner', async () => {
    const stage = await withMail();
    expect(await repair(stage, HOUR - 1)).toMatchObject({ repaired: 0 });
    expect(await loadDigest(stage.table, 'digest-1')).toMatchObject({ state: 'sending', applied: false });
    expect(await repair(stage, HOUR)).toMatchObject({ repaired: 1 });
    expect(await loadDigest(stage.table, 'digest-1')).toMatchObject({ state: 'superseded', unsettled: true });
    expect(await loadRecipient(stage.table, KEY)).toMatchObject({ sending: null, queuedFor: null });
  });

  it('that SES took is carried over to its recipient at once', async () => {
    const stage = await withMail({ state: 'sent', sentAt: START + 5 });
    expect(await repair(stage, MINUTE)).toMatchObject({ repaired: 1 });
    expect(await loadDigest(stage.table, 'digest-1')).toMatchObject({ state: 'sent', applied: true });
    expect(await loadRecipient(stage.table, KEY)).toMatchObject({
      sending: null,
      lastDigest: 'digest-1',
      dead: null,
    });
  });

  it('that suppressed its address leaves it so', async () => {
    const stage = await withMail({ state: 'bounced', dead: 'bounce' });
    expect(await repair(stage, MINUTE)).toMatchObject({ repaired: 1 });
    expect(await loadRecipient(stage.table, KEY)).toMatchObject({
      sending: null,
      dead: { reason: 'bounce' },
    });
  });

  it('is finished once', async () => {
    const stage = await withMail({ state: 'sent', sentAt: START });
    await repair(stage, MINUTE);
    expect(await repair(stage, DAY)).toMatchObject({ repaired: 0 });
  });
});

/** An episode that ended, of which so many are to be notified; `old-…` have a notice that is taken back. */
async function withUntold(count: number): Promise<Stage> {
  const stage = runStage();
  const untold = Array.from({ length: count }, (_, number) => {
    const address = `who-${String(number).padStart(3, '0')}@acme.test`;
    const pending = {
      notice: 'withdrawn',
      since: START,
      notBefore: START,
      facts: { since: START, restarts: 0 },
    } as const;
    return { key: recipientKey(address), address, pending };
  });
  const alert = anAlert({ resolvedAt: START, reason: 'kept', untold });
  await stage.table.transact([alertWrite(alert)], 'alert');
  return stage;
}

const listed = async ({ table }: Stage) => (await loadAlert(table, 'acmeCo/a', 1))?.untold.length;
/** The addresses with a notice that waits for a mail. */
async function told({ table }: Stage): Promise<string[]> {
  const waiting: string[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket += 1)
    for (const { pk, sk } of await allRows(table, { index: 'g1', pk: `Q#${bucket}` })) {
      const row = await table.get({ pk, sk });
      if (row?.address) waiting.push(row.address as string);
    }
  return waiting.sort();
}

describe('an end of which many are to be notified', () => {
  it.each([1, 89, 90, 91, 180, 200])('goes to all of %i, each once', async (count) => {
    const stage = await withUntold(count);
    expect(await repair(stage, MINUTE)).toMatchObject({ repaired: 1 });
    const all = await told(stage);
    expect(all).toHaveLength(count);
    expect(new Set(all).size).toBe(count);
    expect(await listed(stage)).toBe(0);
    expect(await repair(stage, HOUR)).toMatchObject({ repaired: 0 });
    expect(await told(stage)).toEqual(all);
  });

  it('goes on from where it was stopped', async () => {
    const stage = await withUntold(200);
    let chunks = 0;
    stage.system.table = refusing(stage.table, (writes) => puts(writes, 'T#acmeCo/a') && ++chunks === 2, {
      answer: { outcome: 'busy', reason: 'throttled' },
    });
    await repair(stage, MINUTE);
    expect([(await told(stage)).length, await listed(stage)]).toEqual([90, 110]);
    await repair(stage, HOUR);
    expect([(await told(stage)).length, await listed(stage)]).toEqual([200, 0]);
  });
});

describe('what another finished since the index was asked', () => {
  /** A repair by an index that answers as it stood before. */
  async function repairByOldIndex(stage: Stage): Promise<number> {
    const { table } = stage;
    const pages = new Map<string, Page>();
    for (let bucket = 0; bucket < BUCKETS; bucket += 1)
      for (const pk of [index.openDigests(bucket), index.untold(bucket)])
        pages.set(pk, await table.query({ index: 'g1', pk }));
    await repair(stage, MINUTE);
    const query = async (asked: Query) => pages.get(asked.pk) ?? table.query(asked);
    stage.system.table = { ...refusing(table, () => false), query };
    return (await repair(stage, 2 * MINUTE)).repaired;
  }

  it.each([
    { what: 'a mail', begun: () => withMail({ state: 'sent', sentAt: START }) },
    { what: 'the end of an episode', begun: () => withUntold(3) },
  ])('is let be: $what', async ({ begun }) => {
    expect(await repairByOldIndex(await begun())).toBe(0);
  });
});

describe('a repair whose time is up', () => {
  it('says where it stopped, and the next one does the rest', async () => {
    const stage = await withMail({ state: 'sent', sentAt: START });
    const stopped = await repair(stage, MINUTE, { spent: () => true });
    expect(stopped).toEqual({ turn: { cursor: '0', worked: 0 }, repaired: 0 });
    expect(await repair(stage, MINUTE, NEVER_SPENT, '0')).toMatchObject({
      turn: { cursor: null },
      repaired: 1,
    });
  });

  it('begins where it is told to: what stands before waits for the next round', async () => {
    const stage = await withMail({ state: 'sent', sentAt: START });
    expect(await repair(stage, MINUTE, NEVER_SPENT, String(BUCKETS))).toMatchObject({ repaired: 0 });
  });
});
