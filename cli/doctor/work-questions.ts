import { formatInstant, HOUR } from '../../functions/abandonment/time.ts';
import { pausedAt } from '../../functions/operators/overview/paused.ts';
import { listQueues } from '../../functions/operators/queues.ts';
import { keys } from '../../functions/store/keys.ts';
import { loadPauses } from '../../functions/store/pauses.ts';
import { loadPolicies } from '../../functions/store/policies.ts';
import { loadScans } from '../../functions/store/scans.ts';
import { pausedText } from '../paused.ts';
import { type Examined, type Finding, fail, ok, type Question, skipped, warn } from './check.ts';
import { RUNBOOK, unwatched } from './mail-questions.ts';

/** Whether the stage runs, hears, is watched and has nothing left lying. */
export const workQuestions: readonly Question[] = [
  { name: 'schedule', asks: 'schedule', answer: schedule },
  { name: 'scans', answer: scans },
  { name: 'feed', answer: feed },
  { name: 'alarms-heard', asks: 'operators', answer: alarmsHeard },
  { name: 'alarms-quiet', asks: 'ringing', answer: alarmsQuiet },
  { name: 'queues', answer: queues },
  { name: 'pauses', answer: pauses },
  { name: 'dead-letters', asks: 'deadLetters', answer: deadLetters },
];

async function schedule({ account }: Examined): Promise<Finding> {
  const { on } = await account.schedule();
  return on
    ? ok('the schedule is on')
    : fail(
        'the schedule is off: nothing is ever decided',
        'set schedule to "on" in the configuration, and deploy',
      );
}

/** Scans are at most an hour apart. */
async function scans({ stage, now }: Examined): Promise<Finding> {
  const { completedAt } = await loadScans(stage.system.table);
  if (completedAt === null)
    return fail('no scan was completed yet', 'wait for one, or run "taskwarden scan"');
  const found = `the newest scan was completed at ${formatInstant(completedAt)}`;
  return now - completedAt <= 2 * HOUR ? ok(found) : fail(found, RUNBOOK('scanner-not-running'));
}

async function feed({ stage, now }: Examined): Promise<Finding> {
  if (!stage.canaries) return unwatched(stage.name);
  const { table, config } = stage.system;
  const heardAt = (await table.get(keys.feed()))?.at;
  if (typeof heardAt !== 'number') {
    const todo = 'let the control plane put its events on the bus (docs/events)';
    return (config.controlPlane === 'fed' ? fail : warn)(
      'no event of a control plane was ever taken in',
      todo,
    );
  }
  const { evidenceMaxAge } = (await loadPolicies(table)).global;
  const found = `the newest event was taken in at ${formatInstant(heardAt)}`;
  return now - heardAt <= evidenceMaxAge ? ok(found) : fail(found, RUNBOOK('feed-silent'));
}

async function alarmsHeard({ account, stage }: Examined): Promise<Finding> {
  const { confirmed, pending } = await account.operators();
  const found = `subscriptions of the operators' topic: ${confirmed} confirmed, ${pending} not`;
  if (confirmed === 0 && stage.name === 'local') return skipped(`${found}; nobody is called for a laptop`);
  if (confirmed === 0)
    return fail(found, 'name people in alarmEmails, deploy, and follow the link in the mail of SNS');
  return pending > 0 ? warn(found, 'have the others follow the link in the mail of SNS') : ok(found);
}

async function alarmsQuiet({ account }: Examined): Promise<Finding> {
  const ringing = await account.ringing();
  if (ringing.length === 0) return ok('no alarm rings');
  const names = ringing.map((name) => name.slice(name.lastIndexOf('/') + 1));
  return fail(`alarms ring: ${names.join(', ')}`, RUNBOOK(names[0] ?? ''));
}

async function queues({ stage }: Examined): Promise<Finding> {
  const off = (await listQueues(stage.system, stage.workers)).filter(({ worked }) => !worked);
  if (off.length === 0) return ok('all queues are worked');
  const names = off.map(({ queue, paused }) => (paused ? `${queue} (paused by ${paused.by})` : queue));
  const paused = off.find((standing) => standing.paused)?.queue;
  const todo = paused === undefined ? RUNBOOK('breaker-open') : `taskwarden queues resume ${paused}`;
  return fail(`not worked: ${names.join(', ')}`, todo);
}

/** A pause is what somebody asked for, and stops what it names safely. */
async function pauses({ stage }: Examined): Promise<Finding> {
  const { table, clock } = stage.system;
  const held = pausedAt(await loadPauses(table), clock.now());
  const paused = held.map(({ what }) => what);
  return paused.length === 0
    ? ok('nothing is paused')
    : warn(`paused: ${held.map(pausedText).join(', ')}`, `taskwarden resume ${paused[0]}`);
}

async function deadLetters({ account }: Examined): Promise<Finding> {
  const full = (await account.deadLetters()).filter(({ messages }) => messages > 0);
  if (full.length === 0) return ok('the dead-letter queues are empty');
  const found = full.map(({ queue, messages }) => `${queue} ${messages}`).join(', ');
  return fail(`dead letters: ${found}`, RUNBOOK(`${full[0]?.queue}-dead-letters`));
}
