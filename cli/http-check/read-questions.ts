import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { readPage, readTask } from '../../functions/control-planes/http/read-tasks.ts';
import { amount } from '../../functions/platform/amounts.ts';
import type { ListedTask, ListingPage } from '../../functions/platform/control-plane.port.ts';
import { type Defect, type Finding, finding, skipped, unless } from './findings.ts';
import { codeOf, type Prober, type Reply, type Wrong } from './prober.ts';

/** How many pages are followed, and how many tasks of each kind of defect are named. */
const MOST_PAGES = 50;
const MOST_NAMED = 5;
/** A page so small that most servers have several. */
const SMALL = 2;

/** A page as it was answered. */
interface Page {
  reply: Reply;
  page: ListingPage;
}

/** What questions after the first stand on: what the first page says. */
export interface Known {
  first: Page;
  now: number;
}

const place = (now: number) => ({ prefix: '', dataPlane: 'default', now });

/** Asks for the first page; `page` is absent where there is none, for the reason that is found. */
export async function firstPage(prober: Prober, now: number): Promise<{ found: Finding; page?: Known }> {
  const reply = await prober.ask('/tasks?limit=1000');
  const wrong = statusDefect(reply);
  if (wrong) return { found: finding([wrong], '') };
  const page = readPage(reply.json, place(now));
  if ('problem' in page) {
    const what = reply.json === undefined ? 'what is no JSON' : `a page that cannot be read: ${page.problem}`;
    return { found: finding([{ found: `${reply.request} answers ${what}`, expected: A_PAGE }], '') };
  }
  const typed = unless(reply.type === 'application/json', reply, 'application/json');
  const count = page.tasks.length + page.refused.length;
  return {
    found: finding([typed], `${amount(count, 'task')} on the first page`),
    page: { first: { reply, page }, now },
  };
}

const A_PAGE = '200 application/json with tasks and next';

function statusDefect(reply: Reply): Defect | undefined {
  const { status, location = 'nowhere' } = reply;
  if (status === 401 || status === 403)
    return unless(false, reply, '200: the credentials that were given must do');
  if (status >= 300 && status < 400) return unless(false, reply, 'no redirect', ` to ${location}`);
  return unless(status === 200, reply, A_PAGE);
}

/** Each task of the first page can be read. */
export function tasksOfPage({ first: { reply, page } }: Known): Finding {
  const named = page.refused.slice(0, MOST_NAMED).map(
    ({ task, reason }): Defect => ({
      found: `${reply.request} lists ${JSON.stringify(task)}: ${reason}`,
      expected: 'a task as the contract has it',
    }),
  );
  const left = page.refused.length - named.length;
  const more = left > 0 ? [{ found: `${amount(left, 'more task')} cannot be read`, expected: 'none' }] : [];
  return finding([...named, ...more], `all ${page.tasks.length} can be read`);
}

/** Who has no credentials gets nothing. */
export async function admission(prober: Prober): Promise<Finding> {
  const { authorization, secret } = prober.target;
  const wrongs: Wrong[] = [
    ...(authorization === undefined ? [] : (['no credentials'] as const)),
    ...(secret === undefined ? [] : (['no signature', 'another signature', 'an old signature'] as const)),
  ];
  if (wrongs.length === 0) return skipped('no credentials and no secret were given');
  const defects: (Defect | undefined)[] = [];
  for (const wrong of wrongs) {
    const reply = await prober.ask('/tasks?limit=1', { wrong });
    defects.push(unless([401, 403].includes(reply.status), reply, '401', ` to a request with ${wrong}`));
  }
  return finding(defects, `refuses ${wrongs.join(', ')}`);
}

/** Small pages have what the large one has, in its order, each task once. */
export async function pages(prober: Prober, { first, now }: Known): Promise<Finding> {
  const wanted = idsOf(first.reply);
  if (wanted.length < 2) return skipped('there are fewer than two tasks');
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let count = 0; count < MOST_PAGES && seen.length < wanted.length; count += 1) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const reply = await prober.ask(`/tasks?limit=${SMALL}${query}`);
    const page = readPage(reply.json, place(now));
    const wrong = pageDefect(reply, page, cursor, seen);
    if (wrong || 'problem' in page) return finding([wrong], '');
    seen.push(...idsOf(reply));
    cursor = page.cursor;
    if (cursor === null) break;
  }
  return finding([differenceOf(wanted, seen, cursor === null)], `pages of ${SMALL} have what one page has`);
}

function pageDefect(
  reply: Reply,
  page: ListingPage | { problem: string },
  cursor: string | null,
  seen: readonly string[],
): Defect | undefined {
  const found = (what: string) => `${reply.request} ${what}`;
  if (reply.status !== 200) return unless(false, reply, '200 and a page');
  if ('problem' in page) return { found: found(`answers no page: ${page.problem}`), expected: 'a page' };
  const ids = idsOf(reply);
  if (ids.length > SMALL)
    return { found: found(`lists ${ids.length} tasks`), expected: `at most ${SMALL}, as limit says` };
  if (page.cursor !== null && page.cursor === cursor)
    return { found: found('names itself as the next page'), expected: 'where the next page begins' };
  if (page.cursor !== null && ids.length === 0)
    return { found: found('is empty and names a next page'), expected: 'tasks, or null as next' };
  const twice = ids.find((id) => seen.includes(id));
  if (twice === undefined) return undefined;
  return { found: found(`lists ${named(twice)} again`), expected: 'each task on one page' };
}

/** Where what small pages have is not the beginning of what the large one has. */
function differenceOf(
  wanted: readonly string[],
  seen: readonly string[],
  isWhole: boolean,
): Defect | undefined {
  const compared = isWhole ? wanted.length : Math.min(wanted.length, seen.length);
  const at = wanted.slice(0, compared).findIndex((id, place) => id !== seen[place]);
  if (at < 0) return undefined;
  return {
    found: `pages of ${SMALL} have ${named(seen[at])} where the page of 1000 has ${named(wanted[at])}`,
    expected: 'the same tasks in the same order, whatever the limit',
  };
}

function named(id: string | undefined): string {
  return id === undefined ? 'nothing' : JSON.stringify(id);
}

const listedIds = z.object({ tasks: z.array(z.object({ id: z.catch(z.string(), '?') })) });

/** The ids of a page in its order, also of tasks that cannot be read. */
function idsOf({ json }: Reply): string[] {
  const parsed = z.safeParse(listedIds, json);
  return parsed.success ? parsed.data.tasks.map(({ id }) => id) : [];
}

/** A cursor that the server did not give begins no listing anew: it would never end. */
export async function strangeCursor(prober: Prober): Promise<Finding> {
  const reply = await prober.ask('/tasks?limit=2&cursor=!not-one-of-yours!');
  const isRight = reply.status >= 400 && reply.status < 500;
  return finding(
    [unless(isRight, reply, '400: a cursor that the server did not give')],
    'refuses one that it did not give',
  );
}

/** Tags of pages tell one from another, and what is unchanged is not sent again. */
export async function tags(prober: Prober, { first }: Known): Promise<Finding> {
  const { tag } = first.reply;
  if (tag === undefined) return skipped('pages have no ETag; each is sent in full, each time');
  const path = '/tasks?limit=1000';
  const same = await prober.ask(path, { headers: { 'if-none-match': tag } });
  const other = await prober.ask(path, { headers: { 'if-none-match': '"another"' } });
  const small = await prober.ask('/tasks?limit=1');
  const differs = first.page.tasks.length > 1;
  return finding(
    [
      tag.length > 256
        ? { found: `an ETag of ${tag.length} characters`, expected: 'at most 256' }
        : undefined,
      unless(same.status === 304, same, '304', ' to the ETag that the page has'),
      unless(other.status === 200, other, '200', ' to an ETag that the page does not have'),
      differs && small.tag === tag
        ? {
            found: `two pages with other tasks have one ETag, ${tag}`,
            expected: 'another one for each content',
          }
        : undefined,
    ],
    'unchanged pages are not sent again',
  );
}

/** A listed task is found by its id, as it is listed; also one with a slash. */
export async function oneTask(prober: Prober, { first, now }: Known): Promise<Finding> {
  const { tasks } = first.page;
  const chosen = [
    tasks[0],
    tasks.find(({ id }) => id.includes('/')),
    tasks.find(({ id }) => /[^\w/.-]/.test(id)),
  ];
  const several = [...new Set(chosen.filter((task) => task !== undefined))];
  if (several.length === 0) return skipped('no task can be read');
  const defects: (Defect | undefined)[] = [];
  for (const task of several) defects.push(await taskDefect(prober, task, now));
  return finding(defects, `as it is listed: ${several.map(({ id }) => JSON.stringify(id)).join(', ')}`);
}

async function taskDefect(prober: Prober, task: ListedTask, now: number): Promise<Defect | undefined> {
  const reply = await prober.ask(pathOf(task.id));
  const expected = `200 and the task ${JSON.stringify(task.id)} as it is listed`;
  if (reply.status !== 200) return unless(false, reply, expected);
  const read = readTask(reply.json, place(now));
  if ('problem' in read) return { found: `${reply.request}: ${read.problem}`, expected };
  if (read.task.id !== task.id)
    return { found: `${reply.request} answers with the task ${JSON.stringify(read.task.id)}`, expected };
  const { revision } = read.task;
  if (revision === task.revision) return undefined;
  return {
    found: `${reply.request} has version ${JSON.stringify(revision)}, listed a moment ago as ${JSON.stringify(task.revision)}`,
    expected: 'the same version while nobody publishes the task',
  };
}

/** What is not there is gone by the contract's own word. */
export async function noTask(prober: Prober): Promise<Finding> {
  const reply = await prober.ask(pathOf(`no-such-task-${randomUUID()}`));
  return finding([unless(saysGone(reply), reply, GONE)], 'is gone by the code no-such-task');
}

export const GONE = '404 application/problem+json with the code "no-such-task"';

export function saysGone({ status, type, json }: Reply): boolean {
  const isProblem = type === 'application/problem+json' && codeOf(json) === 'no-such-task';
  return (status === 404 || status === 410) && isProblem;
}

/** The path of a task. */
export function pathOf(id: string): string {
  return `/tasks/${encodeURIComponent(id)}`;
}
