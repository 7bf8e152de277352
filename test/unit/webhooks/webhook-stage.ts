import { DAY, type Instant, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { addWebhook, type NewWebhook } from '../../../functions/operators/webhooks.ts';
import type {
  OutgoingMessage,
  QueueName,
  WebhookAnswer,
  WebhookCall,
} from '../../../functions/platform/ports.ts';
import { buildSystem } from '../../../functions/platform/system.ts';
import { runScan } from '../../../functions/scanner/scan.ts';
import { loadPauses } from '../../../functions/store/pauses.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { type News, newsWrites } from '../../../functions/store/webhook-news.ts';
import { loadWebhook, type WebhookRecord } from '../../../functions/store/webhooks.ts';
import { webhookConsumer } from '../../../functions/webhooks/webhook-consumer.ts';
import type { Outcome } from '../../../functions/work/consumer.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { answered, memorySecrets } from '../../../simulation/engine/sim-webhooks.ts';

export { answered, GONE_AWAY } from '../../../simulation/engine/sim-webhooks.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

interface Called {
  at: Instant;
  call: WebhookCall;
}

/** A stage on memory whose webhooks are called for real but for the network. */
export function webhookStage() {
  const table = new MemoryTable({ freeze: true });
  const calls: Called[] = [];
  const secrets = memorySecrets();
  const queue: { body: string; receives: number }[] = [];
  const codes: string[] = [];
  let answer: (call: WebhookCall, body: { type: string; data: Record<string, unknown> }) => WebhookAnswer =
    () => answered(204);
  let now = START;
  let numbers = 0;
  const state = { mostInFlight: 0, atOnce: 0, mostAtOnce: 0 };
  const system = buildSystem('a test', {
    clock: { now: () => now },
    random: {
      next: () => 0.5,
      id: () => {
        numbers += 1;
        return `id-${String(numbers).padStart(23, '0')}`;
      },
    },
    table,
    queues: {
      send: async (name: QueueName, messages: OutgoingMessage[]) => {
        if (name !== 'webhook') return;
        queue.push(...messages.map(({ body }) => ({ body, receives: 0 })));
        state.mostInFlight = Math.max(state.mostInFlight, queue.length);
      },
    },
    operators: {
      notify: async (alert, others = []) => void codes.push(...[alert, ...others].map(({ code }) => code)),
    },
    webhooks: {
      call: async (call) => {
        state.atOnce += 1;
        state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce);
        // A call takes long beside what else is done: whoever may do so gets between.
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        state.atOnce -= 1;
        calls.push({ at: now, call });
        return answer(call, JSON.parse(call.body));
      },
      secrets,
    },
    config: {
      stage: 'local',
      functionVersion: '1',
      contact: 'the platform team',
      controlPlane: 'own',
      gatherDisabled: 0,
      confirmWithin: DAY,
      sendLease: MINUTE,
      allowedDomains: null,
    },
  });
  let rev = 0;
  return {
    table,
    system,
    secrets,
    kept: secrets.kept,
    calls,
    queue,
    codes,
    state,
    now: () => now,
    pass: (duration: number) => {
      now += duration;
    },
    /** What its webhooks answer from now on. */
    answering: (next: typeof answer) => {
      answer = next;
    },
    async add(more: Partial<NewWebhook> = {}): Promise<WebhookRecord> {
      const wanted = {
        url: 'https://hooks.acme.test/in',
        prefix: '',
        types: [],
        format: 'standard' as const,
        ...more,
      };
      const added = await addWebhook(system, secrets, wanted, 'olga');
      if (added.outcome === 'refused') throw new Error(added.problem);
      return added.webhook;
    },
    webhook: async (id: string) => {
      const webhook = await loadWebhook(table, id);
      if (!webhook) throw new Error(`no webhook ${id}`);
      return webhook;
    },
    /** Something happened to tasks: one write of each. */
    async happen(tasks: readonly string[], type: News['type'] = 'task.held') {
      const { webhooks } = await loadPauses(table);
      for (const task of tasks) {
        rev += 1;
        const data = {
          task,
          tenant: 'acmeCo',
          kind: 'capture',
          dataPlane: 'eu-1',
          episode: 1,
          reason: 'kept',
          rev,
        };
        const id = () => system.random.id(now);
        const writes = newsWrites(webhooks, { id: task, rev }, [{ type, data }], { at: now, id });
        if (writes.length > 0) await table.transact(writes, id());
      }
    },
    /** One scan at the present. */
    scan: () => runScan(system, { scheduledAt: now, remainingMs: () => 240_000 }),
    /** Works what is on the queue once; what is to be tried again stays there. */
    async work(): Promise<Outcome[]> {
      const outcomes: Outcome[] = [];
      for (const message of [...queue]) {
        message.receives += 1;
        const delivery = { body: message.body, messageId: `m${message.body.length}`, maxReceives: 10 };
        const outcome = await processMessage(system, webhookConsumer, {
          ...delivery,
          receiveCount: message.receives,
          endsBy: now + 60 * SECOND,
        });
        if (outcome.outcome !== 'retry') queue.splice(queue.indexOf(message), 1);
        outcomes.push(outcome);
      }
      return outcomes;
    },
    /** The bodies that were taken in, in their order. */
    said: () => calls.map(({ call }) => JSON.parse(call.body)),
  };
}

export type WebhookStage = ReturnType<typeof webhookStage>;
