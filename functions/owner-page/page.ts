import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { tenantOf } from '../abandonment/task.ts';
import { itemNamed, itemRef } from '../notices/render/links.ts';
import { BRAND } from '../platform/brand.ts';
import { clip, visible } from '../platform/escape.ts';
import type { LinkScope } from '../platform/link-token.ts';
import { METRIC } from '../platform/names.ts';
import type { LinkKeys } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import { knownZone } from '../platform/zones.ts';
import type { DigestItem } from '../store/digests.ts';
import { fulfil } from './act.ts';
import { countAct, leftActs, mayAct } from './acts-of-a-mail.ts';
import { allTasksOf } from './all-tasks.ts';
import { browserLanguage } from './browser-language.ts';
import { fulfilEach, MOST_SELECTED } from './bulk.ts';
import { confirmBody, resultBody, split } from './bulk-page.ts';
import { type Form, formOf, readPreferences, readRequest } from './forms.ts';
import { type Frame, type Html, notice, page } from './frame.ts';
import { HEADERS } from './headers.ts';
import { type PageEvent, type PageResult, requestOf, resultOf } from './http.ts';
import { type Asked, listBody, type Range } from './list-page.ts';
import { GROUPS, groupOf, type Selection, selectedOf } from './list-parts.ts';
import { openLink, type Visit } from './open-link.ts';
import { preferencesOf, storePreferences } from './preferences.ts';
import { preferencesBody, unsubscribeBody } from './preferences-page.ts';
import { nameOf, type Reader, standing, taskBody } from './task-page.ts';
import { type Act, type TaskView, viewsOf } from './task-view.ts';
import type { PageWords } from './words/page-words.ts';
import { pageWordsIn } from './words/words-of.ts';

type Status = 200 | 400 | 403 | 404 | 405 | 409 | 410 | 413 | 422 | 429 | 500;

/**
 * The page behind the links in mails. GET and HEAD only look; POST acts. Gives a function that answers the
 * events of a Function URL or an HTTP API; it never throws.
 */
export function ownerPage(system: System, keys: LinkKeys): (event: PageEvent) => Promise<PageResult> {
  const app = new OwnerPage(system, keys).routes();
  return async (event) => {
    let request: Request;
    try {
      request = requestOf(event);
    } catch (error) {
      const [status, text] = error instanceof RangeError ? [413, 'Too large'] : [400, 'Not a request'];
      const headers = { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' };
      return { statusCode: status as Status, headers, body: String(text) };
    }
    return resultOf(await app.fetch(request));
  };
}

class OwnerPage {
  readonly #system: System;
  readonly #keys: LinkKeys;

  constructor(system: System, keys: LinkKeys) {
    this.#system = system;
    this.#keys = keys;
  }

  routes(): Hono {
    const app = new Hono();
    app.use(async (c, next) => {
      await next();
      for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
    });
    const paths = [
      '/d/:link',
      '/d/:link/preferences',
      '/d/:link/:ref',
      '/u/:link',
      '/d/:link/tasks',
      '/d/:link/all',
    ] as const;
    // Before the paths of single tasks, which would take these for one.
    app.get(paths[5], (c) => this.#opened(c, 'd', (visit) => this.#all(c, visit)));
    app.post(paths[5], (c) => this.#opened(c, 'd', (visit) => this.#actOnAll(c, visit)));
    app.get(paths[4], (c) => this.#opened(c, 'd', async () => c.redirect(`../${c.req.param('link')}`, 303)));
    app.post(paths[4], (c) => this.#opened(c, 'd', (visit) => this.#actOnMany(c, visit)));
    app.get(paths[0], (c) => this.#opened(c, 'd', (visit) => this.#digest(c, visit)));
    app.get(paths[1], (c) => this.#opened(c, 'd', (visit) => this.#preferences(c, visit)));
    app.post(paths[1], (c) => this.#opened(c, 'd', (visit) => this.#savePreferences(c, visit)));
    app.get(paths[2], (c) => this.#opened(c, 'd', (visit) => this.#task(c, visit)));
    app.post(paths[2], (c) => this.#opened(c, 'd', (visit) => this.#act(c, visit)));
    app.get(paths[3], (c) => this.#opened(c, 'u', (visit) => this.#unsubscribing(c, visit)));
    app.post(paths[3], (c) => this.#opened(c, 'u', (visit) => this.#unsubscribe(c, visit)));
    for (const path of paths) app.all(path, (c) => this.#refuseMethod(c));
    app.notFound((c) => this.#invalid(c));
    app.onError((error, c) => this.#failed(c, error));
    return app;
  }

  /** Answers with what a good link opens, or says what is the matter with it. */
  async #opened(
    c: Context,
    scope: LinkScope,
    answer: (visit: Visit) => Promise<Response>,
  ): Promise<Response> {
    const opened = await openLink(this.#system, this.#keys, scope, c.req.param('link') ?? '');
    if (opened.outcome === 'open') return answer(opened.visit);
    if (opened.outcome === 'invalid') return this.#invalid(c);
    const language = opened.outcome === 'expired' ? opened.recipient?.language : undefined;
    return this.#notice(c, 410, opened.outcome, language && pageWordsIn(language));
  }

  /** The tasks of the mail. */
  async #digest(c: Context, visit: Visit): Promise<Response> {
    const asked = askedIn(c.req.query());
    const { shown, total } = await this.#shownOf(visit, asked);
    const base = c.req.param('link') ?? '';
    const reader = this.#reader(visit);
    const { titles, list } = reader.words;
    const { length } = visit.digest.items;
    const places = {
      ...{ task: base, act: `${base}/tasks`, all: `${base}/all`, self: base, sent: sentOf(asked) },
      ...rangeOf(base, asked, shown.length, total),
    };
    const body = listBody(list.ofMail(length), shown, asked, places, reader);
    return this.#page(
      c,
      200,
      length === 1 ? titles.one : titles.many(length),
      body,
      reader.words,
      `${base}/preferences`,
    );
  }

  /** The tasks of the mail that a list shows, and how many there are that it is asked for. */
  async #shownOf(visit: Visit, asked: Asked): Promise<{ shown: TaskView[]; total: number }> {
    const { contains, group, start } = asked;
    const named = visit.digest.items.filter(({ task }) => task.includes(contains));
    const end = start + MOST_SELECTED;
    if (group === undefined) {
      const shown = await viewsOf(this.#system, visit, named.slice(start, end));
      return { shown, total: named.length };
    }
    const views = ofGroup(await viewsOf(this.#system, visit, named), asked);
    return { shown: views.slice(start, end), total: views.length };
  }

  /** All tasks of the recipient. */
  async #all(c: Context, visit: Visit): Promise<Response> {
    const asked = askedIn(c.req.query());
    const from = c.req.query('from') ?? '';
    const { items, next } = await allTasksOf(this.#system, visit, from, asked.contains);
    const views = ofGroup(await viewsOf(this.#system, visit, items), asked);
    const reader = this.#reader(visit);
    const { titles, list, backToMail } = reader.words;
    const on = next === undefined ? {} : { next: `all?${queryOf(asked, { from: next })}` };
    const places = { act: 'all', self: 'all', sent: { ...sentOf(asked), from }, ...on };
    const body = html`${listBody(list.ofAll(tenantsOf(visit)), views, asked, places, reader)}
<p><a href="../${c.req.param('link') ?? ''}">${backToMail}</a></p>`;
    return this.#page(c, 200, titles.all, body, reader.words, 'preferences');
  }

  /** Of the tasks of the mail those that were selected. */
  async #actOnMany(c: Context, visit: Visit): Promise<Response> {
    const asked = askedIn(await sentForm(c));
    const items = await selectedOf(
      visit.digest.items,
      await sentSelection(c),
      async () => (await this.#shownOf(visit, asked)).shown,
    );
    const { group: _, ...kept } = sentOf(asked);
    const back = `../${c.req.param('link') ?? ''}?${new URLSearchParams(kept).toString()}`;
    return this.#actOnSelected(c, visit, items, kept, back);
  }

  /** Of a page of all tasks those that were selected: they are looked for again, so that no form names others. */
  async #actOnAll(c: Context, visit: Visit): Promise<Response> {
    const form = await sentForm(c);
    const { from = '', contains = '' } = form;
    const { items } = await allTasksOf(this.#system, visit, from, contains);
    const wanted = await selectedOf(items, await sentSelection(c), async () =>
      ofGroup(await viewsOf(this.#system, visit, items), askedIn(form)),
    );
    return this.#actOnSelected(
      c,
      visit,
      wanted,
      { from, contains },
      `all?${new URLSearchParams({ contains, from }).toString()}`,
    );
  }

  async #actOnSelected(
    c: Context,
    visit: Visit,
    items: readonly DigestItem[],
    sent: Readonly<Record<string, string>>,
    back: string,
  ): Promise<Response> {
    const form = await sentForm(c);
    const reader = this.#reader(visit);
    const { words } = reader;
    const act = actIn(form, words);
    const problem =
      act === undefined
        ? words.problems.nothing
        : items.length === 0
          ? words.problems.none
          : items.length > MOST_SELECTED
            ? words.problems.tooMany(MOST_SELECTED)
            : undefined;
    const backLink = html`<p><a href="${back}">${words.backToList}</a></p>`;
    if (act === undefined || problem !== undefined)
      return this.#page(
        c,
        422,
        words.list.selected,
        html`${wrong(problem ?? '')}${backLink}`,
        words,
        'preferences',
      );
    const views = await viewsOf(this.#system, visit, items);
    const { can, cannot } = split(views, act);
    const title = words.list.confirm(act, can.length);
    const lengths = (can.length > 0 ? can : views).map(({ keepMax }) => keepMax);
    const bounds = { ...reader, keepMax: Math.min(...lengths) };
    const ask = (status: Status, above: Html | '') =>
      this.#page(
        c,
        status,
        title,
        html`${above}${confirmBody(act, { can, cannot }, sent, back, bounds)}`,
        words,
        'preferences',
      );
    if (form.confirmed !== 'yes') return ask(200, '');
    const request = readRequest(form, bounds);
    if ('problem' in request) return ask(422, wrong(request.problem));
    const left = leftActs(visit.digest);
    if (can.length > left) return ask(429, wrong(words.list.leftActs(left)));
    const outcomes = await fulfilEach(this.#system, visit, views, request);
    const fresh = await viewsOf(this.#system, visit, items);
    return this.#page(
      c,
      200,
      words.list.result,
      resultBody(outcomes, fresh, back, reader),
      words,
      'preferences',
    );
  }

  async #task(c: Context, visit: Visit): Promise<Response> {
    const view = await this.#viewAsked(c, visit);
    if (!view) return this.#invalid(c);
    const done = c.req.query('done') ?? '';
    const { said: words } = this.#reader(visit).words;
    const sentence = Object.hasOwn(words, done) ? words[done as keyof typeof words] : undefined;
    return this.#taskPage(
      c,
      statusOf(view),
      visit,
      view,
      sentence === undefined ? undefined : html`<p class="said" role="status">${sentence}</p>`,
    );
  }

  async #act(c: Context, visit: Visit): Promise<Response> {
    const view = await this.#viewAsked(c, visit);
    if (!view) return this.#invalid(c);
    const reader = this.#reader(visit);
    const request = readRequest(await sentForm(c), { ...reader, keepMax: view.keepMax });
    if ('problem' in request) return this.#taskPage(c, 422, visit, view, wrong(request.problem));
    if (!mayAct(visit.digest)) return this.#notice(c, 429, 'too-often', reader.words);
    const result = await fulfil(this.#system, view, visit.digest.address, request);
    if (result.outcome === 'done') {
      if (!result.isRepeat) await countAct(this.#system, visit.digest);
      return c.redirect(`${itemRef(view.item)}?done=${result.said}`, 303);
    }
    const fresh = (await this.#viewAsked(c, visit)) ?? view;
    const status = statusOf(fresh) === 200 ? 409 : statusOf(fresh);
    return this.#taskPage(
      c,
      status,
      visit,
      fresh,
      wrong(`${reader.words.notNow} ${reader.words.changed} ${standing(fresh.now, reader)}`),
    );
  }

  /** The task that the path names, where it stands in this mail; no other can be reached. */
  async #viewAsked(c: Context, visit: Visit): Promise<TaskView | undefined> {
    const item = itemNamed(visit.digest.items, c.req.param('ref') ?? '');
    return item && (await viewsOf(this.#system, visit, [item]))[0];
  }

  #taskPage(
    c: Context,
    status: Status,
    visit: Visit,
    view: TaskView,
    above: Html | undefined,
  ): Response | Promise<Response> {
    const reader = this.#reader(visit);
    const body = html`${above ?? ''}${taskBody(view, reader)}
<p><a href="../${c.req.param('link') ?? ''}">${reader.words.backToMail}</a></p>`;
    return this.#page(c, status, nameOf(view), body, reader.words, 'preferences');
  }

  async #preferences(c: Context, { recipient }: Visit): Promise<Response> {
    const words = pageWordsIn(recipient.language);
    const saved = c.req.query('done') === 'saved' && html`<p class="said" role="status">${words.saved}</p>`;
    const body = preferencesBody(recipient.address, formOf(preferencesOf(recipient)), words);
    return this.#page(c, 200, words.titles.preferences, html`${saved}${body}`, words);
  }

  async #savePreferences(c: Context, { digest, recipient }: Visit): Promise<Response> {
    const form = await sentForm(c);
    const words = pageWordsIn(recipient.language);
    const choices = readPreferences(form, words);
    if ('problem' in choices) {
      const body = html`${wrong(choices.problem)}${preferencesBody(recipient.address, form, words)}`;
      return this.#page(c, 422, words.titles.preferences, body, words);
    }
    if (!mayAct(digest)) return this.#notice(c, 429, 'too-often', words);
    const isChanged = await storePreferences(this.#system, digest.address, choices);
    if (isChanged) await countAct(this.#system, digest);
    return c.redirect('preferences?done=saved', 303);
  }

  async #unsubscribing(c: Context, { recipient }: Visit): Promise<Response> {
    const words = pageWordsIn(recipient.language);
    return this.#page(c, 200, words.preferences.stop, unsubscribeBody(recipient, words), words);
  }

  /** One click (RFC 8058): a bare POST with this body, answered without a redirect. */
  async #unsubscribe(c: Context, { digest, recipient }: Visit): Promise<Response> {
    const form = await sentForm(c);
    const words = pageWordsIn(recipient.language);
    if (form['List-Unsubscribe'] !== 'One-Click') {
      const body = html`${wrong(words.wrongButton)}${unsubscribeBody(recipient, words)}`;
      return this.#page(c, 400, words.preferences.stop, body, words);
    }
    await storePreferences(this.#system, digest.address, { declined: true });
    const declined = unsubscribeBody({ ...recipient, declined: true }, words);
    return this.#page(c, 200, words.preferences.stopped, declined, words);
  }

  #reader({ recipient }: Visit): Reader {
    const words = pageWordsIn(recipient.language);
    return { now: this.#system.clock.now(), zone: knownZone(recipient.zone), words };
  }

  /** The same for whatever is no link of ours, so that nobody learns from it what there is. */
  #invalid(c: Context): Response | Promise<Response> {
    return this.#notice(c, 404, 'invalid');
  }

  #refuseMethod(c: Context): Response | Promise<Response> {
    c.header('allow', 'GET, HEAD, POST');
    return this.#notice(c, 405, 'method');
  }

  #failed(c: Context, error: Error): Response | Promise<Response> {
    this.#system.telemetry.log('error', 'owner page failed', { name: error.name, reason: error.message });
    this.#system.telemetry.metric(METRIC.pageFailed, 1);
    return this.#notice(c, 500, 'failed');
  }

  /** In a language of the browser where nobody knows yet who asks. */
  #notice(
    c: Context,
    status: Status,
    what: keyof PageWords['notices'],
    words: PageWords = pageWordsIn(browserLanguage(c)),
  ): Response | Promise<Response> {
    return c.html(notice(words.notices[what], this.#frame(words)), status);
  }

  #frame(words: PageWords): Frame {
    const { contact, brand = BRAND } = this.#system.config;
    return { words, contact, brand: brand.name };
  }

  #page(
    c: Context,
    status: Status,
    title: string,
    body: Html,
    words: PageWords,
    preferences?: string,
  ): Response | Promise<Response> {
    const links = preferences
      ? html`<p><a href="${preferences}">${words.titles.preferences}</a></p>
`
      : html``;
    return c.html(page(title, body, this.#frame(words), links), status);
  }
}

/** What a list is asked for in the path's query, or was asked for, as its form sends it along. */
function askedIn({ group: name, contains = '', start = '' }: Record<string, string>): Asked {
  const group = GROUPS.find((candidate) => candidate === name);
  return {
    contains: contains.slice(0, 200),
    ...(group && { group }),
    start: /^\d{1,5}$/.test(start) ? Number(start) : 0,
  };
}

/** The same as fields; what is not asked for is left out. */
function sentOf({ contains, group, start }: Asked): Record<string, string> {
  return { contains, ...(group && { group }), ...(start > 0 && { start: String(start) }) };
}

/** Which of the tasks a list shows where it does not show all, and where it goes on. */
function rangeOf(base: string, asked: Asked, shown: number, total: number): { range?: Range; next?: string } {
  if (shown === total) return {};
  const last = asked.start + shown;
  return {
    ...(shown > 0 && { range: { first: asked.start + 1, last, total } }),
    ...(last < total && { next: `${base}?${queryOf(asked, { start: String(last) })}` }),
  };
}

/** So many are named. */
const NAMED_TENANTS = 5;

/** Of what tenants a mail's tasks are, as prefixes; empty where it has none. */
function tenantsOf({ digest }: Visit): string {
  const tenants = [...new Set(digest.items.map(({ task }) => tenantOf(task)))].sort();
  const named = tenants.slice(0, NAMED_TENANTS).map((tenant) => clip(visible(`${tenant}/`), 128));
  return [...named, ...(tenants.length > NAMED_TENANTS ? ['…'] : [])].join(', ');
}

function queryOf({ contains, group }: Asked, more: Record<string, string>): string {
  return new URLSearchParams({ contains, ...(group && { group }), ...more }).toString();
}

function ofGroup(views: TaskView[], { group }: Asked): TaskView[] {
  return group === undefined ? views : views.filter(({ now }) => groupOf(now) === group);
}

function actIn({ action = '' }: Form, { acts }: PageWords): Act | undefined {
  return Object.hasOwn(acts, action) ? (action as Act) : undefined;
}

function statusOf({ now }: TaskView): Status {
  if (now.state === 'gone') return 410;
  return now.state === 'no-say' ? 403 : 200;
}

function wrong(problem: string): Html {
  return html`<p class="wrong" role="alert">${problem}</p>`;
}

/** What a body sent, by field; empty where it is none. */
async function sentFields(c: Context): Promise<[string, string[]][]> {
  const body = await c.req.parseBody({ all: true }).catch(() => ({}));
  return Object.entries(body).map(([name, value]) => [
    name,
    [value].flat().filter((text): text is string => typeof text === 'string'),
  ]);
}

/** The fields of a form; of a field that was sent more than once the last. */
async function sentForm(c: Context): Promise<Form> {
  const fields = await sentFields(c);
  return Object.fromEntries(
    fields.flatMap(([name, values]) => values.slice(-1).map((value) => [name, value])),
  );
}

/** What was selected of a list. */
async function sentSelection(c: Context): Promise<Selection> {
  const fields = await sentFields(c);
  const valuesOf = (field: string) =>
    new Set(fields.flatMap(([name, values]) => (name === field ? values : [])));
  return { tasks: valuesOf('task'), wholes: valuesOf('all') };
}
