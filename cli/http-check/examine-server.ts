import type { Clock } from '../../functions/platform/ports.ts';
import { changeQuestions } from './change-questions.ts';
import type { Checked, Finding } from './findings.ts';
import { Prober, type Target, Unanswered } from './prober.ts';
import {
  admission,
  firstPage,
  type Known,
  noTask,
  oneTask,
  pages,
  strangeCursor,
  tags,
  tasksOfPage,
} from './read-questions.ts';

type Question = (prober: Prober, page: Known) => Promise<Finding>;

const READING: readonly [name: string, question: Question][] = [
  ['tasks', async (_, page) => tasksOfPage(page)],
  ['credentials', admission],
  ['pages', pages],
  ['cursor', strangeCursor],
  ['etag', tags],
  ['one-task', oneTask],
  ['no-such-task', noTask],
];

/**
 * Asks a server what Taskwarden rests on (docs/control-plane.openapi.yaml). It only reads, unless a task is named that may be
 * disabled and enabled again.
 */
export async function examineServer(target: Target, clock: Clock, task?: string): Promise<Checked[]> {
  const now = clock.now();
  const prober = new Prober(target, () => clock.now());
  const { found, page } = await firstPage(prober, now).catch((error: unknown) => ({
    found: unanswered(error),
    page: undefined,
  }));
  const checked: Checked[] = [{ name: 'first-page', ...found }];
  if (page === undefined) return checked;
  for (const [name, question] of READING)
    checked.push({ name, ...(await question(prober, page).catch(unanswered)) });
  if (task === undefined) return checked;
  const pause = async (milliseconds: number) => clock.pause?.(milliseconds);
  try {
    return [...checked, ...(await changeQuestions(prober, task, pause))];
  } catch (error) {
    return [...checked, { name: 'changes', ...unanswered(error) }];
  }
}

/** Whatever stands in the way of an answer is a defect of the server; anything else is a fault of ours. */
function unanswered(error: unknown): Finding {
  if (!(error instanceof Unanswered)) throw error;
  return { result: 'fail', defects: [{ found: error.message, expected: 'an answer in time' }] };
}
