import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openAwsStage } from '../../cli/aws-stage.ts';
import { Interrupts } from '../../cli/interrupts.ts';
import { run } from '../../cli/program.ts';
import { DAY } from '../../functions/abandonment/time.ts';
import type { QueueName } from '../../functions/platform/queues.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import { alertWrite } from '../../functions/store/alerts.ts';
import { loadPolicies } from '../../functions/store/policies.ts';
import { loadTask, newTaskRecord, taskWrite } from '../../functions/store/tasks.ts';
import { awsVariables, ROOT } from '../../local/local-aws.ts';
import { levelOf } from '../../local/queue-levels.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage, eventually } from './deployed.ts';

const RECOVERED = 'pushed/dlq/recovered';
const SLOW = 120_000;
/** Each queue that is read takes seconds. */
const DISABLE = ['--queue', 'disable'];

let stage: LocalStage;

beforeAll(async () => {
  stage = await deployedStage();
  for (const [name, value] of Object.entries(awsVariables(stage.aws.endpoint))) vi.stubEnv(name, value);
});

afterAll(() => vi.unstubAllEnvs());

/** What a stream that is no terminal was told. */
class Output {
  readonly isTTY = false;
  text = '';

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

/** Runs the command as a terminal would, in this process. */
async function dlq(...args: string[]): Promise<string> {
  const [stdout, stderr] = [new Output(), new Output()];
  const code = await run(['dlq', ...args], {
    open: openAwsStage,
    stdin: process.stdin,
    stdout,
    stderr,
    env: { TASKWARDEN_STAGE: 'local' },
    folder: ROOT,
    pause: (duration) => new RealClock().pause(duration),
    interrupts: new Interrupts(),
  });
  expect(code, stderr.text).toBe(0);
  return stdout.text;
}

interface Line {
  id: string;
  queue: string;
  kind: string;
  reason: string;
  now: { would: string; reason: string };
}

async function list(...selectors: string[]): Promise<Line[]> {
  const out = await dlq('list', ...selectors, '--json');
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

/** The letter that is there, once it is. */
function listed(...selectors: string[]): Promise<Line> {
  return eventually(`a letter of ${selectors}`, async () => (await list(...selectors))[0], SLOW);
}

async function send(
  QueueUrl: string,
  MessageBody: string,
  attributes: Record<string, string> = {},
): Promise<void> {
  const named = Object.entries(attributes);
  const MessageAttributes = Object.fromEntries(
    named.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  await stage.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
}

const queueOf = (queue: QueueName) => stage.deployment.queues[queue];

/** A task that failed, was to be turned off, and runs again. */
async function storeRecovered(): Promise<void> {
  const now = Date.now();
  const record = newTaskRecord({
    id: RECOVERED,
    kind: 'capture',
    dekaf: false,
    owners: ['rea@dlq.test'],
    dataPlane: 'aws-eu-west-1',
    enabled: true,
    createdAt: now - 300 * DAY,
    firstSeenAt: now - 300 * DAY,
    version: 4,
  });
  const evidence = {
    ...record.evidence,
    observedAt: now,
    statuses: ['PRIMARY' as const],
    lastSeen: { PRIMARY: now },
  };
  const alert = alertWrite({
    task: RECOVERED,
    episode: 1,
    type: 'task_abandoned',
    stage: 'disable',
    since: now - 30 * DAY,
    firedAt: now - 10 * DAY,
    resolvedAt: now - DAY,
    reason: 'recovered',
    evidence: {},
    mails: [],
    run: null,
    untold: [],
    holders: [],
  });
  const policy = (await loadPolicies(stage.system.table)).for(RECOVERED);
  const writes = [taskWrite({ ...record, evidence, episodes: 1 }, policy), alert];
  const { outcome } = await stage.system.table.transact(writes, 'a-task-that-recovered');
  expect(outcome).toBe('applied');
}

describe('a message that nobody can work', () => {
  const POISON = 'this is { no JSON, sent by an operator';
  const unreadable = async () => (await list(...DISABLE, '--kind', 'unreadable')).map(({ id }) => id);

  it(
    'is listed and shown with its reason, sent back on request alone, and discarded',
    async () => {
      const before = new Set(await unreadable());
      await send(queueOf('disable').url, POISON);
      const found = async () => {
        const id = (await unreadable()).find((candidate) => !before.has(candidate));
        return id === undefined ? undefined : (await list(...DISABLE, '--id', id))[0];
      };
      const letter = await eventually('the letter', found, SLOW);
      expect(letter).toMatchObject({
        reason: 'not JSON',
        now: { would: 'be given up again', reason: 'it cannot be read' },
      });
      const shown = await dlq('show', letter.id);
      expect(shown).toContain(POISON);
      expect(shown).toContain('reason    not JSON');
      expect(shown).toContain('redriven  0 of 3 times');
      expect(await dlq('redrive', ...DISABLE, '--id', letter.id)).toContain(
        '1 of 1 would be sent back; nothing was changed, --yes does it',
      );
      expect(await list(...DISABLE, '--id', letter.id)).toHaveLength(1);
      expect(await dlq('redrive', ...DISABLE, '--id', letter.id, '--yes')).toContain(
        '1 sent back to their queues',
      );
      expect(await list(...DISABLE, '--id', letter.id)).toEqual([]);
      const again = await eventually('the letter again', found, SLOW);
      expect(again.id).not.toBe(letter.id);
      expect(await dlq('show', again.id)).toContain('redriven  1 of 3 times');
      expect(await dlq('discard', ...DISABLE, '--id', again.id, '--yes')).toContain('1 discarded');
      expect(await list(...DISABLE, '--id', again.id)).toEqual([]);
    },
    3 * SLOW,
  );
});

describe('a disabling that was given up', () => {
  it(
    'of a task that runs again would be skipped, and is skipped',
    async () => {
      await storeRecovered();
      const message = {
        v: 1,
        kind: 'disable',
        key: RECOVERED,
        episode: 1,
        notAfter: Date.now() + DAY,
        correlationId: 'c',
      };
      const gaveUp = {
        messageId: 'm',
        receiveCount: '10',
        reason: 'AccessDenied: no role',
        sentAt: String(Date.now() - DAY),
      };
      await send(queueOf('disable').deadLetterUrl, JSON.stringify(message), gaveUp);
      const letter = await listed(...DISABLE, '--task', RECOVERED);
      expect(letter).toMatchObject({ kind: 'disable', reason: 'AccessDenied: no role' });
      expect(letter.now).toEqual({ would: 'be skipped', reason: 'recovered' });
      const shown = await dlq('show', letter.id);
      expect(shown).toContain('now       would be skipped: recovered');
      expect(shown).toContain('received 10 times');
      expect(await dlq('redrive', ...DISABLE, '--task', RECOVERED)).toContain('would be skipped: recovered');
      await dlq('redrive', ...DISABLE, '--task', RECOVERED, '--reason', 'accessdenied', '--yes');
      await eventually(
        'the queue at rest',
        async () => ((await isAtRest('disable')) ? true : undefined),
        SLOW,
      );
      expect(await list(...DISABLE, '--task', RECOVERED)).toEqual([]);
      expect(await loadTask(stage.system.table, RECOVERED)).toMatchObject({
        task: { enabled: true },
        open: null,
      });
    },
    2 * SLOW,
  );

  async function isAtRest(queue: QueueName): Promise<boolean> {
    const { busy, delayed } = await levelOf(stage, queueOf(queue).url);
    return busy + delayed === 0;
  }
});

describe('ticks that were lost', () => {
  it.each(['scanner-undelivered', 'scanner-failed'])(
    '%s: listed, never sent back, and discarded',
    async (queue) => {
      const tick = { scheduledAt: new Date().toISOString() };
      const body =
        queue === 'scanner-undelivered'
          ? tick
          : { requestPayload: tick, responsePayload: { errorType: 'Error', errorMessage: 'no memory' } };
      const attributes = queue === 'scanner-undelivered' ? { ERROR_CODE: 'TooManyRequests' } : {};
      await send(stage.deployment.ticks?.[queue] ?? '', JSON.stringify(body), attributes);
      const letter = await listed('--queue', queue);
      expect(letter).toMatchObject({ kind: 'tick', now: { would: 'never be sent back' } });
      expect(letter.reason).toBe(queue === 'scanner-undelivered' ? 'TooManyRequests' : 'Error: no memory');
      expect(await dlq('redrive', '--queue', queue, '--yes')).toContain('1 left: ticks are never sent back');
      expect(await list('--queue', queue)).toHaveLength(1);
      expect(await dlq('discard', '--queue', queue, '--yes')).toContain('1 discarded');
      expect(await list('--queue', queue)).toEqual([]);
    },
    2 * SLOW,
  );
});
