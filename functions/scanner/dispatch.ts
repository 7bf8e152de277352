import { QUEUED_AGAIN_AFTER } from '../abandonment/next-look.ts';
import { tenantOf } from '../abandonment/task.ts';
import { DAY } from '../abandonment/time.ts';
import { operatorAlertWrite } from '../store/records.ts';
import { keys, type OperatorAlertRecord, type TaskRecord } from '../store/rows.ts';
import { taskWrite } from '../store/tasks.ts';
import { MESSAGE_VERSION } from '../work/messages.ts';
import { isDisablingGivenUp } from './given-up.ts';
import { isOff, KEPT_WHILE_OFF } from './off-queues.ts';
import type { Run } from './run.ts';

/** A message is a hint; one that is older than this says nothing that the state does not. */
const MESSAGE_LIFE = 4 * DAY;

/**
 * Queues the disabling of a task whose row says that it is on its way: for the first time, or again where there was
 * no progress; operators are told where the owning system did not confirm in time. What is given up is let be.
 */
export async function sendDisable(run: Run, record: TaskRecord): Promise<void> {
  const { open } = record;
  const disabling = open?.disabling;
  if (!open || !disabling || disabling.state === 'refused') return;
  if (await isDisablingGivenUp(run, record)) return;
  const late = disabling.requestedAt !== undefined;
  if (late || disabling.queuedAt < run.now) {
    if (run.now - disabling.queuedAt < KEPT_WHILE_OFF && (await isOff(run, 'disable'))) return;
    const { requestedAt: _, ...rest } = disabling;
    const again = { ...rest, state: 'queued' as const, queuedAt: run.now };
    const moved: TaskRecord = { ...record, open: { ...open, disabling: again }, next: null };
    const next = { at: run.now + QUEUED_AGAIN_AFTER, why: 'look' as const };
    const writes = [
      taskWrite({ ...moved, next }, run.view.policies.for(record.task.id)),
      ...(late ? [await disableFailing(run, record)] : []),
    ];
    const result = await run.system.table.transact(writes, run.system.random.id(run.now));
    if (result.outcome !== 'applied') return;
  }
  await run.system.queues.send('disable', [disableMessageFor(run, record)]);
}

/** The message that hints at a disabling. */
export function disableMessageFor(
  run: Pick<Run, 'now' | 'id'>,
  record: TaskRecord,
): { body: string; group: string } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'disable',
    key: record.task.id,
    episode: record.open?.number ?? 0,
    notAfter: run.now + MESSAGE_LIFE,
    correlationId: run.id,
  });
  return { body, group: tenantOf(record.task.id) };
}

/** The message that hints at a recipient's notices. */
export function notifyMessageFor(
  run: Pick<Run, 'now' | 'id'>,
  recipient: string,
  group: string,
  delaySeconds = 0,
): { body: string; group: string; delaySeconds: number } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'notify',
    key: recipient,
    notAfter: run.now + MESSAGE_LIFE,
    correlationId: run.id,
  });
  return { body, group, delaySeconds };
}

async function disableFailing(run: Run, record: TaskRecord) {
  const key = keys.operatorAlert('disable-failing', record.task.id);
  const known = (await run.system.table.get(key)) as unknown as OperatorAlertRecord | undefined;
  return operatorAlertWrite(
    known ?? {
      code: 'disable-failing',
      subject: record.task.id,
      detail: 'the owning system was asked to disable it and did not confirm in time; it is asked again',
      since: run.now,
      toldAt: null,
      active: true,
      rev: 0,
    },
  );
}
