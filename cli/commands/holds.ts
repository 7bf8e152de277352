import type { Command } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import {
  approveListing,
  dismissListing,
  type ListingAct,
  type OnListing,
} from '../../functions/operators/listings.ts';
import type { System } from '../../functions/platform/system.ts';
import { eachMissing } from '../../functions/store/listed-pages.ts';
import { type HeldListing, loadListings } from '../../functions/store/listings.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Columns } from '../output.ts';
import { safe } from '../terminal.ts';

/** So many missing tasks are named. */
const NAMED = 20;

/** Adds `holds list`, `holds approve` and `holds dismiss`. */
export function registerHolds(holds: Command, cli: Cli): void {
  addCommand(holds, {
    usage: 'list',
    description:
      'listings that miss so many tasks that nothing is concluded from them, with the first of these tasks',
    examples: ['holds list', 'holds list --json'],
  }).action(
    onStage(cli, async ({ system, out }) => {
      out.list(await heldListings(system), COLUMNS, 'no listing is held');
    }),
  );
  addAct(holds, cli, {
    usage: 'approve <control-plane>',
    description:
      'the missing tasks are gone: the next whole listing deletes those of them that it misses, too',
    act: approveListing,
    said: 'the next whole listing deletes what is held and still missing',
    key: 'approved',
  });
  addAct(holds, cli, {
    usage: 'dismiss <control-plane>',
    description: 'the missing tasks are there: they stay as they are',
    act: dismissListing,
    said: 'what was held stays as it is',
    key: 'dismissed',
  });
}

interface HoldCommand {
  usage: string;
  description: string;
  act: (system: System, on: OnListing) => Promise<ListingAct>;
  said: string;
  key: string;
}

function addAct(holds: Command, cli: Cli, { usage, description, act, said, key }: HoldCommand): void {
  const examples = [`holds ${usage.split(' ')[0]} connect`];
  addCommand(holds, { usage, description, examples }).action(
    onStage<[string]>(cli, async ({ system, out, operator }, _options, name) => {
      const done = await act(system, { controlPlane: name, by: await operator() });
      if (!done.done) throw new UsageError(`control plane ${JSON.stringify(name)}: ${done.reason}`);
      out.one({ controlPlane: name, [key]: true }, () => [`${safe(name)}: ${said}`]);
    }),
  );
}

interface Held {
  controlPlane: string;
  since: string;
  missing: number;
  before: number;
  approved: boolean;
  tasks: string[];
}

const COLUMNS: Columns<Held> = [
  ['CONTROL PLANE', ({ controlPlane }) => controlPlane],
  ['SINCE', ({ since }) => since],
  ['MISSING', ({ missing, before }) => `${missing} of ${before}`],
  ['APPROVED', ({ approved }) => (approved ? 'yes' : 'no')],
  ['TASKS', ({ tasks, missing }) => `${tasks.join(' ')}${missing > tasks.length ? ' …' : ''}`],
];

async function heldListings(system: System): Promise<Held[]> {
  const all = [...(await loadListings(system.table)).values()];
  const held = all.flatMap(({ name, held: one }) => (one ? [{ name, one }] : []));
  return Promise.all(held.map(({ name, one }) => heldOf(system, name, one)));
}

async function heldOf({ table }: System, name: string, held: HeldListing): Promise<Held> {
  const tasks: string[] = [];
  for await (const some of eachMissing(table, name, held.number)) {
    tasks.push(...some.slice(0, NAMED - tasks.length));
    if (tasks.length === NAMED) break;
  }
  const { since, missing, before, approved } = held;
  const at = formatInstant(since);
  return { controlPlane: name, since: at, missing, before, approved: approved !== undefined, tasks };
}
