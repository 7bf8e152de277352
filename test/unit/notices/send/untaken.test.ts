import { expect, it } from 'vitest';
import { MINUTE } from '../../../../functions/abandonment/time.ts';
import { recordUntaken, type Untaken } from '../../../../functions/notices/send/untaken.ts';
import type { Channel } from '../../../../functions/notices/ses/channel.ts';
import { START, workStage } from '../../work/stage.ts';

const REFUSED = { outcome: 'refused', code: 'MessageRejected', message: 'no' } as const;
const LOST: Untaken = { outcome: 'unknown', code: 'TimeoutError', message: 'no answer' };

async function recorded(result: Untaken, attempt = 1, channel: Channel['name'] = 'SES') {
  const { system, rows } = workStage();
  const delivery = {
    body: '',
    messageId: 'm',
    receiveCount: attempt,
    maxReceives: 10,
    firstReceivedAt: START - MINUTE,
  };
  await recordUntaken(system, { item: 'the key', channel, result, delivery });
  const [kind] = (await rows({ pk: 'OOPS' })).filter(({ pk }) => pk === 'OOPS');
  const [occurrence] = await rows({ pk: 'OOPS#' });
  return { kind, occurrence };
}

it.each<[string, Untaken, number, string]>([
  ['a time-out passes', LOST, 1, 'retryable'],
  ['a time-out for the third time does, too', LOST, 3, 'retryable'],
  ['a time-out for the fourth time is nobody’s mail going', LOST, 4, 'environment'],
  ['a rate passes', { ...REFUSED, cause: 'rate' }, 1, 'retryable'],
  ['a rate that lasts is nobody’s mail going', { ...REFUSED, cause: 'rate' }, 4, 'environment'],
  ['a refused address is its own, however often', { ...REFUSED, cause: 'recipient' }, 4, 'permanent'],
  [
    'an account that may not send is nobody’s mail going',
    { ...REFUSED, cause: 'environment' },
    1,
    'environment',
  ],
])('of what SES did not take: %s', async (_what, result, attempt, cause) => {
  const { kind, occurrence } = await recorded(result, attempt);
  expect(kind).toMatchObject({ worker: 'notify', cause });
  expect(occurrence).toMatchObject({ item: 'the key', attempt });
});

it.each([
  ['SES', 'SesMessageRejected', 'SES: MessageRejected: no'],
  ['SNS', 'SnsMessageRejected', 'SNS: MessageRejected: no'],
] as const)('the record of what %s did not take names it and its answer', async (channel, error, sample) => {
  const { kind } = await recorded({ ...REFUSED, cause: 'recipient' }, 1, channel);
  expect(kind).toMatchObject({ error, sample: expect.stringContaining(sample) });
});

it('what is nobody’s mail going counts for the breaker since its message was first received', async () => {
  const { occurrence } = await recorded({ ...REFUSED, cause: 'environment' }, 2);
  expect(occurrence?.p).toMatchObject({ since: START - MINUTE });
});
