import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../../functions/abandonment/time.ts';
import {
  alertEnd,
  raiseTopicRefused,
  revivalOf,
} from '../../../../functions/notices/feedback/topic-refused.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { loadRecipient, newRecipient, recipientWrite } from '../../../../functions/store/recipients.ts';
import { START, workStage } from '../../work/stage.ts';
import { TOPIC } from '../send/answer-stage.ts';

const KEY = recipientKey(TOPIC);

describe('a topic that refuses what is published', () => {
  it('goes to operators once, with the answer and what they can do', async () => {
    const { system, rows, pass } = workStage();
    await raiseTopicRefused(system, TOPIC, 'AuthorizationError');
    const alert = {
      code: 'topic-refused',
      subject: TOPIC,
      since: START,
      toldAt: null,
      active: true,
      detail:
        `SNS answered AuthorizationError for ${TOPIC}; nothing more is published there until it is revived ` +
        '(taskwarden recipients revive). People are told by mail as before',
    };
    expect(await rows({ pk: 'OPERATORS' })).toMatchObject([alert]);
    pass(MINUTE);
    await raiseTopicRefused(system, TOPIC, 'NotFound');
    expect(await rows({ pk: 'OPERATORS' })).toMatchObject([alert]);
  });

  it('hears again once it is revived, and operators of nothing more', async () => {
    const { system, table, rows } = workStage();
    const dead = { reason: 'rejected', at: START } as const;
    await table.transact([recipientWrite({ ...newRecipient(KEY, TOPIC), dead })], 'test');
    await raiseTopicRefused(system, TOPIC, 'NotFound');
    await table.transact(await revivalOf(system, TOPIC), 'revive');
    expect((await loadRecipient(table, KEY))?.dead).toBeNull();
    expect(await rows({ pk: 'OPERATORS' })).toEqual([]);
  });

  it('is revived by nothing where it did not refuse, or nobody ever published there', async () => {
    const { system, table } = workStage();
    expect(await revivalOf(system, TOPIC)).toEqual([]);
    await table.transact([recipientWrite(newRecipient(KEY, TOPIC))], 'test');
    expect(await revivalOf(system, TOPIC)).toEqual([]);
  });

  it('is taken back by itself, and not the alert about another', async () => {
    const { system, table, rows } = workStage();
    const other = `${TOPIC}-2` as const;
    await raiseTopicRefused(system, TOPIC, 'NotFound');
    await raiseTopicRefused(system, other, 'NotFound');
    await table.transact(alertEnd(TOPIC), 'end');
    expect(await rows({ pk: 'OPERATORS' })).toMatchObject([{ subject: other }]);
  });
});
