import { NO_EVIDENCE } from '../../../../functions/abandonment/evidence.ts';
import type { Episode, RecipientPart, Task, TopicArn } from '../../../../functions/abandonment/task.ts';
import { DAY, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { recordMailEvent } from '../../../../functions/notices/feedback/mail-events.ts';
import type { MailEvent } from '../../../../functions/notices/ses/ses-events.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { loadAlert } from '../../../../functions/store/alerts.ts';
import {
  type DigestItem,
  type DigestRecord,
  digestWrite,
  loadDigest,
  newDigest,
} from '../../../../functions/store/digests.ts';
import { FleetView } from '../../../../functions/store/fleet-view.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { type NoticeRecord, noticeWrite, type PendingNotice } from '../../../../functions/store/notices.ts';
import {
  loadRecipient,
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../../../functions/store/recipients.ts';
import type { TransactResult, Write } from '../../../../functions/store/table/table.port.ts';
import { loadTask, newTaskRecord, type TaskRecord, taskWrite } from '../../../../functions/store/tasks.ts';
import { START, workStage } from '../../work/stage.ts';

export { START };

export const ANA_ADDRESS = 'ana@acme.test';
export const ANA = recipientKey(ANA_ADDRESS);
export const BO_ADDRESS = 'bo@acme.test';
export const BO = recipientKey(BO_ADDRESS);
export const TASK = 'acmeCo/a';
export const MAIL = 'digest-1';
export const TOPIC: TopicArn = 'arn:aws:sns:eu-west-1:123456789012:chat';
/** Two seconds after the mail was claimed. */
export const SOON = START + 2 * SECOND;
/** A mail that SES took then. */
export const SENT = { state: 'sent', sentAt: SOON } as const;
/** The date that the first warning names. */
export const DATE = START + 7 * DAY;

/** Ana's task, which fails since two weeks. */
const FAILING: Task = {
  id: TASK,
  kind: 'capture',
  dekaf: false,
  owners: [ANA_ADDRESS],
  dataPlane: 'eu-1',
  enabled: true,
  createdAt: START - 100 * DAY,
  firstSeenAt: START - 100 * DAY,
  version: 5,
};

/** Ana is to be warned, and her mail is under way. */
export const ASKED: RecipientPart = { address: ANA_ADDRESS, grace: 1, warning: 'pending', dated: true };

/** SES took her warning, two seconds after it was claimed. */
export const ACCEPTED: RecipientPart = { ...ASKED, warning: 'accepted', acceptedAt: SOON, digest: MAIL };

/** The first episode, in its first grace. */
export const EPISODE: Episode = {
  number: 1,
  firedAt: START,
  since: START - 14 * DAY,
  warnAfter: 14 * DAY,
  grace: 1,
  disableAfter: 7 * DAY,
  graceMode: 'disable',
  told: { [ANA]: ASKED },
  dates: [],
  rungs: [],
  mails: [],
};

/** The row of its alert, once the episode is over. */
export const ENDED_ALERT = {
  ...keys.alert(TASK, 1),
  task: TASK,
  episode: 1,
  type: 'task_abandoned',
  stage: 'disable',
  since: EPISODE.since,
  firedAt: START,
  resolvedAt: START,
  reason: 'kept',
  evidence: {},
  mails: [] as string[],
  run: null,
  untold: [],
  holders: [],
};

const ITEM: DigestItem = {
  task: TASK,
  episode: 1,
  notice: 'warning',
  grace: 1,
  disableAt: DATE,
  after: 7 * DAY,
  since: START - 14 * DAY,
  restarts: 30,
  asked: START,
};

export interface Given {
  task?: Partial<Task>;
  record?: Partial<TaskRecord>;
  /** Of the open episode; null: there is none. */
  open?: Partial<Episode> | null;
  told?: Partial<RecipientPart>;
  items?: Partial<DigestItem>[];
  digest?: Partial<DigestRecord>;
  recipient?: Partial<RecipientRecord>;
  /** What waits for Ana; null: nothing. Where it is missing, what the mail tells of. */
  waits?: Partial<PendingNotice> | null;
  policy?: Record<string, unknown>;
}

/** A table on which others write at the same time, or that is busy. */
function contested(transact: (writes: Write[], writer: string) => Promise<TransactResult>) {
  let before: (() => Promise<void>) | undefined;
  let busy: ((writes: Write[]) => boolean) | undefined;
  let times = 0;
  return {
    transact: async (writes: Write[], writer: string): Promise<TransactResult> => {
      if (busy?.(writes)) return { outcome: 'busy', reason: 'a conflict' };
      if (times > 0 && before) {
        times -= 1;
        await before();
      }
      return transact(writes, writer);
    },
    /** Before each of the next transactions another writer is at work. */
    meanwhile: (act: () => Promise<void>, often = 1) => {
      before = act;
      times = often;
    },
    /** The table takes no transaction of this kind. */
    busyFor: (isMeant: (writes: Write[]) => boolean) => {
      busy = isMeant;
    },
  };
}

/** Whether a transaction writes a row of this kind. */
export const touches =
  (sk: string) =>
  (writes: Write[]): boolean =>
    writes.some((write) =>
      ('put' in write ? write.put.sk : 'delete' in write ? write.delete.sk : '').startsWith(sk),
    );

/** A mail to Ana about her task is claimed and under way, on a table in memory. */
export async function answerStage(setup: Given = {}) {
  const stage = workStage({ queue: 'mail-events' });
  const { table, system } = stage;
  const contest = contested((writes, writer) => table.transact(writes, writer));
  const get = table.get.bind(table);
  system.table = new Proxy(table, {
    get: (target, name: keyof typeof table) =>
      name === 'transact' ? contest.transact : (target[name].bind(target) as unknown),
  });
  const document = { mode: 'disable', evidenceMaxAge: '365d', ...setup.policy };
  await table.transact([{ put: { ...keys.policy(''), v: 1, document } }], 'policy');
  const { policies } = await FleetView.load(table, START);
  const parts = { [ANA]: { ...ASKED, ...setup.told } };
  const record: TaskRecord = {
    ...newTaskRecord({ ...FAILING, ...setup.task }),
    evidence: {
      ...NO_EVIDENCE,
      observedAt: START,
      statuses: ['FAILED'],
      lastSeen: { PRIMARY: START - 14 * DAY },
      lostAt: START - 14 * DAY,
      restarts: { total: 40, atLoss: 10 },
    },
    episodes: 1,
    open: setup.open === null ? null : { ...EPISODE, told: parts, ...setup.open },
    next: { at: START + DAY, why: 'look' },
    ...setup.record,
  };
  const items = (setup.items ?? [{}]).map((item) => ({ ...ITEM, ...item }));
  const claimed = newDigest({
    id: MAIL,
    recipient: ANA,
    address: ANA_ADDRESS,
    claimedAt: START,
    leaseUntil: START + MINUTE,
  });
  const digest = { ...claimed, items, ...setup.digest } as DigestRecord;
  const ana = { ...newRecipient(ANA, ANA_ADDRESS), sending: MAIL, mailedAt: [START], ...setup.recipient };
  const { notice, asked } = items[0] ?? ITEM;
  const pending = { notice, since: asked, notBefore: asked, ...setup.waits } as PendingNotice;
  const waiting = { recipient: ANA, address: ANA_ADDRESS, task: record.task.id, episode: 1, pending };
  await table.transact(
    [
      taskWrite(record, policies.for(record.task.id)),
      digestWrite(digest, { lookAt: digest.leaseUntil }),
      recipientWrite(ana),
      ...(setup.waits === null ? [] : [noticeWrite(waiting)]),
    ],
    'given',
  );
  const says = (event: Partial<MailEvent>) =>
    recordMailEvent(system, {
      kind: 'delivered',
      digest: MAIL,
      messageId: 'm',
      recipients: [ANA_ADDRESS],
      at: system.clock.now(),
      ...event,
    } as MailEvent);
  const stored = async () => (await loadTask(table, record.task.id)) as TaskRecord;
  return {
    ...stage,
    ...contest,
    says,
    view: () => FleetView.load(system.table, system.clock.now()),
    record: stored,
    /** The open episode. */
    open: async () => (await stored()).open as Episode,
    part: async () => (await stored()).open?.told[ANA],
    digest: async () => (await loadDigest(table, MAIL)) as DigestRecord,
    ana: async () => (await loadRecipient(table, ANA)) as RecipientRecord,
    alert: (episode = 1) => loadAlert(table, record.task.id, episode),
    notice: async () =>
      (await get(keys.notice(ANA, record.task.id, 1))) as unknown as NoticeRecord | undefined,
    /** Stores the task changed, as another process would. */
    changeTask: async (change: (record: TaskRecord) => TaskRecord) => {
      await table.transact([taskWrite(change(await stored()), policies.for(record.task.id))], 'another');
    },
    changeAna: async (change: Partial<RecipientRecord>) => {
      const before = (await loadRecipient(table, ANA)) as RecipientRecord;
      await table.transact([recipientWrite({ ...before, ...change })], 'another');
    },
    changeDigest: async (change: Partial<DigestRecord>) => {
      const before = (await loadDigest(table, MAIL)) as DigestRecord;
      const digest = { ...before, ...change } as DigestRecord;
      await table.transact([digestWrite(digest, { lookAt: before.leaseUntil })], 'another');
    },
  };
}
