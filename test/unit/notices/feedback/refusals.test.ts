import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { blameFor, noteTaken } from '../../../../functions/notices/feedback/refusals.ts';
import { notifyConsumer } from '../../../../functions/notices/send/notify-consumer.ts';
import { recordBlameless, recordRejected } from '../../../../functions/notices/send/record-digest.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { digestWrite, loadDigest, newDigest } from '../../../../functions/store/digests.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { noticeWrite } from '../../../../functions/store/notices.ts';
import { loadRecipient, newRecipient, recipientWrite } from '../../../../functions/store/recipients.ts';
import { loadRefusals, refusalsWrite } from '../../../../functions/store/refusals.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { processBatch } from '../../../../functions/work/sqs-batch.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { START, workStage } from '../../work/stage.ts';

const addressOf = (name: string) => `${name}@acme.test`;
const keyOf = (name: string) => recipientKey(addressOf(name));

const ILLEGAL = 'Local address contains illegal character';
const LISTED = 'Address blacklisted.';

/** Recipients for whom a notice waits, a notifier of one batch after the other, and SES as it answers each. */
function refusalStage() {
  const stage = workStage();
  const refuses = new Map<string, string>();
  const mailed: string[] = [];
  stage.system.mailer.send = async ({ to }) => {
    const message = refuses.get(to);
    if (message === undefined) {
      mailed.push(to);
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
  return { ...stage, refuses, mailed, work, dead, revive, waiting };
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
  it('are suppressed while they are at most three', async () => {
    const { refuses, work, dead } = refusalStage();
    for (const name of NAMES.slice(0, 3)) refuses.set(addressOf(name), ILLEGAL);
    for (const name of NAMES.slice(0, 3)) await work(name);
    await work('jo');
    expect(await dead(...NAMES)).toEqual(['ana', 'bo', 'cy']);
  });

  it('are not to blame from the fourth on, and those who were blamed are revived and notified', async () => {
    const { refuses, work, dead, waiting, mailed, count } = refusalStage();
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
    expect(mailed).toEqual(NAMES.map(addressOf));
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

  it('are each suppressed where SES takes mail in between: a fleet may have many bad addresses', async () => {
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

  it('are each suppressed once SES takes mail again and goes on refusing them', async () => {
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

  it('are each suppressed where the words differ', async () => {
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

  it('do not take with them one who was suppressed for something else meanwhile', async () => {
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
  ])('suppresses nobody of whom it cannot say that they are few: $what', async (conflict) => {
    const { refuses, work, dead, system } = refusalStage();
    refuses.set(addressOf('ana'), ILLEGAL);
    system.table = refusing(system.table, isRow, conflict);
    await work('ana');
    expect(await dead(...NAMES)).toEqual(conflict.expected);
  });

  it('keeps nobody from being revived, and is emptied with the next answer', async () => {
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

  it('are suppressed where they are less than half of it and not more than three', async () => {
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

describe('the row of refusals', () => {
  const refused = (message: string, code = 'InvalidParameterValue') =>
    ({ outcome: 'refused', cause: 'recipient', code, message }) as const;

  const mailTo = (name: string, id: string) =>
    newDigest({
      id,
      recipient: keyOf(name),
      address: addressOf(name),
      claimedAt: START,
      leaseUntil: START + MINUTE,
    });

  /** Has SES refuse mails one after the other, each to a recipient in some words. */
  async function rowOf(refusals: [address: string, message: string, code?: string][]) {
    const stage = workStage();
    const blamed: string[] = [];
    for (const [place, [address, message, code]] of refusals.entries()) {
      const claim = {
        recipient: recipientKey(address),
        address,
        claimedAt: START,
        leaseUntil: START + MINUTE,
      };
      const digest = newDigest({ ...claim, id: `d-${String(place).padStart(3, '0')}` });
      blamed.push(await blameFor(stage.system, digest, refused(message, code), undefined));
    }
    return { ...stage, blamed, row: await loadRefusals(stage.table) };
  }

  it.each<[string, [string, string, string?][], boolean]>([
    [
      'the same',
      [
        ['ana@acme.test', 'no'],
        ['bo@acme.test', 'no'],
      ],
      true,
    ],
    [
      'the same but for the address',
      [
        ['ana@acme.test', 'no <Ana@ACME.test>'],
        ['bo@acme.test', 'No <bo@acme.test>'],
      ],
      true,
    ],
    [
      'the same but for the domain',
      [
        ['ana@acme.test', 'no mail for acme.test'],
        ['bo@beta.test', 'no mail for beta.test'],
      ],
      true,
    ],
    [
      'others',
      [
        ['ana@acme.test', 'no'],
        ['bo@acme.test', 'never'],
      ],
      false,
    ],
    [
      'the same with another code',
      [
        ['ana@acme.test', 'no'],
        ['bo@acme.test', 'no', 'MessageRejected'],
      ],
      false,
    ],
  ])('goes on or begins anew by the words of SES: %s', async (_what, refusals, goesOn) => {
    const { row, blamed } = await rowOf(refusals);
    expect(row.recipients).toEqual(
      (goesOn ? refusals : refusals.slice(1)).map(([address]) => recipientKey(address)),
    );
    expect(row.blamed).toEqual(goesOn ? ['d-000', 'd-001'] : ['d-001']);
    expect(blamed).toEqual(['recipient', 'recipient']);
  });

  it('goes to operators once it is one of many, in the words of SES', async () => {
    const { row, blamed, logged } = await rowOf(NAMES.slice(0, 4).map((name) => [addressOf(name), 'No.']));
    expect(blamed).toEqual(['recipient', 'recipient', 'recipient', 'nobody']);
    expect(row).toMatchObject({ words: 'InvalidParameterValue: no.', many: true, blamed: [] });
    const recipients = NAMES.slice(0, 4).map(keyOf);
    expect(logged).toContainEqual({
      message: 'SES refuses many in the same words: nobody is blamed',
      properties: { code: 'InvalidParameterValue', text: 'No.', recipients },
    });
  });

  it('knows no more recipients than tell that they are many, and is not written for each of the others', async () => {
    const { row } = await rowOf(NAMES.map((name) => [addressOf(name), 'no']));
    expect(row.recipients).toEqual(NAMES.slice(0, 4).map(keyOf));
    // Four refusals, and those who were blamed made good.
    expect(row.rev).toBe(5);
  });

  it('knows the newest hundred mails for which somebody is suppressed', async () => {
    const { row } = await rowOf(Array.from({ length: 101 }, () => ['ana@acme.test', 'no']));
    expect(row.many).toBe(false);
    expect(row.blamed).toHaveLength(100);
    expect([row.blamed[0], row.blamed.at(-1)]).toEqual(['d-001', 'd-100']);
  });

  it('of many ends in other words only once all are made good who were blamed in it', async () => {
    const stage = await rowOf([]);
    const many = {
      words: 'x',
      recipients: NAMES.slice(0, 4).map(keyOf),
      many: true,
      blamed: ['d-9'],
      rev: 0,
    };
    const claim = {
      recipient: keyOf('bo'),
      address: addressOf('bo'),
      claimedAt: START,
      leaseUntil: START + MINUTE,
    };
    const nine = { ...newDigest({ ...claim, id: 'd-9' }), state: 'rejected', dead: 'rejected' } as const;
    const bo = {
      ...newRecipient(keyOf('bo'), addressOf('bo')),
      dead: { reason: 'rejected', at: START },
    } as const;
    await stage.table.transact(
      [refusalsWrite(many), digestWrite(nine as never, { lookAt: START }), recipientWrite(bo)],
      'given',
    );
    const ana = newDigest({ ...claim, id: 'd-0', recipient: keyOf('ana'), address: addressOf('ana') });
    expect(await blameFor(stage.system, ana, refused('no'), undefined)).toBe('recipient');
    expect(await loadRefusals(stage.table)).toMatchObject({
      recipients: [keyOf('ana')],
      many: false,
      blamed: ['d-0'],
    });
    expect((await loadRecipient(stage.table, keyOf('bo')))?.dead).toBeNull();
  });

  it.each<[string, number, [string, string][], string[]]>([
    [
      'two of four are half of it',
      4,
      [
        ['ana', 'no'],
        ['bo', 'no'],
      ],
      ['recipient', 'nobody'],
    ],
    [
      'two of two are all of it',
      2,
      [
        ['ana', 'no'],
        ['bo', 'no'],
      ],
      ['recipient', 'nobody'],
    ],
    [
      'two of five are less',
      5,
      [
        ['ana', 'no'],
        ['bo', 'no'],
      ],
      ['recipient', 'recipient'],
    ],
    ['one of one is not many', 1, [['ana', 'no']], ['recipient']],
    [
      'one that comes twice is not two',
      2,
      [
        ['ana', 'no'],
        ['ana', 'no'],
      ],
      ['recipient', 'recipient'],
    ],
    [
      'two in other words are one and one',
      2,
      [
        ['ana', 'no'],
        ['bo', 'never'],
      ],
      ['recipient', 'recipient'],
    ],
  ])('is of many where they are half of one batch: %s', async (_what, size, refusals, blamed) => {
    const { system, table, logged } = workStage();
    const batch = { size };
    const found: string[] = [];
    for (const [place, [name, message]] of refusals.entries())
      found.push(await blameFor(system, mailTo(name, `d-${place}`), refused(message), batch));
    expect(found).toEqual(blamed);
    expect(logged).toHaveLength(blamed.includes('nobody') ? 1 : 0);
    // Once it is of many it goes on to be, whoever comes, alone or in another batch.
    expect(await blameFor(system, mailTo('cy', 'd-9'), refused('no'), { size: 10 })).toBe(
      blamed.includes('nobody') ? 'nobody' : 'recipient',
    );
    expect((await loadRefusals(table)).blamed.includes('d-9')).toBe(!blamed.includes('nobody'));
  });

  it('knows a mail once, however often its message comes', async () => {
    const { system, table } = workStage();
    for (const _ of [1, 2]) await blameFor(system, mailTo('ana', 'd-1'), refused('no'), undefined);
    expect((await loadRefusals(table)).blamed).toEqual(['d-1']);
  });

  it('holds no address', async () => {
    const { row } = await rowOf([['ana@acme.test', 'No <Ana@ACME.test>, no mail for acme.test']]);
    expect(row.words).toBe('InvalidParameterValue: no <…>, no mail for …');
  });

  it('blames nobody while it cannot be stored', async () => {
    const { system } = workStage();
    system.table = refusing(system.table, () => true, { times: 8, answer: { outcome: 'busy', reason: 'x' } });
    expect(await blameFor(system, mailTo('ana', 'd-1'), refused('no'), undefined)).toBe('nobody');
  });

  it('of many is kept while those who were blamed in it cannot be made good', async () => {
    const { system, table } = workStage();
    const many = {
      words: 'x',
      recipients: NAMES.slice(0, 4).map(keyOf),
      many: true,
      blamed: ['d-9'],
      rev: 0,
    };
    await table.transact([refusalsWrite(many)], 'given');
    system.table = refusing(system.table, () => true, { times: 8, answer: { outcome: 'busy', reason: 'x' } });
    await noteTaken(system);
    expect(await loadRefusals(table)).toMatchObject({ words: 'x', many: true, blamed: ['d-9'] });
    await noteTaken(system);
    expect(await loadRefusals(table)).toMatchObject({ words: '', many: false, blamed: [] });
  });

  it('that cannot be read or stored for another reason than others is a fault', async () => {
    const { system } = workStage();
    const away = new Error('the table is away');
    system.table = Object.assign(
      refusing(system.table, () => false),
      { transact: () => Promise.reject(away) },
    );
    const claim = {
      recipient: keyOf('bo'),
      address: addressOf('bo'),
      claimedAt: START,
      leaseUntil: START + MINUTE,
    };
    await expect(blameFor(system, newDigest({ ...claim, id: 'd' }), refused('no'), undefined)).rejects.toBe(
      away,
    );
  });

  it('is not written where SES takes a mail and refused none', async () => {
    const { system, writes } = workStage();
    await noteTaken(system);
    expect(writes).toEqual([]);
  });

  it('ends with a mail that SES takes, few or many', async () => {
    for (const many of [false, true]) {
      const { system, table } = workStage();
      await table.transact(
        [refusalsWrite({ words: 'x', recipients: ['b'], many, blamed: [], rev: 0 })],
        'given',
      );
      await noteTaken(system);
      expect(await loadRefusals(table)).toMatchObject({ words: '', recipients: [], many: false });
    }
  });
});

it('a mail whose recipient is not to blame is tried again, and its notice is not lost', async () => {
  const { refuses, work, mailed, pass } = refusalStage();
  for (const name of NAMES.slice(0, 4)) refuses.set(addressOf(name), ILLEGAL);
  await work(...NAMES.slice(0, 4));
  refuses.clear();
  pass(20 * MINUTE);
  await work(...NAMES.slice(0, 4));
  expect(mailed.sort()).toEqual(NAMES.slice(0, 4).map(addressOf));
});

it('whoever takes a refusal back is not overtaken by the worker that is about to record it', async () => {
  const { system, table, dead } = refusalStage();
  const claim = { recipient: keyOf('ana'), address: addressOf('ana'), claimedAt: START };
  const digest = newDigest({ ...claim, id: 'd-1', leaseUntil: START + MINUTE });
  await table.transact([digestWrite(digest, { lookAt: START })], 'test');
  await recordBlameless(system, 'd-1');
  await recordRejected(system, 'd-1');
  expect(await dead('ana')).toEqual([]);
  expect(await loadDigest(table, 'd-1')).toMatchObject({ state: 'unsent', applied: true });
});
