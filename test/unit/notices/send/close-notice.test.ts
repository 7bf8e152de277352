import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { applyItems } from '../../../../functions/notices/send/apply-digest.ts';
import { recordUnsent } from '../../../../functions/notices/send/record-digest.ts';
import type { DigestItem } from '../../../../functions/store/digests.ts';
import { factsOf } from '../../../../functions/store/notices.ts';
import {
  ANA,
  ANA_ADDRESS,
  answerStage,
  ENDED_ALERT,
  type Given,
  MAIL,
  SENT,
  START,
  touches,
} from './answer-stage.ts';
import { waitsFor } from './notify-stage.ts';

const OFF_AT = START - HOUR;

describe('word of a disabling that SES took and did not send', () => {
  /** The facts that go again of a task that was turned off an hour ago; null: nothing waits. */
  async function factsAgain(
    item: Partial<DigestItem>,
    setup: Given = {},
    resolvedAt: number | null = OFF_AT,
  ) {
    const stage = await answerStage({
      open: null,
      waits: null,
      task: { enabled: false },
      ...setup,
      items: [{ disableAt: null, ...item }],
      digest: SENT,
    });
    await stage.table.transact([{ put: { ...ENDED_ALERT, resolvedAt, reason: 'disabled' } }], 'alert');
    stage.pass(MINUTE);
    await recordUnsent(stage.system, MAIL, 'rejected');
    return factsOf((await stage.notice())?.pending ?? null);
  }
  const FACTS = { since: START - 14 * DAY, restarts: 30 };
  const off = { at: OFF_AT, episode: 1, run: 'r', restorableUntil: START + 30 * DAY };

  it.each(['disabled', 'still-off'] as const)(
    'says until when it can be enabled as it was, as its owning system said it: %s',
    async (notice) => {
      const facts = await factsAgain({ notice }, { record: { disabledByUs: off } });
      expect(facts).toEqual({ ...FACTS, disabledAt: OFF_AT, restorableUntil: START + 30 * DAY });
    },
  );

  it.each<[string, Given]>([
    ['of another disabling', { record: { disabledByUs: { ...off, episode: 2 } } }],
    ['where it said no such thing', { record: { disabledByUs: { at: OFF_AT, episode: 1, run: 'r' } } }],
    ['of what is on again', { record: { disabledByUs: null } }],
  ])('says no such instant %s', async (_what, setup) => {
    expect(await factsAgain({ notice: 'still-off' }, setup)).toEqual({ ...FACTS, disabledAt: OFF_AT });
  });

  it('counts from when it was asked for, where nobody knows when it was off', async () => {
    expect(await factsAgain({ notice: 'still-off' }, {}, null)).toEqual({ ...FACTS, disabledAt: START });
  });

  it('says of which alert it is', async () => {
    const overdue = await factsAgain({ notice: 'disabled', alert: 'task_overdue' });
    expect(overdue).toEqual({ ...FACTS, alert: 'task_overdue', disabledAt: OFF_AT });
  });

  it('is not lost in silence while the table is busy', async () => {
    const items = [{ notice: 'withdrawn', disableAt: null } as const];
    const stage = await answerStage({ open: null, waits: null, items, digest: SENT });
    stage.busyFor(touches('N#'));
    await expect(recordUnsent(stage.system, MAIL, 'rejected')).rejects.toThrow(
      'a notice of task acmeCo/a could not be stored',
    );
  });
});

describe('a notice that waits no more', () => {
  it('is kept while it matters who was notified: to its deadline', async () => {
    const END = START + 2 * DAY;
    const stage = await answerStage({
      open: null,
      waits: null,
      items: [{ notice: 'stopping', disableAt: END, grace: 0 }],
      digest: SENT,
    });
    await stage.table.transact([waitsFor({ notice: 'stopping', by: END }, { until: END })], 'asked');
    await applyItems(stage.system, await stage.view(), await stage.digest());
    const row = await stage.notice();
    expect(row).toMatchObject({ recipient: ANA, address: ANA_ADDRESS, pending: null, until: END });
    expect((row as unknown as { ttl: number }).ttl).toBeGreaterThan(END / SECOND);
  });

  it('has no end where it is none of a deadline', async () => {
    const stage = await answerStage({ digest: SENT });
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect(await stage.notice()).toMatchObject({ pending: null });
    expect(await stage.notice()).not.toHaveProperty('until');
    expect(await stage.notice()).not.toHaveProperty('ttl');
  });

  it('is named where the table stays busy', async () => {
    const stage = await answerStage({ digest: SENT });
    stage.busyFor(touches('N#'));
    await expect(applyItems(stage.system, await stage.view(), await stage.digest())).rejects.toThrow(
      'a notice of task acmeCo/a could not be stored',
    );
  });
});
