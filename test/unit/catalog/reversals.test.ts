import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { undoDisabling } from '../../../functions/disabling/undo.ts';
import type { System } from '../../../functions/platform/system.ts';
import { keys } from '../../../functions/store/keys.ts';
import { at, hour, observation, publication, type Stage, stage } from './stage.ts';

const ID = 'acmeCo/a';
const EPISODE: Episode = {
  number: 1,
  firedAt: at(40),
  since: at(1),
  warnAfter: 1,
  grace: 1,
  disableAfter: 1,
  graceMode: 'disable',
  told: {},
  dates: [],
  rungs: [],
  mails: [],
};
const CONFIRMED = { task: ID, taskVersion: 2, at: hour(50), requestId: `${ID}#1` };

/** A task whose owning system was asked at hour 50 to turn it off. */
async function askedToDisable(): Promise<Stage> {
  const s = await stage();
  Object.assign(s.system, { queues: { send: async () => undefined } });
  Object.assign(s.system.config, { gatherDisabled: 0 });
  await s.ingest('Task Published', publication({ by: 'creation' }));
  await s.ingest('Shards Observed', observation(1, { [ID]: 'FAILED' }));
  await s.store(ID, (record) => ({
    ...record,
    episodes: 1,
    open: EPISODE,
    asked: {
      at: at(50),
      episode: 1,
      asker: { by: 'run', run: hour(50), disableAt: at(50) },
      since: at(1),
    },
  }));
  return s;
}

async function turnedOff(): Promise<Stage> {
  const s = await askedToDisable();
  await s.ingest('Task Disabled', CONFIRMED);
  return s;
}

const turnsOn = (s: Stage, hours: number, more: Record<string, unknown> = {}) =>
  s.ingest('Task Published', publication({ version: 3, publishedAt: hour(hours), ...more }));
const alertOf = (s: Stage) => s.table.get(keys.operatorAlert('disable-reverted', ID));
const revertedOf = async (s: Stage) => (await s.task(ID))?.task.reverted;

describe('a reversal of our disabling', () => {
  it('is noted with the alert of operators', async () => {
    const s = await turnedOff();
    await turnsOn(s, 60);
    expect(await revertedOf(s)).toEqual({ at: at(60), disabledAt: at(50) });
    expect(await alertOf(s)).toMatchObject({ subject: ID, toldAt: null });
    expect((await alertOf(s))?.detail).toContain('`taskwarden dismiss acmeCo/a`');
  });

  it('is judged by when the task was turned on, where that is said', async () => {
    const within = await turnedOff();
    await turnsOn(within, 50 + 200, { enabledAt: hour(50 + 168) });
    expect(await revertedOf(within)).toEqual({ at: at(218), disabledAt: at(50) });
    const later = await turnedOff();
    await turnsOn(later, 50 + 169);
    expect(await revertedOf(later)).toBeUndefined();
    expect(await alertOf(later)).toBeUndefined();
  });

  it('is known where it is heard of before the confirmation', async () => {
    const s = await askedToDisable();
    await turnsOn(s, 60);
    await s.ingest('Task Disabled', CONFIRMED);
    const record = await s.task(ID);
    expect(record).toMatchObject({ open: null, asked: null, disabledByUs: null });
    expect(record?.task).toMatchObject({ enabled: true, version: 3, reverted: { disabledAt: at(50) } });
    expect(await alertOf(s)).toMatchObject({ toldAt: null });
    expect(await s.table.get(keys.alert(ID, 1))).toMatchObject({ reason: 'disabled', resolvedAt: at(2_400) });
    // What is on again is told to nobody.
    expect((await s.table.query({ index: 'g1', pk: 'Q#0' })).rows).toEqual([]);
  });

  it('is known where the task was seen off before the confirmation, and on after it', async () => {
    const s = await askedToDisable();
    await s.ingest('Task Published', publication({ version: 2, publishedAt: hour(50), enabled: false }));
    await turnsOn(s, 60);
    expect(await revertedOf(s)).toEqual({ at: at(60), disabledAt: at(50) });
  });

  it('is none of a person, whenever their publication is heard of', async () => {
    const before = await askedToDisable();
    await turnsOn(before, 60, { by: 'user' });
    await before.ingest('Task Disabled', CONFIRMED);
    expect(await revertedOf(before)).toBeUndefined();
    const late = await turnedOff();
    await turnsOn(late, 70, { version: 4 });
    expect(await revertedOf(late)).toEqual({ at: at(70), disabledAt: at(50) });
    await turnsOn(late, 60, { by: 'user' });
    expect(await revertedOf(late)).toBeUndefined();
  });

  it('stands where a person only published the task while it was off', async () => {
    const s = await turnedOff();
    await turnsOn(s, 70, { version: 4 });
    await turnsOn(s, 60, { by: 'user', enabled: false });
    expect(await revertedOf(s)).toEqual({ at: at(70), disabledAt: at(50) });
  });

  it('is none where somebody had the disabling undone, though the answer comes at once', async () => {
    const s = await turnedOff();
    const events: System['events'] = { publish: async () => void (await turnsOn(s, 60)) };
    Object.assign(s.system, { events });
    await undoDisabling(s.system, { task: ID, by: 'olga', reason: 'needed', isOperator: true });
    expect((await s.task(ID))?.task).toMatchObject({ enabled: true, version: 3 });
    expect(await revertedOf(s)).toBeUndefined();
    expect(await alertOf(s)).toBeUndefined();
  });

  it('ends with the deletion, and with the next disabling', async () => {
    const gone = await turnedOff();
    await turnsOn(gone, 60);
    await gone.ingest('Task Deleted', { task: ID, at: hour(70), taskVersion: 4 });
    expect(await revertedOf(gone)).toBeUndefined();
    const off = await turnedOff();
    await turnsOn(off, 60);
    await turnsOn(off, 70, { version: 4, enabled: false });
    expect(await revertedOf(off)).toBeUndefined();
    await turnsOn(off, 71, { version: 5 });
    expect(await revertedOf(off)).toBeUndefined();
  });
});

describe('the confirmation of a disabling', () => {
  it('keeps until when the owning system can enable the task as it was, where it says so', async () => {
    const s = await askedToDisable();
    await s.ingest('Task Disabled', { ...CONFIRMED, restorableUntil: hour(80) });
    expect((await s.task(ID))?.disabledByUs).toMatchObject({ at: at(50), restorableUntil: at(80) });
    const silent = await turnedOff();
    expect((await silent.task(ID))?.disabledByUs).not.toHaveProperty('restorableUntil');
  });
});
