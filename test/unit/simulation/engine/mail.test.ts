import { expect, test } from 'vitest';
import type { OutgoingMail } from '../../../../functions/platform/ports.ts';
import type { DigestItem, DigestRecord } from '../../../../functions/store/digests.ts';
import { type AcceptedMail, type RefusedMail, SimMail } from '../../../../simulation/engine/sim-mail.ts';
import { VirtualClock } from '../../../../simulation/engine/virtual-clock.ts';

const NOW = Date.parse('2026-01-29T00:00:00Z');
const DUE = Date.parse('2026-02-05T00:00:00Z');

const ITEM: DigestItem = {
  task: 'acmeCo/a',
  episode: 1,
  notice: 'warning',
  grace: 1,
  disableAt: DUE,
  since: 0,
  restarts: 2,
  asked: 0,
};

function mailOf(text: string, to = 'ana@acme.test'): OutgoingMail {
  return { to, subject: 's', text, html: '', headers: {}, digest: 'd1' };
}

function sesWith(items: DigestItem[] | undefined) {
  const heard = { accepted: [] as AcceptedMail[], refused: [] as RefusedMail[], untrue: [] as string[] };
  const mail = new SimMail({
    clock: new VirtualClock(NOW),
    digest: async () => (items ? ({ items } as DigestRecord) : undefined),
    listener: {
      accepted: (mail) => heard.accepted.push(mail),
      refused: (mail) => heard.refused.push(mail),
      untrue: (_mail, what) => heard.untrue.push(what),
    },
  });
  return { mail, heard };
}

const TRUE_TEXT = '* "acmeCo/a"\n  on Thursday 5 February 2026, 01:00 Berlin\n  time (00:00 UTC)';

test('a mail is taken with what its digest row says', async () => {
  const { mail, heard } = sesWith([ITEM]);
  const result = await mail.send(mailOf(TRUE_TEXT));
  expect(result).toEqual({ outcome: 'accepted', messageId: 'ses-1' });
  expect(heard.accepted).toMatchObject([{ at: NOW, to: 'ana@acme.test', digest: 'd1', items: [ITEM] }]);
  expect(heard.untrue).toEqual([]);
  expect(mail.newestTo('Ana@acme.test')?.messageId).toBe('ses-1');
  expect(mail.newestTo('bob@acme.test')).toBeUndefined();
});

test('a mail without a claimed digest row is noticed', async () => {
  const { mail, heard } = sesWith(undefined);
  await mail.send(mailOf(TRUE_TEXT));
  expect(heard.untrue).toEqual(['its digest row was never claimed']);
});

test('a text that leaves out a task or a date of its digest row is noticed', async () => {
  const { mail, heard } = sesWith([ITEM]);
  await mail.send(mailOf('some task at 5 February 2026, 00:00 UTC'));
  await mail.send(mailOf('* "acmeCo/a"\nsoon'));
  expect(heard.untrue).toEqual([
    'it does not name acmeCo/a',
    'it does not say 2026-02-05T00:00:00Z for acmeCo/a',
  ]);
});

test('a refused address is printed as a failed mail, and nothing was sent', async () => {
  const { mail, heard } = sesWith([ITEM]);
  mail.faults.onSend = () => ({
    outcome: 'refused',
    cause: 'recipient',
    code: 'MessageRejected',
    message: 'no',
  });
  await mail.send(mailOf(TRUE_TEXT));
  expect(heard.accepted).toEqual([]);
  expect(heard.refused).toEqual([{ at: NOW, to: 'ana@acme.test', digest: 'd1', reason: 'rejected' }]);
  expect(mail.failedAttempts).toBe(1);
});

test('a throttled mail is nobody’s failure', async () => {
  const { mail, heard } = sesWith([ITEM]);
  mail.faults.onSend = () => ({ outcome: 'refused', cause: 'rate', code: 'Throttling', message: 'slow' });
  expect(await mail.send(mailOf(TRUE_TEXT))).toMatchObject({ outcome: 'refused', cause: 'rate' });
  expect(heard).toEqual({ accepted: [], refused: [], untrue: [] });
});

test('a time-out after acceptance is a mail that was taken and an answer that was lost', async () => {
  const { mail, heard } = sesWith([ITEM]);
  mail.faults.onSend = () => 'timeout-after-accept';
  expect(await mail.send(mailOf(TRUE_TEXT))).toMatchObject({ outcome: 'unknown' });
  expect(heard.accepted).toHaveLength(1);
  expect(mail.accepted).toBe(1);
});
