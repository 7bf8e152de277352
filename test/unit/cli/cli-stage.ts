import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlarmBoard, Heard, SeenAlarm } from '../../../cli/alarms/alarm-board.port.ts';
import type { Cli } from '../../../cli/command.ts';
import type { AwsAccount } from '../../../cli/doctor/aws-account.port.ts';
import { UsageError } from '../../../cli/errors.ts';
import type { EventBus, NotTaken, SourcedEntry } from '../../../cli/event-bus.ts';
import { run } from '../../../cli/program.ts';
import { DAY, formatInstant, type Instant } from '../../../functions/abandonment/time.ts';
import type { WorkerControl } from '../../../functions/breaker/worker-control.port.ts';
import { listerConsumer } from '../../../functions/catalog/listings/lister-consumer.ts';
import { disableConsumer } from '../../../functions/disabling/disable-consumer.ts';
import { recordMailEvent } from '../../../functions/notices/feedback/mail-events.ts';
import { notifyConsumer } from '../../../functions/notices/send/notify-consumer.ts';
import type { Severity } from '../../../functions/platform/alarm-names.ts';
import type { OutgoingMail, QueueName, WebhookSecretStore } from '../../../functions/platform/ports.ts';
import { buildSystem, type System } from '../../../functions/platform/system.ts';
import { webhookSecretOf } from '../../../functions/platform/webhook-signature.ts';
import { runScan } from '../../../functions/scanner/scan.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { webhookConsumer } from '../../../functions/webhooks/webhook-consumer.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { SimDeadLetters } from '../../../simulation/engine/sim-dead-letters.ts';

/** The instant at which tests begin. */
export const T = Date.parse('2026-01-01T00:00:00Z');
/** The text of `T` + days. */
export const day = (days: number): string => formatInstant(T + days * DAY);

/** What a command printed, and how it ended. */
export interface Ran {
  code: number;
  out: string;
  err: string;
  /** Standard output as JSON: one value for each line. */
  json: unknown[];
}

const folder = mkdtempSync(join(tmpdir(), 'taskwarden-cli-'));
// A worker runs many files of tests, which share this module.
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** Writes a file to be given to a command. */
export function fileWith(text: string): string {
  files += 1;
  const path = join(folder, `input-${files}`);
  writeFileSync(path, text);
  return path;
}

/** A task as a line of an import gives it: failing since `T`. */
export function taskLine(id: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    id,
    kind: 'capture',
    enabled: true,
    createdAt: '2025-06-01T00:00:00Z',
    owners: ['ana@acme.test'],
    dataPlane: 'eu-1',
    shards: [{ id: '0', status: 'FAILED' }],
    lastPrimaryAt: day(0),
    ...more,
  });
}

/** An account in which nothing is missing. */
const HEALTHY: AwsAccount = {
  identity: async () => ({ name: 'acme.test', verified: true, dkim: 'SUCCESS' }),
  sending: async () => ({
    production: true,
    enabled: true,
    standing: 'HEALTHY',
    perDay: 50_000,
    sentLastDay: 0,
    perSecond: 14,
  }),
  schedule: async () => ({ on: true }),
  operators: async () => ({ confirmed: 1, pending: 0 }),
  deadLetters: async () => [{ queue: 'notify', messages: 0 }],
  ringing: async () => [],
};

/** Alarms that are silent, and topics that deliver what is told on them. */
export class QuietBoard implements AlarmBoard {
  readonly told: string[] = [];
  alarms: SeenAlarm[] = [];
  waiting: Heard[] = [];
  /** Whether its alarms reach the topics. */
  alarmsArrive = true;
  /** Whether its topics deliver. */
  topicsDeliver = true;
  isListening = false;
  confirmed = 1;
  readonly states = new Map<string, string>();

  topic(severity: Severity): string {
    return `arn:${severity}`;
  }

  async list(): Promise<SeenAlarm[]> {
    return [...this.alarms];
  }

  async subscribers() {
    return { confirmed: this.confirmed, pending: 0 };
  }

  async listen() {
    this.isListening = true;
    const next = async () => this.waiting.splice(0);
    const stop = async () => {
      this.isListening = false;
    };
    return { next, stop };
  }

  async set(severity: Severity, state: 'ALARM' | 'OK', reason: string): Promise<void> {
    const before = this.states.get(severity);
    this.states.set(severity, state);
    if (before !== state && this.alarmsArrive) this.#tell(severity, `${state}: ${reason}`);
  }

  async publish(severity: Severity, text: string): Promise<void> {
    this.#tell(severity, text);
  }

  #tell(severity: Severity, text: string): void {
    this.told.push(`${severity} ${text}`);
    if (this.topicsDeliver) this.waiting.push({ topic: this.topic(severity), text });
  }
}

/** A deployed stage in memory that the real scanner and workers run on, and the command line before it. */
export function cliStage({
  name = 'local',
  modeCeiling = 'disable' as 'disable' | 'notify',
  /** What its disabler has, and its lister where it `lists`, and nobody else. */
  disabler = {} as Partial<System>,
  lists = false,
} = {}) {
  const table = new MemoryTable({ freeze: true });
  const mails: OutgoingMail[] = [];
  let waiting: { queue: QueueName; body: string }[] = [];
  let now = T;
  let numbers = 0;
  const id = () => {
    numbers += 1;
    return `id-${String(numbers).padStart(23, '0')}`;
  };
  const system = buildSystem('a test', {
    clock: { now: () => now },
    random: { next: () => 0.5, id },
    table,
    queues: {
      send: async (queue, messages) => {
        waiting.push(...messages.map(({ body }) => ({ queue, body })));
      },
    },
    mailer: {
      send: async (mail) => {
        mails.push(mail);
        return { outcome: 'accepted', messageId: id() };
      },
    },
    events: { publish: async () => {} },
    operators: { notify: async () => {} },
    config: {
      stage: name,
      functionVersion: '1',
      contact: 'the platform team',
      controlPlane: 'own',
      gatherDisabled: 0,
      confirmWithin: DAY,
      sendLease: 60_000,
      allowedDomains: null,
    },
  });
  const workOne = async (queue: QueueName, body: string) => {
    const delivery = { body, messageId: id(), receiveCount: 1, maxReceives: 10 };
    const asking = { ...system, ...disabler };
    if (queue === 'notify') await processMessage(system, notifyConsumer, delivery);
    if (queue === 'disable') await processMessage(asking, disableConsumer, delivery);
    if (queue === 'webhook') await processMessage(asking, webhookConsumer, delivery);
    if (queue === 'listing' && lists) await processMessage(asking, listerConsumer, delivery);
  };
  const work = async () => {
    while (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      for (const { queue, body } of messages) await workOne(queue, body);
    }
  };
  const scan = async (scheduledAt: Instant) => {
    const report = await runScan(system, { scheduledAt, remainingMs: () => 900_000 });
    await work();
    return report;
  };
  /** By webhook, its secrets one after the other. */
  const kept = new Map<string, string[]>();
  const secrets: WebhookSecretStore = {
    make: () => webhookSecretOf(Buffer.alloc(32, 7)),
    write: async (webhook, secret) => {
      kept.set(webhook, [...(kept.get(webhook) ?? []), secret]);
      return kept.get(webhook)?.length ?? 0;
    },
    remove: async (webhook) => void kept.delete(webhook),
  };
  const off = new Set<QueueName>();
  const workers: WorkerControl = {
    isWaiting: async () => false,
    pause: async (queue) => void off.add(queue),
    resume: async (queue) => void off.delete(queue),
    isPaused: async (queue) => off.has(queue),
    version: async () => '1',
    probe: async () => ({ outcome: 'passed', worked: 0 }),
    take: async () => undefined,
    hand: async () => ({ verdict: 'nothing', reason: 'none' }),
    remove: async () => {},
    copy: async () => {},
  };
  const board = new QuietBoard();
  const answers: AwsAccount = { ...HEALTHY };
  const deadLetters = new SimDeadLetters(
    () => now,
    (queue, { body }) => void waiting.push({ queue, body }),
  );
  const onBus: SourcedEntry[] = [];
  const bus: EventBus = {
    put: async (entries) => {
      const taken = entries.filter(({ row }) => row !== notTaken?.row);
      onBus.push(...taken);
      return taken.length === entries.length || !notTaken ? [] : [notTaken];
    },
  };
  let notTaken: NotTaken | undefined;
  const others = new Map<string, MemoryTable>();
  const open: Cli['open'] = async (asked) => {
    if (asked !== name) throw new UsageError(`no stage '${asked}'`);
    const account = async () => answers;
    const alarms = async () => board;
    const identity = async () => 'olga';
    const rates = { mailsPerSecond: 10, canaries: true };
    const otherTable = (asked: string) => others.get(asked) ?? new MemoryTable();
    const ports = {
      otherTable,
      workers,
      deadLetters,
      webhookSecrets: secrets,
      account,
      alarms,
      bus,
      identity,
    };
    return { name, modeCeiling, system, scan, ...ports, ...rates };
  };
  return {
    table,
    system,
    mails,
    workers,
    /** Tables beside that of the stage, by their names. */
    others,
    /** What its workers gave up. */
    deadLetters,
    /** The secrets of its webhooks. */
    secrets: kept,
    /** What was put on its bus. */
    onBus,
    /** EventBridge does not take the event of a row. */
    refuse: (refused: NotTaken) => {
      notTaken = refused;
    },
    /** What its account answers to the doctor. */
    account: answers,
    /** Its alarms and their topics. */
    board,
    setNow: (instant: Instant) => {
      now = instant;
    },
    /** What is queued and not worked yet; a test may take it away. */
    waiting: () => waiting,
    work,
    /** Runs one scan at `T` + days, and works what it queued. */
    scanOn: async (days: number) => {
      now = T + days * DAY;
      return scan(now);
    },
    /** SES reports that the newest mail to an address bounced for good. */
    bounce: async (address: string) => {
      const digest = mails.findLast(({ to }) => to === address)?.digest ?? '';
      const event = { kind: 'bounced', bounceType: 'permanent', digest, messageId: 'm', at: now } as const;
      await recordMailEvent(system, { ...event, recipients: [address] });
    },
    /** Opens it, as the command line does. */
    open,
    /** Runs the command line; `input` is its standard input. */
    taskwarden: (args: string[], input = '') => runOn(open, name, args, input),
  };
}

export type CliStage = ReturnType<typeof cliStage>;

async function runOn(open: Cli['open'], stage: string, args: string[], input: string): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await run(args, {
    open,
    stdin: (async function* () {
      yield input;
    })(),
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    env: { TASKWARDEN_STAGE: stage },
  });
  const parse = (line: string): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      return undefined;
    }
  };
  return { code, out, err, json: out.split('\n').filter(Boolean).map(parse) };
}

/** A stage with tasks that fail since `T`, whose control plane goes on observing them, in mode `disable`. */
export async function failingFleet(
  ids: string[],
  policy = ['stage=disable', 'evidenceMaxAge=365d', 'scanEvery=30d'],
  options: Parameters<typeof cliStage>[0] = {},
) {
  const stage = cliStage(options);
  await stage.taskwarden(['policy', 'set', '--yes', 'global', ...policy]);
  const loaded = await stage.taskwarden(['tasks', 'import', '-'], ids.map((id) => taskLine(id)).join('\n'));
  if (loaded.code !== 0) throw new Error(loaded.err);
  return stage;
}
