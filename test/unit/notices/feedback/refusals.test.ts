import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { notifyConsumer } from '../../../../functions/notices/send/notify-consumer.ts';
import { recordBlameless, recordRejected } from '../../../../functions/notices/send/record-digest.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { digestWrite, loadDigest, newDigest } from '../../../../functions/store/digests.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { noticeWrite } from '../../../../functions/store/notices.ts';
import { loadRecipient, recipientWrite } from '../../../../functions/store/recipients.ts';
import { loadRefusals } from '../../../../functions/store/refusals.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { processBatch } from '../../../../functions/work/sqs-batch.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { START, workStage } from '../../work/stage.ts';

const addressOf = (name: string) => `${name}@acme.test`;
const keyOf = (name: string) => recipientKey(addressOf(name));

const ILLEGAL = 'Local address contains illegal character';
const LISTED = 'Address blacklisted.';

/** Recipients who have something to be told, a notifier of one batch after the other, and SES as it answers each. */
function refusalStage() {
  const stage = workStage();
  const refuses = new Map<string, string>();
  const told: string[] = [];
  stage.system.mailer.send = async ({ to }) => {
    const message = refuses.get(to);
    if (message === undefined) {
      told.push(to);
      return { outcome: 'accepted', messageId: to };
    }
    return { outcome: 'refused', cause: 'recipient', code: 'InvalidParameterValue', message };
  };
  const pending = (name: string) => {
    const facts = { since: START, restarts: 0, resolvedReason: 'policy' } as const;
    return noticeWrite({
      recipient: keyOf(name),
      address: addressOf(name),
      task: `acmeCo/${name}`,
      episode: 1,
      pending: { notice: 'withdrawn', since: START, notBefore: START, facts },
    });
  };
  /** One batch of the notify queue; with each name a notice waits that a date no longer holds. */
  const work = async (...names: string[]) => {
    await stage.table.transact(names.map(pending), 'test');
    stage.pass(HOUR);
    const worker = {
      system: stage.system,
      consumer: notifyConsumer,
      receiver: { postpone: async () => {}, deadLetter: async () => {} },
      maxReceives: 10,
      atOnce: 10,
    };
    await processBatch(worker, batchOf(names), () => 60_000);
  };
  const dead = async (...names: string[]) => {
    const records = await Promise.all(names.map((name) => loadRecipient(stage.table, keyOf(name))));
    return names.filter((_, index) => records[index]?.dead);
  };
  const revive = async (name: string) => {
    const record = await loadRecipient(stage.table, keyOf(name));
    if (record) await stage.table.transact([recipientWrite({ ...record, dead: null })], 'test');
  };
  const waiting = async (name: string) =>
    (await stage.table.get(keys.notice(keyOf(name), `acmeCo/${name}`, 1)))?.pending != null;
  return { ...stage, refuses, told, work, dead, revive, waiting };
}

function batchOf(names: string[]): SQSEvent {
  const records = names.map((name) => ({
    messageId: name,
    receiptHandle: name,
    body: JSON.stringify({
      v: 1,
      kind: 'notify',
      key: keyOf(name),
      notAfter: START + 1000 * HOUR,
      correlationId: 'c',
    }),
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
  }));
  return { Records: records } as unknown as SQSEvent;
}

const NAMES = ['ana', 'bo', 'cy', 'di', 'eve', 'fay', 'gus', 'hal', 'ian', 'jo'] as const;

describe('recipients refused one after the other in the same words', () => {
  it('are dead while they are at most three', async () => {
    const { refuses, work, dead } = refusalStage();
    for (const name of NAMES.slice(0, 3)) refuses.set(addressOf(name), ILLEGAL);
    for (const name of NAMES.slice(0, 3)) await work(name);
    await work('jo');
    expect(await dead(...NAMES)).toEqual(['ana', 'bo', 'cy']);
  });

  it('are not to blame from the fourth on, and those who were blamed live again and are told', async () => {
    const { refuses, work, dead, waiting, told, count } = refusalStage();
    for (const name of NAMES) refuses.set(addressOf(name), ILLEGAL);
    for (const name of NAMES.slice(0, 3)) await work(name);
    expect(await dead(...NAMES)).toEqual(['ana', 'bo', 'cy']);
    await work('di');
    expect(await dead(...NAMES)).toEqual([]);
    expect(await Promise.all(NAMES.slice(0, 4).map(waiting))).toEqual([true, true, true, true]);
    expect(count('MailEnvironmentRefused')).toBe(1);
    await work('eve');
    expect(await dead(...NAMES)).toEqual([]);
    expect(count('MailEnvironmentRefused')).toBe(2);
    refuses.clear();
    for (const name of NAMES) await work(name);
    expect(told).toEqual(NAMES.map(addressOf));
  });

  it('are one row however many processes meet them, and the same one again is no other', async () => {
    const { refuses, work, dead, revive, system } = refusalStage();
    for (const name of NAMES) refuses.set(addressOf(name), LISTED);
    for (const name of NAMES.slice(0, 3)) {
      await work(name);
      // A process that starts anew knows nothing but the table.
      Object.assign(system, { random: { ...system.random }, config: { ...system.config } });
    }
    await revive('ana');
    await work('ana');
    expect(await dead(...NAMES)).toEqual(['ana', 'bo', 'cy']);
    await work('eve');
    expect(await dead(...NAMES)).toEqual([]);
  });

  it('are each dead where SES takes mail in between: a fleet may have many bad addresses', async () => {
    const { refuses, work, dead, count } = refusalStage();
    for (const name of NAMES) refuses.set(addressOf(name), ILLEGAL);
    refuses.delete(addressOf('jo'));
    for (const name of NAMES.slice(0, 9)) {
      await work(name);
      await work('jo');
    }
    expect(await dead(...NAMES)).toEqual(NAMES.slice(0, 9));
    expect(count('MailEnvironmentRefused')).toBe(0);
  });

  it('are each dead once SES takes mail again and goes on refusing them', async () => {
    const { refuses, work, dead } = refusalStage();
    for (const name of NAMES.slice(0, 5)) refuses.set(addressOf(name), ILLEGAL);
    for (const name of NAMES.slice(0, 5)) await work(name);
    expect(await dead(...NAMES)).toEqual([]);
    for (const name of NAMES.slice(0, 5)) {
      await work('jo');
      await work(name);
    }
    expect(await dead(...NAMES)).toEqual(NAMES.slice(0, 5));
  });

  it('are each dead where the words differ', async () => {
    const { refuses, work, dead } = refusalStage();
    for (const [index, name] of NAMES.slice(0, 6).entries()) {
      refuses.set(addressOf(name), index % 2 === 0 ? ILLEGAL : 'Domain starts with dot');
    }
    for (const name of NAMES.slice(0, 6)) await work(name);
    expect(await dead(...NAMES)).toEqual(NAMES.slice(0, 6));
  });

  it('are refused in the same words where only the address in them differs', async () => {
    const { refuses, work, dead } = refusalStage();
    for (const name of NAMES) refuses.set(addressOf(name), `Invalid email address<${addressOf(name)}>.`);
    for (const name of NAMES.slice(0, 4)) await work(name);
    expect(await dead(...NAMES)).toEqual([]);
  });

  it('do not take with them one who died of something else meanwhile', async () => {
    const { refuses, work, dead, table, system } = refusalStage();
    for (const name of NAMES) refuses.set(addressOf(name), ILLEGAL);
    await work('ana');
    const ana = await table.get(keys.recipient(keyOf('ana')));
    const dying = { reason: 'bounce', at: START };
    await table.transact([{ put: { ...ana, pk: ana!.pk, sk: ana!.sk, dead: dying } }], 'test');
    for (const name of ['bo', 'cy', 'di']) await work(name);
    expect(await dead(...NAMES)).toEqual(['ana']);
    expect(system.clock.now()).toBe(START + 4 * HOUR);
  });
});

it('what was left half done when a process died is done with the next answer, whichever it is', async () => {
  for (const next of ['eve', 'jo']) {
    const { refuses, work, dead, system } = refusalStage();
    for (const name of NAMES.slice(0, 9)) refuses.set(addressOf(name), ILLEGAL);
    for (const name of NAMES.slice(0, 3)) await work(name);
    const { table } = system;
    const isMadeGood = (write: Write) =>
      'put' in write && write.put.pk === keys.recipient(keyOf('bo')).pk && write.put.dead === null;
    system.table = Object.create(table, {
      transact: {
        value: async (writes: Write[], writer: string) => {
          if (writes.some(isMadeGood)) throw new Error('the process dies');
          return table.transact(writes, writer);
        },
      },
    });
    await work('di');
    expect(await dead(...NAMES)).toEqual(['bo', 'cy']);
    system.table = table;
    await work(next);
    expect(await dead(...NAMES)).toEqual([]);
  }
});

describe('a row of refusals that the table does not take', () => {
  const isRow = (writes: Write[]) => puts(writes, keys.refusals().pk, ({ sk }) => sk === keys.refusals().sk);
  const BUSY = { outcome: 'busy', reason: 'throttled' } as const;
  const FIRST = { outcome: 'refused', index: 0 } as const;

  it.each([
    { what: 'others are first 7 times', times: 7, answer: FIRST, expected: ['ana'] },
    { what: 'others are first 8 times', times: 8, answer: FIRST, expected: [] },
    { what: 'it is busy 7 times', times: 7, answer: BUSY, expected: ['ana'] },
    { what: 'it is busy 8 times', times: 8, answer: BUSY, expected: [] },
  ])('lets nobody be dead of whom it cannot say that they are few: $what', async (one) => {
    const { refuses, work, dead, system } = refusalStage();
    refuses.set(addressOf('ana'), ILLEGAL);
    system.table = refusing(system.table, isRow, one);
    await work('ana');
    expect(await dead(...NAMES)).toEqual(one.expected);
  });

  it('keeps nobody from living again, and is emptied with the next answer', async () => {
    const { refuses, work, dead, system, table } = refusalStage();
    for (const name of NAMES.slice(0, 9)) refuses.set(addressOf(name), ILLEGAL);
    for (const name of NAMES.slice(0, 3)) await work(name);
    const isEmptied = (writes: Write[]) =>
      isRow(writes) && puts(writes, '', ({ many, blamed }) => many === true && String(blamed) === '');
    const busy = refusing(system.table, isEmptied, { times: 8, answer: BUSY });
    system.table = busy;
    await work('di');
    expect([busy.refused, await dead(...NAMES)]).toEqual([8, []]);
    expect((await loadRefusals(table)).blamed).toHaveLength(3);
    await work('eve');
    expect((await loadRefusals(table)).blamed).toEqual([]);
  });
});

describe('recipients refused in one batch in the same words', () => {
  it('are not to blame where they are half of it, whatever comes between them', async () => {
    const { refuses, work, dead } = refusalStage();
    for (const [index, name] of NAMES.entries()) if (index % 2 === 0) refuses.set(addressOf(name), ILLEGAL);
    await work(...NAMES);
    expect(await dead(...NAMES)).toEqual([]);
  });

  it('are not to blame where all of it is refused', async () => {
    const { refuses, work, dead, waiting } = refusalStage();
    for (const name of NAMES) refuses.set(addressOf(name), LISTED);
    await work(...NAMES);
    expect(await dead(...NAMES)).toEqual([]);
    expect(await Promise.all(NAMES.map(waiting))).toEqual(NAMES.map(() => true));
  });

  it('are dead where they are less than half of it and not more than three', async () => {
    const { refuses, work, dead } = refusalStage();
    for (const name of NAMES.slice(0, 3)) refuses.set(addressOf(name), ILLEGAL);
    await work(...NAMES);
    expect(await dead(...NAMES)).toEqual(['ana', 'bo', 'cy']);
  });

  it('alone are to blame: one of two is not many', async () => {
    const { refuses, work, dead } = refusalStage();
    refuses.set(addressOf('ana'), ILLEGAL);
    await work('ana', 'jo');
    expect(await dead(...NAMES)).toEqual(['ana']);
  });
});

it('a mail whose recipient is not to blame is tried again, and its notice is not lost', async () => {
  const { refuses, work, told, pass } = refusalStage();
  for (const name of NAMES.slice(0, 4)) refuses.set(addressOf(name), ILLEGAL);
  await work(...NAMES.slice(0, 4));
  refuses.clear();
  pass(20 * MINUTE);
  await work(...NAMES.slice(0, 4));
  expect(told.sort()).toEqual(NAMES.slice(0, 4).map(addressOf));
});

it('whoever takes a refusal back is not overtaken by the worker that is about to record it', async () => {
  const { system, table, dead } = refusalStage();
  const given = { recipient: keyOf('ana'), address: addressOf('ana'), claimedAt: START };
  const digest = newDigest({ ...given, id: 'd-1', leaseUntil: START + MINUTE });
  await table.transact([digestWrite(digest, { lookAt: START })], 'test');
  await recordBlameless(system, 'd-1');
  await recordRejected(system, 'd-1');
  expect(await dead('ana')).toEqual([]);
  expect(await loadDigest(table, 'd-1')).toMatchObject({ state: 'unsent', applied: true });
});
