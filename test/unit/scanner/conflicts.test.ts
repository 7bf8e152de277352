import { describe, expect, it } from 'vitest';
import type { OutgoingMessage, QueueName } from '../../../functions/platform/ports.ts';
import { loadDigest } from '../../../functions/store/digests.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { failingFleet } from '../cli/cli-stage.ts';
import { puts, refusing } from '../store/refusing-table.ts';

const A = 'acmeCo/a';
const B = 'acmeCo/b';
type Stage = Awaited<ReturnType<typeof failingFleet>>;

/** Two tasks of one owner. */
const fleet = (ids = [A, B]) => failingFleet(ids);

/** Lets others be first with the next writes that are meant, `times` of them. */
function beFirst(stage: Stage, isMeant: (writes: Write[]) => boolean, times = 1) {
  const table = refusing(stage.table, isMeant, { times });
  stage.system.table = table;
  return table;
}

/** What is sent to a queue from now on; it is sent all the same. */
function watch(stage: Stage, watched: QueueName): string[] {
  const sent: string[] = [];
  const { send } = stage.system.queues;
  stage.system.queues = {
    send: async (queue: QueueName, messages: OutgoingMessage[]) => {
      if (queue === watched) sent.push(...messages.map(({ body }) => JSON.parse(body).key));
      await send(queue, messages);
    },
  };
  return sent;
}

const isOn = async (stage: Stage, id: string) => (await loadTask(stage.table, id))?.task.enabled;
const startsToTurnOff = (id: string) => (writes: Write[]) =>
  puts(writes, `T#${id}`, (row) => JSON.stringify(row).includes('"state":"queued"'));

describe('turning off, where another is first', () => {
  it('asks for no task that changed meanwhile; the others are turned off, and it with the next scan', async () => {
    const stage = await fleet();
    await stage.scanOn(14);
    const asked = watch(stage, 'disable');
    const table = beFirst(stage, startsToTurnOff(A));
    await stage.scanOn(21);
    expect(table.refused).toBe(1);
    expect(asked).toEqual([B]);
    expect([await isOn(stage, A), await isOn(stage, B)]).toEqual([true, false]);
    await stage.scanOn(21.1);
    expect(await isOn(stage, A)).toBe(false);
  });

  it('asks for nothing where its share of the day could not be set aside', async () => {
    const stage = await fleet();
    await stage.scanOn(14);
    const asked = watch(stage, 'disable');
    const table = beFirst(stage, (writes) => puts(writes, 'META', ({ sk }) => sk === 'PACE'));
    await stage.scanOn(21);
    expect(table.refused).toBe(1);
    expect(asked).toEqual([]);
    await stage.scanOn(21.1);
    expect(asked.sort()).toEqual([A, B]);
  });

  it('holds a task of a spike though it changed as it was to be marked, and marks it with the next scan', async () => {
    const ids = Array.from({ length: 11 }, (_, number) => `acmeCo/t${number}`);
    const stage = await fleet(ids);
    await stage.scanOn(14);
    const table = beFirst(stage, (writes) =>
      puts(writes, 'T#acmeCo/t3', (row) => JSON.stringify(row).includes('"brake"')),
    );
    const held = async () =>
      (await Promise.all(ids.map((id) => loadTask(stage.table, id)))).filter((task) => task?.open?.brake)
        .length;
    await stage.scanOn(21);
    expect(table.refused).toBe(1);
    expect(await held()).toBe(10);
    await stage.scanOn(21.1);
    expect(await held()).toBe(11);
    expect(await Promise.all(ids.map((id) => isOn(stage, id)))).toEqual(ids.map(() => true));
  });

  it('marks nothing as held of which operators could not be notified', async () => {
    const ids = Array.from({ length: 11 }, (_, number) => `acmeCo/t${number}`);
    const stage = await fleet(ids);
    await stage.scanOn(14);
    stage.system.table = refusing(stage.table, (writes) => puts(writes, 'OPERATORS'), {
      times: 100,
      answer: { outcome: 'busy', reason: 'throttled' },
    });
    await stage.scanOn(21);
    const tasks = await Promise.all(ids.map((id) => loadTask(stage.table, id)));
    expect(tasks.filter((task) => task?.open?.brake || !task?.task.enabled)).toEqual([]);
  });
});

describe('mailing, where another is first', () => {
  it('queues nobody whose row changed meanwhile; they are mailed with the next scan', async () => {
    const stage = await fleet();
    const queued = watch(stage, 'notify');
    const table = beFirst(stage, (writes) =>
      puts(writes, 'R#', ({ sk, queuedFor }) => sk === 'R' && queuedFor !== null),
    );
    await stage.scanOn(14);
    expect([table.refused, queued, stage.mails]).toEqual([1, [], []]);
    await stage.scanOn(14.1);
    expect(stage.mails.map(({ to }) => to)).toEqual(['ana@acme.test']);
  });

  it('keeps that SES took a mail, though its row changed as that was noted', async () => {
    const stage = await fleet();
    const table = beFirst(stage, (writes) => puts(writes, 'G#', ({ state }) => state === 'sent'));
    await stage.scanOn(14);
    expect(table.refused).toBe(1);
    expect(await loadDigest(stage.table, stage.mails[0]!.digest)).toMatchObject({
      state: 'sent',
      applied: true,
    });
    await stage.scanOn(21);
    expect([await isOn(stage, A), await isOn(stage, B)]).toEqual([false, false]);
  });

  it('leaves a mail of which that could not be noted to the repair, and grants no date for it', async () => {
    const stage = await fleet([A]);
    beFirst(stage, (writes) => puts(writes, 'G#', ({ state }) => state === 'sent'), 1_000);
    await stage.scanOn(14);
    const digest = stage.mails[0]!.digest;
    expect(await loadDigest(stage.table, digest)).toMatchObject({ state: 'sending', applied: false });
    const parts = Object.values((await loadTask(stage.table, A))?.open?.told ?? {});
    expect(parts.map(({ warning }) => warning)).not.toContain('accepted');
  });
});
