import { html } from 'hono/html';
import {
  approveTasks,
  dismissDeletion,
  dismissOutage,
  endSpikeAlert,
  isHeld,
} from '../../functions/operators/brakes.ts';
import { datedTasks } from '../../functions/operators/holds.ts';
import {
  approveListing,
  dismissListing,
  type ListingAct,
  type OnListing,
} from '../../functions/operators/listings.ts';
import type { System } from '../../functions/platform/system.ts';
import { loadDataPlane } from '../../functions/store/data-planes.ts';
import { loadListing } from '../../functions/store/listings.ts';
import type { Act, Acted, Confirmation, Given } from '../console.ts';
import { facts, table, taskLink } from '../parts.ts';

/** As many tasks are named in a confirmation; the page of holds has all. */
const NAMED = 20;

async function spikeOf({ table, clock }: System): Promise<string[]> {
  const tasks: string[] = [];
  for await (const record of datedTasks(table)) if (isHeld(record, clock.now())) tasks.push(record.task.id);
  return tasks.sort();
}

/** Lets go what the blast radius holds; the confirmation says how many, and it is refused when that is no longer so. */
export const approveAct: Act = {
  name: 'approve',
  fields: ['expected'],
  confirm: async ({ system }) => {
    const tasks = await spikeOf(system);
    if (tasks.length === 0) return { refused: 'the blast radius holds nothing' };
    const left = tasks.length - NAMED;
    return {
      title: `Approve ${tasks.length.toLocaleString('en')} tasks that the blast radius holds`,
      body: html`<p>Each is decided again and disabled within the usual rate limit, the oldest first. What recovered meanwhile is left alone.</p>${table(
        {
          caption: left > 0 ? `The first ${NAMED} of ${tasks.length}` : 'All of them',
          rows: tasks.slice(0, NAMED),
          none: '',
          columns: [['Task', taskLink]],
        },
      )}`,
      button: `Approve ${tasks.length.toLocaleString('en')} tasks`,
      given: { expected: String(tasks.length) },
      isCareful: true,
    };
  },
  act: async ({ system, operator }, { expected }) => {
    const held = await spikeOf(system);
    if (String(held.length) !== expected)
      return {
        refused: `${held.length} tasks are held now, not the ${expected} that you approved; look again`,
      };
    const approved = await approveTasks(system, held, { by: await operator() });
    await endSpikeAlert(system);
    return {
      done: [`${approved.length} tasks are approved. They go with the next scans, within the rate limit.`],
    };
  },
};

/** Ends an outage, or the parking of a data plane that was deleted. */
export const dismissAct: Act = {
  name: 'dismiss',
  fields: ['name'],
  confirm: async ({ system }, { name = '' }) => {
    const plane = await loadDataPlane(system.table, name);
    const outage = plane?.outages.find(({ endedAt }) => endedAt === null);
    if (!plane || !(outage || plane.state === 'deleted'))
      return { refused: `data plane ${JSON.stringify(name)} has no open outage, and was not deleted` };
    return {
      title: `Dismiss what holds the tasks of ${name}`,
      body: html`${facts([
        ['Data plane', name],
        ['What holds', outage ? 'a correlated outage' : 'it was deleted'],
        ['Tasks', outage?.members],
      ])}<p>The clocks of all of its tasks that still fail run on from now.</p>`,
      button: 'Dismiss it',
      given: { name },
    };
  },
  act: async ({ system, operator }, { name = '' }) => {
    const by = await operator();
    const isDone =
      (await dismissOutage(system, name, by)).dismissed ||
      (await dismissDeletion(system, name, by)).dismissed;
    return isDone
      ? { done: [`What held the tasks of ${name} is dismissed: their clocks run on from now.`] }
      : { refused: 'nothing is held there any more' };
  },
};

/** An act on a listing that is held. */
function listingAct(
  name: string,
  words: { title: string; what: string; button: string; done: string; isCareful?: boolean },
  act: (system: System, on: OnListing) => Promise<ListingAct>,
): Act {
  return {
    name,
    fields: ['name'],
    confirm: ({ system }, given) => confirmListing(system, given, words),
    act: async ({ system, operator }, { name: controlPlane = '' }): Promise<Acted> => {
      const done = await act(system, { controlPlane, by: await operator() });
      return done.done ? { done: [`${controlPlane}: ${words.done}`] } : { refused: done.reason };
    },
  };
}

async function confirmListing(
  system: System,
  { name = '' }: Given,
  words: { title: string; what: string; button: string; isCareful?: boolean },
): Promise<Confirmation> {
  const held = (await loadListing(system.table, name))?.held;
  if (!held) return { refused: `nothing of ${JSON.stringify(name)} is held` };
  return {
    title: `${words.title} of ${name}`,
    body: html`<p>The listing misses <b>${held.missing}</b> of ${held.before} tasks. ${words.what}</p>`,
    button: words.button,
    given: { name },
    ...(words.isCareful === true && { isCareful: true }),
  };
}

export const approveListingAct = listingAct(
  'approve-listing',
  {
    title: 'Approve the listing',
    what: 'The next whole listing deletes those of them that it misses, too.',
    button: 'They are gone',
    done: 'the next whole listing deletes what is held and still missing.',
    isCareful: true,
  },
  approveListing,
);

export const dismissListingAct = listingAct(
  'dismiss-listing',
  {
    title: 'Dismiss the listing',
    what: 'They stay as they are.',
    button: 'They are there',
    done: 'what was held stays as it is.',
  },
  dismissListing,
);
