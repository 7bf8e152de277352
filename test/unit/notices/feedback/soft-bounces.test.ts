import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import {
  afterDelivery,
  afterSoftBounce,
  recordDelivery,
  recordSoftBounce,
  reviveSoftBounced,
} from '../../../../functions/notices/feedback/soft-bounces.ts';
import { newRecipient, type RecipientRecord } from '../../../../functions/store/recipients.ts';
import { TableBusy } from '../../../../functions/store/table-busy.ts';
import { ANA, ANA_ADDRESS, answerStage, MAIL, START, touches } from '../send/answer-stage.ts';

type Soft = NonNullable<RecipientRecord['soft']>;

/** Mails that came back so many milliseconds after the start, named by their place. */
const bounces = (...after: number[]): Soft =>
  after.map((at, index) => ({ digest: `digest-0${index}`, at: START + at }));
const NEW = (after: number) => ({ digest: MAIL, at: START + after });
const NOW = START + 20 * DAY;
const DEAD = { reason: 'soft-bounce', at: NOW, until: NOW + 14 * DAY };

function bounced(soft: Soft | undefined, bounce: Soft[number]): RecipientRecord {
  const ana = { ...newRecipient(ANA, ANA_ADDRESS), ...(soft && { soft }) };
  return afterSoftBounce(ana, bounce, NOW);
}

describe('a mail that came back for the time being', () => {
  it.each<[string, Soft | undefined, Soft[number], Soft]>([
    ['is the first', undefined, NEW(0), [NEW(0)]],
    ['is the second, days after it', bounces(0), NEW(3 * DAY), [...bounces(0), NEW(3 * DAY)]],
    ['is the third of one day', bounces(0, HOUR), NEW(DAY - 1), [...bounces(0, HOUR), NEW(DAY - 1)]],
    [
      'is the third, but the first is 14 days ago',
      bounces(0, DAY),
      NEW(14 * DAY),
      [{ ...(bounces(0, DAY)[1] as Soft[number]) }, NEW(14 * DAY)],
    ],
    [
      'is the third, of which one was heard twice',
      [...bounces(0), NEW(2 * DAY)],
      NEW(2 * DAY),
      [...bounces(0), NEW(2 * DAY)],
    ],
  ])('counts, and nobody is suppressed: it %s', (_what, earlier, bounce, soft) => {
    expect(bounced(earlier, bounce)).toMatchObject({ soft, dead: null });
  });

  it.each<[string, Soft, Soft[number]]>([
    ['a day apart', bounces(0, HOUR), NEW(DAY)],
    ['all within 14 days', bounces(1, DAY), NEW(14 * DAY)],
    ['heard in another order', bounces(2 * DAY, DAY), NEW(0)],
    ['more than three, of which only the last is a day later', bounces(0, HOUR, 2 * HOUR), NEW(2 * DAY)],
  ])('is the third in a row, and they are suppressed for 14 days: %s', (_what, earlier, bounce) => {
    expect(bounced(earlier, bounce)).toMatchObject({ soft: [], dead: DEAD });
  });

  it('changes nothing of who is suppressed', () => {
    const dead = { reason: 'complaint', at: START } as const;
    const ana = { ...newRecipient(ANA, ANA_ADDRESS), soft: bounces(0, HOUR), dead };
    expect(afterSoftBounce(ana, NEW(2 * DAY), NOW)).toBe(ana);
  });
});

describe('a delivery', () => {
  const ana = (soft?: Soft): RecipientRecord => ({
    ...newRecipient(ANA, ANA_ADDRESS),
    ...(soft && { soft }),
  });

  it('forgets what came back before it, and at its instant', () => {
    expect(afterDelivery(ana(bounces(0, HOUR, HOUR + 1)), START + HOUR).soft).toEqual(
      bounces(0, 0, HOUR + 1).slice(2),
    );
  });

  it('that changes nothing leaves the record as it is', () => {
    const recipient = ana(bounces(HOUR));
    expect(afterDelivery(recipient, START)).toBe(recipient);
    const other = ana();
    expect(afterDelivery(other, START)).toBe(other);
  });
});

describe('an address that is suppressed for a time', () => {
  async function dying() {
    const stage = await answerStage({
      recipient: { soft: bounces(-2 * DAY, -DAY) },
      digest: { state: 'sent', applied: true },
    });
    await recordSoftBounce(stage.system, MAIL, START);
    return stage;
  }

  it('is so from the third mail on; its tasks are evaluated, and the end is noted', async () => {
    const stage = await dying();
    const until = START + 14 * DAY;
    expect(await stage.ana()).toMatchObject({ soft: [], dead: { reason: 'soft-bounce', at: START, until } });
    expect((await stage.record()).next).toEqual({ at: START, why: 'look' });
    expect(await stage.rows({ pk: 'SOFT' })).toMatchObject([{ sk: `2026-03-15T12:00:00.000Z#${ANA}`, v: 1 }]);
    expect(stage.logged).toContainEqual({
      message: 'an address is suppressed for a time',
      properties: { recipient: ANA, reason: 'soft-bounce', at: START, until },
    });
  });

  it('is not so before: its tasks are let be', async () => {
    const stage = await answerStage({ recipient: { soft: bounces(-DAY) } });
    await recordSoftBounce(stage.system, MAIL, START);
    expect(await stage.ana()).toMatchObject({
      dead: null,
      soft: [...bounces(-DAY), { digest: MAIL, at: START }],
    });
    expect((await stage.record()).next).toEqual({ at: START + DAY, why: 'look' });
    expect(await stage.rows({ pk: 'SOFT' })).toEqual([]);
    expect(stage.logged).toEqual([]);
  });

  it('for another reason is let be, and so are its tasks', async () => {
    const stage = await answerStage({ recipient: { dead: { reason: 'bounce', at: START - DAY } } });
    await recordSoftBounce(stage.system, MAIL, START);
    expect((await stage.record()).next).toEqual({ at: START + DAY, why: 'look' });
    expect(stage.logged).toEqual([]);
  });

  it('is revived at its end, not before, and all that is open is evaluated', async () => {
    const stage = await dying();
    stage.pass(14 * DAY - 1);
    expect(await reviveSoftBounced(stage.system, ANA)).toBe(false);
    expect((await stage.ana()).dead).not.toBeNull();
    stage.pass(1);
    expect(await reviveSoftBounced(stage.system, ANA)).toBe(true);
    expect((await stage.ana()).dead).toBeNull();
    expect(await stage.rows({ pk: 'LOOKS' })).toMatchObject([{ sk: 'ALL', at: START + 14 * DAY }]);
    expect(await reviveSoftBounced(stage.system, ANA)).toBe(false);
  });

  it.each<[string, Partial<RecipientRecord>]>([
    ['who is suppressed for good', { dead: { reason: 'bounce', at: START } }],
    ['who is reachable', {}],
  ])('is none %s', async (_what, recipient) => {
    const stage = await answerStage({ recipient });
    stage.pass(100 * DAY);
    expect(await reviveSoftBounced(stage.system, ANA)).toBe(false);
    expect(await reviveSoftBounced(stage.system, 'nobody')).toBe(false);
    expect(await stage.rows({ pk: 'LOOKS' })).toEqual([]);
  });

  it('is revived on fresh state where somebody changes it at the same time', async () => {
    const stage = await dying();
    stage.pass(14 * DAY);
    stage.meanwhile(() => stage.changeAna({ declined: true }));
    expect(await reviveSoftBounced(stage.system, ANA)).toBe(true);
    expect(await stage.ana()).toMatchObject({ declined: true, dead: null });
  });
});

describe('what came back and what arrived', () => {
  it('is forgotten with the delivery of a known mail', async () => {
    const stage = await answerStage({ recipient: { soft: bounces(-2 * DAY, -DAY) } });
    await recordDelivery(stage.system, MAIL, START);
    expect((await stage.ana()).soft).toEqual([]);
  });

  it('of an unknown mail, or to one who was erased, changes nothing', async () => {
    const stage = await answerStage({ recipient: { soft: bounces(-2 * DAY, -DAY) } });
    const before = await stage.rows({});
    await recordDelivery(stage.system, 'digest-9', START);
    await recordSoftBounce(stage.system, 'digest-9', START);
    expect(await stage.rows({})).toEqual(before);
    await stage.table.transact([{ delete: { pk: `R#${ANA}`, sk: 'R' } }], 'forget');
    await recordSoftBounce(stage.system, MAIL, START);
    expect(await stage.rows({ pk: `R#${ANA}`, sk: 'R' })).toEqual([]);
  });

  it('writes nothing where it is known', async () => {
    const stage = await answerStage();
    const before = await stage.rows({});
    stage.busyFor(() => true);
    await recordDelivery(stage.system, MAIL, START + MINUTE);
    expect(await stage.rows({})).toEqual(before);
  });

  it('is stored on fresh state, up to eight times', async () => {
    const stage = await answerStage();
    stage.meanwhile(() => stage.changeAna({ declined: true }), 7);
    await recordSoftBounce(stage.system, MAIL, START);
    expect(await stage.ana()).toMatchObject({ declined: true, soft: [{ digest: MAIL, at: START }] });
    const other = await answerStage();
    other.meanwhile(() => other.changeAna({ declined: true }), 8);
    await expect(recordSoftBounce(other.system, MAIL, START)).rejects.toThrow(TableBusy);
  });

  it('is not lost while the table is busy', async () => {
    const stage = await answerStage();
    stage.busyFor(touches('R'));
    await expect(recordSoftBounce(stage.system, MAIL, START)).rejects.toThrow('it changes too fast');
  });
});
