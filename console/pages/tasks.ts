import { html } from 'hono/html';
import { inOrder, TASK_ORDERS } from '../../cli/task-list.ts';
import { MODES } from '../../functions/abandonment/task.ts';
import type { PageKind } from '../console.ts';
import type { FleetTask } from '../fleet.ts';
import {
  amountText,
  at,
  choice,
  field,
  type Html,
  paged,
  type Tone,
  table,
  tag,
  taskLink,
} from '../parts.ts';
import { readNote } from './read-note.ts';

/** Which tasks are asked for: all of what is given must hold. */
const STATES = [
  'attention',
  'open',
  'failing',
  'held',
  'kept',
  'disabled',
  'abandoned',
  'by-owner',
  'by-others',
  'healthy',
  'all',
] as const;
type StateFilter = (typeof STATES)[number];

const STATE_TEXT: Record<StateFilter, string> = {
  attention: 'failing, with or without an alert',
  open: 'an alert is open',
  failing: 'failing, no alert yet',
  held: 'held',
  kept: 'kept by an owner',
  disabled: 'disabled by whomever',
  abandoned: 'disabled: abandoned',
  'by-owner': 'disabled: by an owner, on their page',
  'by-others': 'disabled by people elsewhere',
  healthy: 'healthy',
  all: 'any',
};

const HOLDS: Record<StateFilter, (task: FleetTask) => boolean> = {
  attention: ({ state }) => state === 'open' || state === 'failing',
  open: ({ state }) => state === 'open',
  failing: ({ state }) => state === 'failing',
  held: ({ decision }) => decision === 'hold',
  kept: ({ keptUntil }) => keptUntil !== null,
  disabled: ({ state }) => state === 'disabled',
  abandoned: ({ disabledAs }) => disabledAs === 'abandoned',
  'by-owner': ({ disabledAs }) => disabledAs === 'by an owner',
  'by-others': ({ state, disabledAs }) => state === 'disabled' && disabledAs === null,
  healthy: ({ state }) => state === 'healthy',
  all: () => true,
};

/** Only the whole table knows of these. */
const WHOLE: readonly StateFilter[] = [
  'kept',
  'disabled',
  'abandoned',
  'by-owner',
  'by-others',
  'healthy',
  'all',
];

/** Filters by what is equal. */
const EQUAL = ['tenant', 'plane', 'cause', 'mode', 'reason'] as const;

const VALUE_OF: Record<(typeof EQUAL)[number], (task: FleetTask) => string> = {
  tenant: ({ tenant }) => tenant,
  plane: ({ dataPlane }) => dataPlane,
  cause: ({ cause }) => cause ?? '',
  mode: ({ mode }) => mode,
  reason: ({ reason }) => reason,
};

/** Searches and filters the fleet. */
export const tasksPage: PageKind = {
  path: '/tasks',
  menu: 'Tasks',
  show: async (console, query) => {
    const state = STATES.find((name) => name === query.get('state')) ?? 'attention';
    const data = await console.fleet.tasks(WHOLE.includes(state));
    const order = TASK_ORDERS.find((name) => name === query.get('sort')) ?? 'task';
    const found = inOrder(data.tasks.filter(matching(query, state)), order) as FleetTask[];
    const { rows, pager } = paged(found, '/tasks', query);
    const body = html`${filters(data.tasks, query, state, order)}${taskTable(rows, 'Tasks')}${pager}${readNote(data)}`;
    return { title: amountText(found.length, 'task'), body };
  },
};

function matching(query: URLSearchParams, state: StateFilter): (task: FleetTask) => boolean {
  const text = (query.get('q') ?? '').trim().toLowerCase();
  const owner = (query.get('owner') ?? '').trim().toLowerCase();
  const due = query.get('due') ?? '';
  const equal = EQUAL.flatMap((name) => {
    const wanted = query.get(name) ?? '';
    return wanted === '' ? [] : [(task: FleetTask) => VALUE_OF[name](task) === wanted];
  });
  return (task) =>
    HOLDS[state](task) &&
    (text === '' || task.task.toLowerCase().includes(text)) &&
    (owner === '' || task.owners.some((address) => address.toLowerCase().includes(owner))) &&
    (due === '' || (task.disableAt?.startsWith(due) ?? false)) &&
    equal.every((holds) => holds(task));
}

/** More values than these are not offered: they are given as text. */
const MOST_OFFERED = 200;

function filters(
  tasks: readonly FleetTask[],
  query: URLSearchParams,
  state: StateFilter,
  order: string,
): Html {
  const value = (name: string) => query.get(name) ?? '';
  const equal = (label: string, name: (typeof EQUAL)[number]) => {
    const offered = [...new Set(tasks.map(VALUE_OF[name]))].filter((text) => text !== '').sort();
    if (offered.length > MOST_OFFERED) return field(label, name, value(name));
    const all = value(name) === '' || offered.includes(value(name)) ? offered : [value(name), ...offered];
    return choice(label, name, [['', 'any'], ...all.map((text) => [text, text] as const)], value(name));
  };
  return html`<form class="card filters" method="get" action="/tasks">${field('Task has', 'q', value('q'))}
${choice(
  'State',
  'state',
  STATES.map((name) => [name, STATE_TEXT[name]] as const),
  state,
)}
${equal('Tenant', 'tenant')}${equal('Data plane', 'plane')}${equal('Cause', 'cause')}
${choice('Mode', 'mode', [['', 'any'], ...MODES.map((mode) => [mode, mode] as const)], value('mode'))}
${equal('Why', 'reason')}${field('Owner has', 'owner', value('owner'))}
${field('Due on', 'due', value('due'), { placeholder: '2026-01-31', pattern: '\\d{4}(-\\d{2}){0,2}' })}
${choice(
  'Order',
  'sort',
  TASK_ORDERS.map((name) => [name, name] as const),
  order,
)}<div><button>Show</button></div></form>`;
}

/** Tasks as a table. */
export function taskTable(rows: readonly FleetTask[], caption: string): Html {
  return table<FleetTask>({
    caption,
    rows,
    none: 'There are no such tasks.',
    columns: [
      ['Task', ({ task }) => taskLink(task)],
      ['State', stateTag],
      ['Owners', ({ owners }) => ownersText(owners)],
      ['Cause', ({ cause }) => cause],
      ['Mode', ({ mode }) => mode],
      ['Failing since', ({ notPrimarySince }) => at(notPrimarySince)],
      ['Decision', ({ decision, reason }) => `${decision}: ${reason}`],
      ['Due', ({ disableAt }) => at(disableAt)],
    ],
  });
}

function ownersText(owners: readonly string[]): string {
  const [first = '', ...others] = owners;
  return others.length === 0 ? first : `${first} +${others.length}`;
}

function stateTag({ state, disabledAs, decision }: FleetTask): Html {
  if (disabledAs !== null)
    return tag(`disabled: ${disabledAs}`, disabledAs === 'abandoned' ? 'bad' : 'quiet');
  const tone: Tone = decision === 'hold' || state === 'failing' ? 'warn' : state === 'open' ? 'bad' : 'quiet';
  return tag(state, state === 'healthy' ? 'good' : tone);
}
