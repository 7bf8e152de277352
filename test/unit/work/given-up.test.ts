import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { notifyConsumer } from '../../../functions/notices/send/notify-consumer.ts';
import { resolveOops } from '../../../functions/operators/oops.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import type { QueueName } from '../../../functions/platform/ports.ts';
import { noticeWrite } from '../../../functions/store/notices.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { loadOpenAlerts } from '../../../functions/store/operator-incidents.ts';
import { RowRefused } from '../../../functions/store/table/row-limits.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import type { Consumer } from '../../../functions/work/consumer.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { START, workStage } from './stage.ts';

const KEY = recipientKey('ana@acme.test');

/** A stage in which a recipient is to be told something, and the table refuses a kind of row. */
async function stageThatRefuses(isRefused: (row: Row) => boolean) {
  const stage = workStage();
  let refuses = true;
  const { table } = stage;
  const transact = table.transact.bind(table);
  table.transact = async (writes, writer) => {
    if (refuses && writes.some((write) => 'put' in write && isRefused(write.put)))
      throw new RowRefused('it has 409601 bytes');
    return transact(writes, writer);
  };
  const pending = {
    notice: 'withdrawn',
    since: 0,
    notBefore: 0,
    facts: { since: 0, restarts: 0, resolvedReason: 'policy' },
  } as const;
  const notice = { recipient: KEY, address: 'ana@acme.test', task: 'acmeCo/a', episode: 1, pending };
  await table.transact([noticeWrite(notice)], 'notice');
  const work = (queue: QueueName, consumer: Consumer<never>, body: string) =>
    processMessage(stage.system, consumer as Consumer<unknown>, {
      body,
      messageId: `m-${queue}-${body.length}`,
      receiveCount: 1,
      maxReceives: 10,
    });
  return {
    ...stage,
    work,
    mend: () => {
      refuses = false;
    },
    toldOfWork: async () => (await loadOpenAlerts(table)).map(({ code, subject }) => `${code}#${subject}`),
    notes: () => stage.sent.filter(({ body }) => body.includes('"kind":"notify"')),
  };
}

/** One who cannot be claimed for a mail. */
const unclaimable = ({ sk, sending }: Row) => sk === 'R' && typeof sending === 'string';

describe('work that is given up for its own sake', () => {
  it('is not queued again by scan after scan, until the failure is resolved', async () => {
    const s = await stageThatRefuses(unclaimable);
    await s.scan();
    expect(s.notes()).toHaveLength(1);
    const ended = await s.work('notify', notifyConsumer as Consumer<never>, s.notes()[0]!.body);
    expect(ended).toMatchObject({ outcome: 'dead-letter', reason: 'RowRefused: it has 409601 bytes' });
    for (let round = 0; round < 10; round += 1) {
      s.pass(DAY / 4);
      await s.scan();
    }
    expect(s.notes()).toHaveLength(1);
    expect(await s.toldOfWork()).toEqual([`notify-failing#${KEY}`]);
    const [kind] = await listOops(s.table);
    expect(await resolveOops(s.system, kind!.fingerprint, 'olga')).toEqual({ again: [KEY] });
    expect(await s.toldOfWork()).toEqual([]);
    s.mend();
    s.pass(DAY / 4);
    await s.scan();
    expect(s.notes()).toHaveLength(2);
    expect(await s.work('notify', notifyConsumer as Consumer<never>, s.notes()[1]!.body)).toEqual({
      outcome: 'done',
      reason: 'mailed',
    });
  });

  it('is tried again where something new is to be told', async () => {
    const s = await stageThatRefuses(unclaimable);
    await s.scan();
    await s.work('notify', notifyConsumer as Consumer<never>, s.notes()[0]!.body);
    s.pass(DAY);
    const pending = {
      notice: 'withdrawn',
      since: 0,
      notBefore: START + DAY,
      facts: { since: 0, restarts: 0 },
    } as const;
    const news = { recipient: KEY, address: 'ana@acme.test', task: 'acmeCo/b', episode: 1, pending };
    await s.table.transact([noticeWrite(news)], 'news');
    await s.scan();
    expect(s.notes()).toHaveLength(2);
  });

  it('is not dead-lettered before it is noted: else the scan would make it again', async () => {
    const s = await stageThatRefuses(unclaimable);
    await s.scan();
    const { transact } = s.table;
    s.table.transact = async (writes, writer) =>
      writes.some((write) => 'put' in write && write.put.pk === 'GIVEN-UP')
        ? { outcome: 'busy', reason: 'throttled' }
        : transact(writes, writer);
    const ended = await s.work('notify', notifyConsumer as Consumer<never>, s.notes()[0]!.body);
    expect(ended).toMatchObject({ outcome: 'retry', failed: true });
  });
});
