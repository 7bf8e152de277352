import { request } from 'node:http';
import { beforeAll, expect, inject, it } from 'vitest';
import { DAY, formatInstant } from '../../functions/abandonment/time.ts';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { type DigestRecord, loadDigest } from '../../functions/store/digests.ts';
import { policyWrite } from '../../functions/store/policies.ts';
import { loadRecipient } from '../../functions/store/recipients.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { keptMails, type SentMail } from '../../local/mailbox.ts';
import { putOnBus } from '../../local/owning-system.ts';
import { type LocalStage, scanOnce } from '../../local/stage.ts';
import { eventually } from '../local/deployed.ts';
import { localStackStage } from './localstack-stage.ts';

const TASK = 'acmeCo/prod/orders-capture';
const OWNER = 'ana@acme.test';

let stage: LocalStage;

/** A task that fails and never did anything else, since a month. */
async function publishFailing(): Promise<void> {
  const now = Date.now();
  const createdAt = formatInstant(now - 100 * DAY);
  const plane = { version: 1, dataPlane: 'aws-eu-west-1' };
  const task = {
    id: TASK,
    kind: 'capture',
    owners: [OWNER],
    dataPlane: plane.dataPlane,
    enabled: true,
    createdAt,
    version: 1,
  };
  const published = {
    version: 1,
    task,
    publishedAt: createdAt,
    by: 'creation',
    firstSeenAt: formatInstant(now - 30 * DAY),
  };
  const tasks = [{ task: TASK, shards: [{ id: '0', status: 'FAILED' }] }];
  await putOnBus(stage, [
    { detailType: 'Task Published', detail: published },
    { detailType: 'Shards Observed', detail: { ...plane, observedAt: formatInstant(now), tasks } },
  ]);
}

function digestOf(owner: string): Promise<DigestRecord> {
  return eventually('the digest', async () => {
    const { table } = stage.system;
    const recipient = await loadRecipient(table, recipientKey(owner));
    const digest = recipient?.lastDigest ? await loadDigest(table, recipient.lastDigest) : undefined;
    return digest?.messageId ? digest : undefined;
  });
}

async function mailTo(owner: string): Promise<SentMail | undefined> {
  const mails = await keptMails(inject('localStack'))();
  return mails.findLast(({ to }) => to.includes(owner));
}

/** As a browser asks: names below `localhost` are this machine. */
function open(link: string): Promise<{ status: number; body: string }> {
  const { port, host, pathname, search } = new URL(link);
  const asked = { host: '127.0.0.1', port, path: pathname + search, headers: { host } };
  return new Promise((resolve, reject) => {
    request(asked, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

beforeAll(async () => {
  stage = await localStackStage();
  const written = await stage.system.table.transact(
    [policyWrite('', { mode: 'disable' })],
    'prepared-for-mail',
  );
  expect(written).toEqual({ outcome: 'applied' });
  await publishFailing();
});

it('events on the bus go by its rule to the queue, and by the function to the table', async () => {
  const record = await eventually('the observed task', async () => {
    const found = await loadTask(stage.system.table, TASK);
    return found?.evidence.statuses.length ? found : undefined;
  });
  expect(record.task.owners).toEqual([OWNER]);
  expect(record.evidence.statuses).toEqual(['FAILED']);
});

it('the warning of its owner is delivered, as the events of the configuration set say', async () => {
  expect(await scanOnce(stage)).toMatchObject({ fired: 1 });
  const { id, messageId } = await digestOf(OWNER);
  const delivered = await eventually('the delivery', async () => {
    const digest = await loadDigest(stage.system.table, id);
    return digest?.state === 'delivered' ? digest : undefined;
  });
  expect(delivered.items.map(({ task, notice }) => [task, notice])).toEqual([[TASK, 'warning']]);
  expect((await mailTo(OWNER))?.messageId).toBe(messageId);
});

it('a link of the mail leads to the page about the task', async () => {
  const text = (await mailTo(OWNER))?.text ?? '';
  const [link = ''] = /http:\/\/\S+\.lambda-url\.eu-west-1\.localhost:\d+\/\S+/.exec(text) ?? [];
  expect(link).toContain(`.localhost:${new URL(inject('localStack')).port}/`);
  const page = await open(link);
  expect(page.status).toBe(200);
  expect(page.body).toContain(TASK);
});
