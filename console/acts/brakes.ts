import { html } from 'hono/html';
import { ACTS as DOES, SAID, type Summary, summaryOf } from '../../cli/commands/holds.ts';
import { prefixProblem } from '../../functions/abandonment/policy-scope.ts';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { dismissReversal } from '../../functions/operators/brakes.ts';
import { approvalEnd, approveSpike, heldNow, type Meant } from '../../functions/operators/hold-acts.ts';
import { type Hold, type HoldAct, loadHolds } from '../../functions/operators/holds.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import type { Act, Confirmation, Console, Given } from '../console.ts';
import { groupTables } from '../pages/held-groups.ts';
import { at, facts, table, taskLink } from '../parts.ts';
import { REASON_AND_UNTIL, reasonField, untilField, untilOf, withReason } from '../typed.ts';

/** As many tasks are named in a confirmation; the page of the hold has all. */
const NAMED = 20;

function meantBy({ task = '', prefix = '' }: Given): Meant {
  return { ...(task !== '' && { task }), ...(prefix !== '' && { prefix }) };
}

/** What is meant, after a number of tasks. */
function meantText({ task = '', prefix = '' }: Given): string {
  return [...(task === '' ? [] : [` named ${task}`]), ...(prefix === '' ? [] : [` below ${prefix}`])].join(
    '',
  );
}

/** What is wrong with what is asked for before anything is read. */
function approvalProblem({ prefix = '', expect = '' }: Given): string | undefined {
  const wrong = prefix === '' ? undefined : prefixProblem(prefix);
  if (wrong !== undefined) return `the prefix ${wrong}`;
  return expect === '' || /^\d{1,9}$/.test(expect) ? undefined : 'how many are expected is no whole number';
}

/** Lets go what the blast radius holds, or some of it; the confirmation says how many, and it is refused when that is no longer so. */
export const approveAct: Act = {
  name: 'approve',
  fields: ['task', 'prefix', 'expect'],
  typed: REASON_AND_UNTIL,
  confirm: async (console, given) => {
    const problem = approvalProblem(given);
    if (problem !== undefined) return { refused: problem };
    const tasks = await heldNow(console.system, meantBy(given));
    if (tasks.length === 0) return { refused: 'the blast radius holds none of them' };
    const { expect = '' } = given;
    if (expect !== '' && Number(expect) !== tasks.length)
      return { refused: `${tasks.length} are held now, and ${expect} were expected` };
    return approvalOf(console, given, tasks);
  },
  act: async ({ system, operator }, given) => {
    const { expect, reason = '', until = '' } = given;
    const end = untilOf(until, system.clock.now());
    const approved = await approveSpike(system, meantBy(given), {
      by: await operator(),
      reason: reason || 'held by the blast radius',
      expect: Number(expect),
      ...(typeof end === 'number' && { until: end }),
    });
    if (approved.outcome === 'refused') return { refused: approved.problem };
    const ends = formatInstant(approved.until);
    return {
      done: [
        `${counted(approved.tasks.length)} approved until ${ends}; what is not disabled by then is held again.`,
        'They go with the next scans, within the rate limit.',
      ],
    };
  },
};

/** `1 task is`, `40 tasks are`. */
function counted(count: number): string {
  return count === 1 ? '1 task is' : `${count.toLocaleString('en')} tasks are`;
}

async function approvalOf(
  { system }: Console,
  given: Given,
  tasks: readonly string[],
): Promise<Confirmation> {
  const count = `${tasks.length.toLocaleString('en')} task${tasks.length === 1 ? '' : 's'}`;
  const end = formatInstant(await approvalEnd(system, tasks.length));
  return {
    title: `Approve ${count}${meantText(given)} that the blast radius holds`,
    body: html`<p>Each is decided again and disabled within the usual rate limit, the oldest first. What recovered meanwhile is left
alone. What is not disabled when the approval ends is held again.</p>${namedTasks(tasks)}`,
    asks: html`${reasonField()}${untilField('The approval ends', end)}`,
    button: `Approve ${count}`,
    given: { ...given, expect: String(tasks.length) },
    isCareful: true,
  };
}

function namedTasks(tasks: readonly string[]) {
  return table({
    caption:
      tasks.length > NAMED ? `The first ${NAMED} of ${tasks.length.toLocaleString('en')}` : 'All of them',
    rows: tasks.slice(0, NAMED),
    none: 'It holds no task.',
    columns: [['Task', taskLink]],
  });
}

/** How the console says what is done with a hold. */
interface HoldWords {
  title: string;
  button: string;
  says: (hold: Hold) => string;
}

const WORDS: Record<HoldAct, HoldWords> = {
  approve: {
    title: 'Approve',
    button: 'They are gone',
    says: () => 'The next whole listing deletes those of them that it misses, too.',
  },
  reject: {
    title: 'Reject',
    button: 'Leave it as it is',
    says: () =>
      'Nothing is let go: what it holds stays held, and operators do not hear of it again for four weeks.',
  },
  dismiss: {
    title: 'Dismiss',
    button: 'It is wrong',
    says: ({ cause }) =>
      cause === 'listing-shrank'
        ? 'It is taken for wrong: its tasks stay as they are.'
        : 'It is taken for wrong: the clocks of all of its tasks that still fail run on from now.',
  },
};

/** An act on a hold of many: what `taskwarden holds` does. */
function holdAct(to: HoldAct): Act {
  const isReasonRequired = to === 'reject';
  return {
    name: `${to}-hold`,
    fields: ['hold', 'expect'],
    typed: withReason(isReasonRequired),
    confirm: async ({ system }, { hold: id = '' }) => {
      const hold = await holdNamed(system, id, to);
      if (typeof hold === 'string') return { refused: hold };
      return confirmationOf(hold, await summaryOf({ system }, hold), to, isReasonRequired);
    },
    act: async ({ system, operator }, { hold: id = '', expect = '', reason = '' }) => {
      const hold = await holdNamed(system, id, to);
      if (typeof hold === 'string') return { refused: hold };
      const changed = expect === '' ? undefined : await changedNumber(system, hold, expect);
      if (changed !== undefined) return { refused: changed };
      const done = await DOES[to](system, hold, { by: await operator(), reason });
      return done.done
        ? { done: [`${hold.id}: ${SAID[to](hold)}.`] }
        : { refused: `the hold ${hold.id}: ${done.reason}` };
    },
  };
}

/** What many are let go by is held to the number that was shown; what lets nothing go is not. */
function confirmationOf(
  hold: Hold,
  { tasks, groups }: Summary,
  to: HoldAct,
  isReasonRequired: boolean,
): Confirmation {
  const { title, button, says } = WORDS[to];
  const ids = tasks.map(({ id }) => id).sort();
  return {
    title: `${title} ${hold.id}`,
    body: html`<p>${says(hold)}</p>${facts([
      ['Tasks', tasks.length],
      ['Since', at(hold.since)],
      ['It ends by itself with', hold.ends],
    ])}${groupTables(groups)}${namedTasks(ids)}`,
    asks: reasonField(isReasonRequired),
    button,
    given: { hold: hold.id, expect: to === 'approve' ? String(tasks.length) : '' },
    isCareful: to === 'approve',
  };
}

async function holdNamed(system: Console['system'], id: string, to: HoldAct): Promise<Hold | string> {
  const hold = (await loadHolds(system)).find((one) => one.id === id);
  if (!hold) return `nothing is held as ${JSON.stringify(id)}`;
  if (hold.acts.includes(to) && !(to === 'approve' && hold.cause === 'blast-radius')) return hold;
  return `what can be done with ${id}: ${hold.acts.join(', ') || 'it ends by itself'}`;
}

async function changedNumber(
  system: Console['system'],
  hold: Hold,
  expect: string,
): Promise<string | undefined> {
  const { length } = (await summaryOf({ system }, hold)).tasks;
  return String(length) === expect
    ? undefined
    : `${length} are held now, and ${expect} were expected; nothing was approved`;
}

export const approveHoldAct = holdAct('approve');
export const rejectHoldAct = holdAct('reject');
export const dismissHoldAct = holdAct('dismiss');

/** Ends the hold of a task that a system enabled again after we disabled it. */
export const dismissReversalAct: Act = {
  name: 'dismiss-reversal',
  fields: ['task'],
  confirm: async ({ system }, { task = '' }) => {
    const reverted = (await loadTask(system.table, task))?.task.reverted;
    if (!reverted) return { refused: `task ${JSON.stringify(task)}: no system reversed its disabling` };
    return {
      title: 'Dismiss the hold of a reversal',
      body: html`${facts([
        ['Task', taskLink(task)],
        ['Enabled again', at(reverted.at)],
      ])}<p>It is no longer held because a system enabled it again: the next scan evaluates it as any other.</p>`,
      button: 'Evaluate it again',
      given: { task },
      isCareful: true,
    };
  },
  act: async ({ system, operator }, { task = '' }) => {
    const { dismissed } = await dismissReversal(system, task, await operator());
    return dismissed
      ? { done: [`${task} is evaluated with the next scan.`] }
      : { refused: `task ${JSON.stringify(task)}: no system reversed its disabling, or that is over` };
  },
};
