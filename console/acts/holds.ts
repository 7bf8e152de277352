import { html } from 'hono/html';
import { SAID, type Summary, summaryOf } from '../../cli/commands/holds.ts';
import { dismissReversal } from '../../functions/operators/approvals.ts';
import { HOLD_ACTS } from '../../functions/operators/hold-acts.ts';
import { type Hold, type HoldAct, loadHolds } from '../../functions/operators/holds.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import type { Act, Confirmation, Console } from '../console.ts';
import { groupTables } from '../pages/held-groups.ts';
import { at, facts, taskLink } from '../parts.ts';
import { reasonField, withReason } from '../typed.ts';
import { namedTasks } from './named-tasks.ts';

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
      const done = await HOLD_ACTS[to](system, hold, { by: await operator(), reason });
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
    values: { hold: hold.id, expect: to === 'approve' ? String(tasks.length) : '' },
    isCareful: to === 'approve',
  };
}

async function holdNamed(system: Console['system'], id: string, to: HoldAct): Promise<Hold | string> {
  const hold = (await loadHolds(system)).find((candidate) => candidate.id === id);
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
      values: { task },
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
