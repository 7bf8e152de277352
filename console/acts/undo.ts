import { html } from 'hono/html';
import { undoDisabling, undoRefusal } from '../../functions/disabling/undo.ts';
import { beginWork, sizeProblem } from '../../functions/operator-work/begin-work.ts';
import { undoKind } from '../../functions/operator-work/kinds/undo.ts';
import { type UndoCandidate, undoCandidates } from '../../functions/operator-work/undo-candidates.ts';
import { amount, amountAre } from '../../functions/platform/amounts.ts';
import type { System } from '../../functions/platform/system.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import type { Act, Values } from '../console.ts';
import { amountText, facts, table, taskLink } from '../parts.ts';
import { reasonField, withReason } from '../typed.ts';
import { togetherOf } from '../undone.ts';

/** What the audit says where nobody gave a reason. */
const REASON = 'undone on the console';

/** Enables one task again. */
export const undoTaskAct: Act = {
  name: 'undo-task',
  fields: ['task'],
  typed: withReason(),
  confirm: async ({ system }, { task = '' }) => {
    const record = await loadTask(system.table, task);
    const refusal = undoRefusal(record, undefined);
    if (refusal !== undefined) return { refused: `task ${JSON.stringify(task)}: ${refusal}` };
    return {
      title: 'Enable a task again',
      body: html`${facts([
        ['Task', taskLink(task)],
        ['Disabled in episode', `#${record?.disabledByUs?.episode}`],
      ])}<p>It is enabled as it was before. Its clocks start again, and whoever holds our mails about it is notified.</p>`,
      asks: reasonField(),
      button: 'Enable it again',
      values: { task },
    };
  },
  act: async ({ system, operator }, { task = '', reason = '' }) => {
    const undone = await undoDisabling(system, {
      task,
      by: await operator(),
      reason: reason || REASON,
      isOperator: true,
    });
    if (undone.outcome === 'refused') return { refused: undone.reason };
    const how = undone.outcome === 'enabled' ? 'is enabled again' : 'is asked for at its owning system';
    return { done: [`${task} ${how}.`] };
  },
};

async function dueOf(system: System, values: Values): Promise<UndoCandidate[] | string> {
  const together = togetherOf(values);
  if (typeof together === 'string') return together;
  const candidates = await undoCandidates(system, together);
  return candidates.filter(({ refusal }) => refusal === undefined);
}

/** Enables again what a scan disabled, or all since an instant: a bulk command, which the next scan works. */
export const undoAct: Act = {
  name: 'undo',
  fields: ['run', 'since', 'prefix', 'expected'],
  typed: withReason(),
  confirm: async ({ system }, values) => {
    const due = await dueOf(system, values);
    if (typeof due === 'string') return { refused: due };
    const problem = due.length === 0 ? 'nothing of it is to be enabled again' : sizeProblem(due.map(itemOf));
    if (problem !== undefined) return { refused: problem };
    const count = amountText(due.length, 'task');
    return {
      title: `Enable ${count} again`,
      body: html`<p>Each is enabled as it was before, its clocks start again, and its owners are notified. The next scan works it.</p>${table<UndoCandidate>(
        {
          caption: due.length > 20 ? `The first 20 of ${count}` : 'All of them',
          rows: due.slice(0, 20),
          none: '',
          columns: [['Task', ({ task }) => taskLink(task)]],
        },
      )}`,
      asks: reasonField(),
      button: `Enable ${count} again`,
      values: { ...values, expected: String(due.length) },
    };
  },
  act: async ({ system, operator }, values) => {
    const due = await dueOf(system, values);
    if (typeof due === 'string') return { refused: due };
    if (String(due.length) !== values.expected)
      return {
        refused: `${amount(due.length, 'task')} would be enabled now, not the ${values.expected} of the confirmation; look again`,
      };
    const which = values.since ? `since ${values.since}` : `of scan ${values.run}`;
    const below = values.prefix ? ` below ${values.prefix}` : '';
    const begun = await beginWork(system, {
      kind: undoKind,
      what: `undo of all disabled ${which}${below}`,
      items: due.map(itemOf),
      by: await operator(),
      reason: values.reason || REASON,
    });
    return {
      done: [
        `${amountAre(due.length, 'task')} to be enabled again: bulk command ${begun.id}. The next scan goes on with it.`,
      ],
    };
  },
};

const itemOf = ({ task, run }: UndoCandidate) => ({ id: task, of: run });
