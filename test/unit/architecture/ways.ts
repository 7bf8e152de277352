/**
 * Run as a process of its own: takes a task through one evaluation in which it fires and warns, and an event of SES to the task
 * that its mail is about, and prints which file of
 * functions/episodes/ was entered how often. A call of an exported function is an entry.
 */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import { HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { evaluate } from '../../../functions/episodes/evaluate.ts';
import { recordMailEvent } from '../../../functions/notices/feedback/mail-events.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { buildSystem } from '../../../functions/platform/system.ts';
import { digestWrite, newDigest } from '../../../functions/store/digests.ts';
import { newRecipient, recipientWrite } from '../../../functions/store/recipients.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { newTaskRecord, type TaskRecord, taskWrite } from '../../../functions/store/tasks.ts';
import { aCase, ana, aPolicy, aTask, bob, day, evidenceOf } from '../abandonment/decide-builders.ts';

const NOW = day(14);
const TOPIC = { key: 'ops', topic: 'arn:aws:sns:eu-west-1:123456789012:ops' } as const;
const FAILING: TaskRecord = { ...newTaskRecord(aTask()), evidence: evidenceOf(NOW), rev: 1 };
const EVALUATED = evaluateOnce();

function evaluateOnce() {
  const caseOf = ({ task, evidence, keep, open }: TaskRecord) =>
    aCase(NOW, { task, evidence, keep, episode: open, recipients: [ana, bob] });
  return evaluate(FAILING, { caseOf, topics: [TOPIC], now: NOW, confirmWithin: HOUR });
}

/** A mail with the warning of that task, whose answer never came; gives what lets SES say that it arrived. */
async function unansweredMail(): Promise<() => Promise<void>> {
  const table = new MemoryTable();
  const address = 'ana@acme.test';
  const key = recipientKey(address);
  const { open } = EVALUATED.record;
  if (!open) throw new Error('the task did not fire');
  const parts = { [key]: { address, grace: 1, warning: 'pending' as const, dated: true } };
  const warned = { ...EVALUATED.record, open: { ...open, told: parts } };
  const item = {
    ...{ task: warned.task.id, episode: 1, notice: 'warning' as const, grace: 1 },
    ...{ disableAt: day(28), since: open.since, restarts: 0, asked: NOW },
  };
  const claim = { id: 'digest-1', recipient: key, address, claimedAt: NOW, leaseUntil: NOW + MINUTE };
  const digest = { ...newDigest(claim), items: [item] };
  await table.transact(
    [
      taskWrite({ ...warned, rev: 0 }, aPolicy()),
      digestWrite(digest, { lookAt: NOW }),
      recipientWrite({ ...newRecipient(key, address), sending: digest.id }),
    ],
    'before',
  );
  const config = { stage: 'test', functionVersion: '1', contact: 'us', controlPlane: 'own' } as const;
  let ids = 0;
  const system = buildSystem('the way of an event', {
    clock: { now: () => NOW + HOUR },
    random: { next: () => 0, id: () => `id${ids++}` },
    table,
    queues: { send: async () => undefined },
    config: { ...config, gatherDisabled: 0, confirmWithin: HOUR, sendLease: MINUTE, allowedDomains: null },
  });
  const event = { kind: 'delivered', digest: digest.id, messageId: 'm', at: NOW + MINUTE } as const;
  return async () => {
    const heard = await recordMailEvent(system, { ...event, recipients: [address] });
    if (heard !== 'recorded') throw new Error(`the event was taken for ${heard}`);
  };
}

/** How often each file of functions/episodes/ was entered while something ran. */
async function entriesOf(run: () => unknown): Promise<Record<string, number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await run();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  const entered: Record<string, number> = {};
  for (const { url, functions } of result) {
    const file = /\/functions\/episodes\/(.*)$/.exec(url)?.[1];
    if (file === undefined) continue;
    const text = readFileSync(fileURLToPath(url), 'utf8');
    for (const { functionName, ranges } of functions) {
      if (functionName === '' || !new RegExp(`^export function ${functionName}\\b`, 'm').test(text)) continue;
      entered[file] = (entered[file] ?? 0) + (ranges[0]?.count ?? 0);
    }
  }
  return Object.fromEntries(Object.entries(entered).filter(([, times]) => times > 0));
}

const mail = await unansweredMail();
console.log(JSON.stringify({ task: await entriesOf(evaluateOnce), event: await entriesOf(mail) }));
