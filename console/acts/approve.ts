import { html } from 'hono/html';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { beginWork, sizeProblem } from '../../functions/operator-work/begin-work.ts';
import { approvalWork } from '../../functions/operator-work/kinds/approve.ts';
import {
  type Approving,
  approveSpike,
  HELD,
  type HeldSpike,
  heldToApprove,
  type Meant,
  MOST_AT_ONCE,
} from '../../functions/operators/hold-acts.ts';
import { amountAre, oneOr } from '../../functions/platform/amounts.ts';
import type { Act, ActResult, Confirmation, Console, Values } from '../console.ts';
import { amountText } from '../parts.ts';
import { REASON_AND_UNTIL, reasonField, untilField, untilOf } from '../typed.ts';
import { namedTasks } from './named-tasks.ts';

/** Lets go what the blast radius holds, or some of it; the confirmation says how many, and it is refused when that is no longer so. */
export const approveAct: Act = {
  name: 'approve',
  fields: ['task', 'prefix', 'expect'],
  typed: REASON_AND_UNTIL,
  confirm: async ({ system }, values) => {
    const approving = approvingOf(values, null);
    if (typeof approving === 'string') return { refused: approving };
    const found = await heldToApprove(system, meantBy(values), approving);
    return found.outcome === 'refused' ? { refused: found.problem } : confirmationOf(values, found);
  },
  act: async (console, values) => {
    const { system } = console;
    const end = untilOf(values.until ?? '', system.clock.now());
    const approving = typeof end === 'string' ? end : approvingOf(values, end);
    if (typeof approving === 'string') return { refused: approving };
    const found = await heldToApprove(system, meantBy(values), approving);
    if (found.outcome === 'refused') return { refused: found.problem };
    if (found.tasks.length > MOST_AT_ONCE) return approveMany(console, values, found);
    return approveSome(console, values, found);
  },
};

function meantBy({ task = '', prefix = '' }: Values): Meant {
  return { ...(task !== '' && { task }), ...(prefix !== '' && { prefix }) };
}

function approvingOf({ expect = '' }: Values, until: number | null): Approving | string {
  if (!/^\d{0,9}$/.test(expect)) return 'how many are expected is no whole number';
  return { ...(expect !== '' && { expect: Number(expect) }), ...(until !== null && { until }) };
}

function confirmationOf(values: Values, { tasks, until }: HeldSpike): Confirmation {
  const count = amountText(tasks.length, 'task');
  const { task = '', prefix = '' } = values;
  const which = `${task && ` named ${task}`}${prefix && ` below ${prefix}`}`;
  return {
    title: `Approve ${count}${which} that the blast radius holds`,
    body: html`<p>Each is decided again and disabled within the usual rate limit, the oldest first. What recovered meanwhile is left
alone. What is not disabled when the approval ends is held again.</p>${namedTasks(tasks)}`,
    asks: html`${reasonField()}${untilField('The approval ends', formatInstant(until))}`,
    button: `Approve ${count}`,
    values: { ...values, expect: String(tasks.length) },
    isCareful: true,
  };
}

async function approveSome(
  { system, operator }: Console,
  values: Values,
  found: HeldSpike,
): Promise<ActResult> {
  const on = { by: await operator(), reason: values.reason || HELD };
  const count = (await approveSpike(system, found, on)).length;
  const until = `approved until ${formatInstant(found.until)}; what is not disabled by then is held again.`;
  return {
    done: [`${amountAre(count, 'task')} ${until}`, 'They go with the next scans, within the rate limit.'],
  };
}

async function approveMany(
  { system, operator }: Console,
  values: Values,
  found: HeldSpike,
): Promise<ActResult> {
  const ends = formatInstant(found.until);
  const work = approvalWork(found.tasks, ends, values.prefix || undefined);
  const problem = sizeProblem(work.items);
  if (problem !== undefined) return { refused: problem };
  const begun = await beginWork(system, { ...work, by: await operator(), reason: values.reason || HELD });
  return {
    done: [
      `${amountText(found.tasks.length, 'task')} ${oneOr(found.tasks.length, 'is', 'are')} to be approved until ${ends}; what is not disabled by then is held again.`,
      `It is bulk command ${begun.id}. The next scan goes on with it.`,
    ],
  };
}
