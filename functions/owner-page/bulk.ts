import type { System } from '../platform/system.ts';
import { fulfil, type RequestResult } from './act.ts';
import { countAct } from './acts-of-a-mail.ts';
import type { OwnerRequest } from './forms.ts';
import type { Visit } from './open-link.ts';
import type { TaskView } from './task-view.ts';

/** So many tasks can be selected at once. */
export const MOST_SELECTED = 100;

/** So many are done at the same time. */
const AT_ONCE = 8;

/** What became of an act for one of several tasks. */
export interface Outcome {
  view: TaskView;
  result: RequestResult;
}

/** Does the same for several tasks of a mail, each an act of its own with its own row of the audit. */
export async function fulfilEach(
  system: System,
  visit: Visit,
  views: readonly TaskView[],
  request: OwnerRequest,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < views.length; at += AT_ONCE) {
    const some = views.slice(at, at + AT_ONCE);
    outcomes.push(...(await Promise.all(some.map((view) => fulfilOne(system, visit, view, request)))));
  }
  return outcomes;
}

async function fulfilOne(
  system: System,
  { digest }: Visit,
  view: TaskView,
  request: OwnerRequest,
): Promise<Outcome> {
  const result = await fulfil(system, view, digest.address, request);
  if (result.outcome === 'done' && !result.isRepeat) await countAct(system, digest);
  return { view, result };
}
