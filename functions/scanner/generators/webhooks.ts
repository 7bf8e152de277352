import { eachNews, type NewsRecord, placeOf } from '../../store/webhook-news.ts';
import { loadWebhooks, type WebhookRecord } from '../../store/webhooks.ts';
import { retire } from '../../webhooks/end-deliveries.ts';
import { hint, wantsHint } from '../../webhooks/hint.ts';
import { NEWS_AT_ONCE, takeNews } from '../../webhooks/take-news.ts';
import { count } from '../evaluate-task.ts';
import { type Budget, DONE, type Generator } from '../generator.ts';
import { isOff } from '../off-queues.ts';
import type { Run } from '../run.ts';
import { sweep } from '../sweep.ts';

/**
 * Puts what happened into the histories of webhooks, and a message on the queue for each that has something to hear.
 * Nothing is read where there is none. The cursor is where it stopped among what happened.
 */
export const webhooksGenerator: Generator = {
  name: 'webhooks',
  band: 'normal',
  everySeconds: 0,
  isWanted: ({ view: { pausesRecord } }) => (pausesRecord.webhooks?.length ?? 0) > 0,
  async run(run, budget, cursor) {
    // What is due already does not wait for a run that gets to the end of what happened.
    if (cursor !== null) await serveAll(run);
    const stoppedAt = await takeAll(run, budget, cursor);
    if (stoppedAt !== null) return { cursor: stoppedAt };
    await serveAll(run);
    return DONE;
  },
};

/** Some that are taken together; the first names them. */
type Batch = { id: string; after: string; news: NewsRecord[] };

/** Answers where it stopped, where time ran out. */
async function takeAll(run: Run, budget: Budget, cursor: string | null): Promise<string | null> {
  let stoppedAt = cursor;
  const work = async ({ after, news }: Batch) => {
    stoppedAt = after;
    count(run, 'webhookEvents', await takeNews(run.system, news));
  };
  const partitions = [{ items: batches(run, cursor), work }];
  const turn = await sweep(run, { name: 'webhooks', partitions, atOnce: 1, budget });
  return turn.cursor === null ? null : stoppedAt;
}

async function* batches({ system }: Run, cursor: string | null): AsyncGenerator<Batch> {
  let news: NewsRecord[] = [];
  for await (const record of eachNews(system.table, cursor)) {
    news.push(record);
    if (news.length < NEWS_AT_ONCE) continue;
    yield batchOf(news);
    news = [];
  }
  if (news.length > 0) yield batchOf(news);
}

function batchOf(news: NewsRecord[]): Batch {
  const last = news.at(-1);
  return { id: news[0]?.task ?? '', after: last ? placeOf(last) : '', news };
}

/** Read once what happened is in the histories, which say what is due. */
async function serveAll(run: Run): Promise<void> {
  const items = await loadWebhooks(run.system.table);
  const work = (webhook: WebhookRecord) => serve(run, webhook);
  await sweep(run, { name: 'webhooks', partitions: [{ items, work }], atOnce: 1 });
}

async function serve(run: Run, webhook: WebhookRecord): Promise<void> {
  if (webhook.state !== 'active') {
    const isUsed = run.system.clock.now() < (webhook.lease?.until ?? 0);
    if (isUsed) return;
    if (webhook.due > 0 || webhook.state === 'removed') await retire(run.system, webhook);
    return;
  }
  const off = webhook.queuedAt !== null && (await isOff(run, 'webhook'));
  if (!wantsHint(webhook, run.system.clock.now(), off)) return;
  if (await hint(run.system, webhook.id, off)) count(run, 'webhooks');
}
