import { describe, expect, it } from 'vitest';
import { DAY, formatInstant, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { ingestEvent } from '../../../functions/catalog/ingest.ts';
import { keys } from '../../../functions/store/keys.ts';
import { sourceWrite } from '../../../functions/store/sources.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';

const TASK = 'acmeCo/a';

/**
 * A task of a control plane that is asked by events. It fails since `T`, is warned on day 14, and is due on day 21; a scan
 * then asks for it to be disabled.
 */
async function askedStage() {
  const stage = await failingFleet([TASK]);
  const { system, table } = stage;
  system.config.controlPlane = 'fed';
  const asked: string[] = [];
  system.events = {
    publish: async (detailType, detail) => {
      asked.push(`${detailType} ${(detail as { requestId: string }).requestId}`);
    },
  };
  const alerts: string[] = [];
  system.operators = {
    notify: async ({ code, subject }) => void alerts.push(`${code} ${subject}`),
  };
  await table.transact([sourceWrite({ name: 'fleet', prefixes: ['*'], dataPlanes: ['*'] })], 'source');
  for (const at of [14, 18, 20, 21]) await stage.scanOn(at);
  const say = (detailType: string, detail: object) =>
    ingestEvent(system, { id: 'event', source: 'fleet', detailType, detail: { version: 1, ...detail } });
  const refuse = (changes: object = {}) =>
    say('Task Disable Refused', {
      task: TASK,
      requestId: `${TASK}#1`,
      at: formatInstant(T + 21 * DAY + MINUTE),
      reason: 'it is pinned',
      ...changes,
    });
  const explained = async () => (await stage.taskwarden(['explain', TASK, '--json'])).json[0];
  return { ...stage, asked, alerts, say, refuse, explained };
}

const REQUEST = `Task Disable Requested ${TASK}#1`;

describe('Task Disable Refused', () => {
  it('takes the disabling back: the task is held for a day, and not asked for meanwhile', async () => {
    const stage = await askedStage();
    expect(stage.asked).toEqual([REQUEST]);
    stage.setNow(T + 21 * DAY + MINUTE);
    expect(await stage.refuse()).toEqual({ outcome: 'done', reason: 'refused' });
    await stage.scanOn(21 + 1 / 24);
    expect(await stage.explained()).toMatchObject({
      decision: { answer: 'hold', reason: 'refused' },
      holds: [
        {
          reason: 'refused',
          since: formatInstant(T + 21 * DAY + MINUTE),
          until: formatInstant(T + 22 * DAY + MINUTE),
        },
      ],
    });
    expect((await loadTask(stage.table, TASK))?.hold?.reason).toBe('refused');
    await stage.scanOn(22);
    expect(stage.asked).toEqual([REQUEST]);
  });

  it('is tried again after a day, to the minute, under the same request', async () => {
    const stage = await askedStage();
    stage.setNow(T + 21 * DAY + MINUTE);
    await stage.refuse();
    await stage.scanOn(21 + 1 / 24);
    await stage.scanOn(22);
    expect(stage.asked).toEqual([REQUEST]);
    await stage.scanOn(22 + 1 / 1440);
    expect(stage.asked).toEqual([REQUEST, REQUEST]);
  });

  it('is told to operators once, though it is refused each day in the same words', async () => {
    const stage = await askedStage();
    for (let days = 21; days < 25; days += 1) {
      stage.setNow(T + days * DAY + MINUTE);
      await stage.refuse({ at: formatInstant(T + days * DAY + MINUTE) });
      await stage.scanOn(days + 1 / 24);
      await stage.scanOn(days + 1 + 1 / 1440);
    }
    expect(stage.asked).toHaveLength(5);
    expect(stage.alerts).toEqual([`disable-failing ${TASK}`]);
    // Once it is off at last, nothing is left of the alert.
    await stage.say('Task Disabled', {
      task: TASK,
      taskVersion: 2,
      at: formatInstant(T + 25 * DAY + MINUTE),
      requestId: `${TASK}#1`,
    });
    expect(await stage.table.get(keys.operatorAlert('disable-failing', TASK))).toBeUndefined();
  });

  it('can be asked again at once by operators', async () => {
    const stage = await askedStage();
    stage.setNow(T + 21 * DAY + MINUTE);
    await stage.refuse();
    const alert = await stage.table.get(keys.operatorAlert('disable-failing', TASK));
    const fingerprint = /oops resolve ([\w-]+)/.exec(String(alert?.detail))?.[1] ?? '';
    expect((await stage.taskwarden(['oops', 'resolve', fingerprint])).code).toBe(0);
    await stage.scanOn(21 + 1 / 24);
    expect(stage.asked).toEqual([REQUEST, REQUEST]);
  });

  it('is decided anew where the task recovers meanwhile', async () => {
    const stage = await askedStage();
    stage.setNow(T + 21 * DAY + HOUR);
    await stage.refuse({ at: formatInstant(T + 21 * DAY + MINUTE) });
    await stage.say('Shards Observed', {
      dataPlane: 'eu-1',
      observedAt: formatInstant(T + 21 * DAY + HOUR),
      tasks: [{ task: TASK, shards: [{ id: '0', status: 'PRIMARY' }] }],
    });
    await stage.scanOn(23);
    expect(stage.asked).toEqual([REQUEST]);
    expect((await loadTask(stage.table, TASK))?.open).toBeNull();
  });

  it.each<[string, object]>([
    ['another request', { requestId: `${TASK}#2` }],
    ['a request of another task', { requestId: 'acmeCo/b#1' }],
    ['an earlier asking', { at: formatInstant(T + 20 * DAY) }],
    ['a task that nobody knows', { task: 'acmeCo/b' }],
  ])('changes nothing where it is about %s', async (_, changes) => {
    const stage = await askedStage();
    expect(await stage.refuse(changes)).toEqual({ outcome: 'skipped', reason: 'nothing-asked' });
    expect((await loadTask(stage.table, TASK))?.open?.disabling?.state).toBe('requested');
  });

  it('changes nothing the second time', async () => {
    const stage = await askedStage();
    await stage.refuse();
    const before = await loadTask(stage.table, TASK);
    expect(await stage.refuse()).toEqual({ outcome: 'skipped', reason: 'nothing-asked' });
    expect(await loadTask(stage.table, TASK)).toEqual(before);
  });

  it('keeps no address of its words, and no more than 200 characters', async () => {
    const stage = await askedStage();
    await stage.refuse({ reason: `ask ben@acme.test ${'x'.repeat(400)}` });
    const reason = (await loadTask(stage.table, TASK))?.open?.disabling?.refused?.reason ?? '';
    expect(reason).toMatch(/^ask <address> x+$/);
    expect(reason).toHaveLength(200);
  });

  it('lets its words be one line of what operators read', async () => {
    const stage = await askedStage();
    await stage.refuse({ reason: 'no\n\nCode: breaker-open\u202e' });
    const alert = await stage.table.get(keys.operatorAlert('disable-failing', TASK));
    expect(alert?.detail).toMatch(
      /^the owning system refuses to disable it: no Code: breaker-open; it is asked/,
    );
  });
});

it('what an owner asked for on their page is asked for again after a day, though no date has come', async () => {
  const stage = await failingFleet([TASK]);
  const { system } = stage;
  system.config.controlPlane = 'fed';
  const asked: unknown[] = [];
  system.events = { publish: async (_, detail) => void asked.push(detail) };
  await stage.table.transact([sourceWrite({ name: 'fleet', prefixes: ['*'], dataPlanes: ['*'] })], 'source');
  await stage.scanOn(14);
  const { actOnTask } = await import('../../../functions/owner-page/actions.ts');
  await actOnTask(system, TASK, 'ana@acme.test', { action: 'disable' }, 1);
  await stage.scanOn(14 + 1 / 24);
  expect(asked).toHaveLength(1);
  stage.setNow(T + 14 * DAY + 2 * HOUR);
  const detail = {
    version: 1,
    task: TASK,
    requestId: `${TASK}#1`,
    at: formatInstant(T + 14 * DAY + 2 * HOUR),
    reason: 'not today',
  };
  const refused = await ingestEvent(system, {
    id: 'event',
    source: 'fleet',
    detailType: 'Task Disable Refused',
    detail,
  });
  expect(refused.outcome).toBe('done');
  await stage.scanOn(15);
  expect(asked).toHaveLength(1);
  await stage.scanOn(15 + 2 / 24);
  expect(asked).toHaveLength(2);
  expect(asked[1]).toMatchObject({ requestId: `${TASK}#1`, run: null, reason: 'its owner asked for it' });
});
