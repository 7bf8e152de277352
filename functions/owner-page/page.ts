import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { itemNamed, itemRef } from '../notices/render/links.ts';
import type { LinkScope } from '../platform/link-token.ts';
import { METRIC } from '../platform/names.ts';
import type { LinkKeys } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import { knownZone } from '../platform/zones.ts';
import { fulfil } from './act.ts';
import { countAct, mayAct } from './acts-of-a-mail.ts';
import { digestBody } from './digest-page.ts';
import { type Form, formOf, readPreferences, readWish } from './forms.ts';
import { type Html, notice, page } from './frame.ts';
import { HEADERS } from './headers.ts';
import { type PageEvent, type PageResult, requestOf, resultOf } from './http.ts';
import { openLink, type Visit } from './open-link.ts';
import { preferencesOf, storePreferences } from './preferences.ts';
import { preferencesBody, unsubscribeBody } from './preferences-page.ts';
import { nameOf, type Reader, SAID, taskBody } from './task-page.ts';
import { type TaskView, viewsOf } from './task-view.ts';

/** The title of the page of preferences. */
const PREFERENCES = 'Your preferences';

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
    const paths = ['/d/:link', '/d/:link/preferences', '/d/:link/:ref', '/u/:link'] as const;
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
    const [title, first] =
      opened.outcome === 'expired'
        ? ['This link has expired', 'Links in mails are good for 60 days, and this one is older.']
        : ['This mail is no longer kept', 'What this link was about is over, and its record is gone.'];
    return this.#notice(c, 410, title, [
      first,
      'Nothing was changed. Use the link of the newest mail; where there is none, ask those named below.',
    ]);
  }

  async #digest(c: Context, visit: Visit): Promise<Response> {
    const views = await viewsOf(this.#system, visit, visit.digest.items);
    const title = views.length === 1 ? 'Your task' : `Your ${views.length} tasks`;
    const base = c.req.param('link') ?? '';
    return this.#page(c, 200, title, digestBody(views, base, this.#reader(visit)), `${base}/preferences`);
  }

  async #task(c: Context, visit: Visit): Promise<Response> {
    const view = await this.#viewAsked(c, visit);
    if (!view) return this.#invalid(c);
    const done = c.req.query('done') ?? '';
    const said = Object.hasOwn(SAID, done) ? SAID[done as keyof typeof SAID] : undefined;
    return this.#taskPage(
      c,
      statusOf(view),
      visit,
      view,
      said === undefined ? undefined : html`<p class="said" role="status">${said}</p>`,
    );
  }

  async #act(c: Context, visit: Visit): Promise<Response> {
    const view = await this.#viewAsked(c, visit);
    if (!view) return this.#invalid(c);
    const { now, zone } = this.#reader(visit);
    const wish = readWish(await sentForm(c), { now, zone, keepMax: view.keepMax });
    if ('problem' in wish) return this.#taskPage(c, 422, visit, view, wrong(wish.problem));
    if (!mayAct(visit.digest)) return this.#tooOften(c);
    const acted = await fulfil(this.#system, view, visit.digest.address, wish);
    if (acted.outcome === 'done') {
      if (!acted.isRepeat) await countAct(this.#system, visit.digest);
      return c.redirect(`${itemRef(view.item)}?done=${acted.said}`, 303);
    }
    const fresh = (await this.#viewAsked(c, visit)) ?? view;
    const status = statusOf(fresh) === 200 ? 409 : statusOf(fresh);
    return this.#taskPage(c, status, visit, fresh, wrong('That cannot be done now; nothing was changed.'));
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
    const body = html`${above ?? ''}${taskBody(view, this.#reader(visit))}
<p><a href="../${c.req.param('link') ?? ''}">All tasks of this mail</a></p>`;
    return this.#page(c, status, nameOf(view), body, 'preferences');
  }

  async #preferences(c: Context, { recipient }: Visit): Promise<Response> {
    const saved = c.req.query('done') === 'saved' && html`<p class="said" role="status">Saved.</p>`;
    const body = preferencesBody(recipient.address, formOf(preferencesOf(recipient)));
    return this.#page(c, 200, PREFERENCES, html`${saved}${body}`);
  }

  async #savePreferences(c: Context, { digest, recipient }: Visit): Promise<Response> {
    const form = await sentForm(c);
    const wishes = readPreferences(form);
    if ('problem' in wishes) {
      const body = html`${wrong(wishes.problem)}${preferencesBody(recipient.address, form)}`;
      return this.#page(c, 422, PREFERENCES, body);
    }
    if (!mayAct(digest)) return this.#tooOften(c);
    const isChanged = await storePreferences(this.#system, digest.address, wishes);
    if (isChanged) await countAct(this.#system, digest);
    return c.redirect('preferences?done=saved', 303);
  }

  async #unsubscribing(c: Context, { recipient }: Visit): Promise<Response> {
    return this.#page(c, 200, 'Stop reminders', unsubscribeBody(recipient));
  }

  /** One click (RFC 8058): a bare POST with this body, answered without a redirect. */
  async #unsubscribe(c: Context, { digest, recipient }: Visit): Promise<Response> {
    const form = await sentForm(c);
    if (form['List-Unsubscribe'] !== 'One-Click') {
      const body = html`${wrong('Nothing was changed. Use the button.')}${unsubscribeBody(recipient)}`;
      return this.#page(c, 400, 'Stop reminders', body);
    }
    await storePreferences(this.#system, digest.address, { declined: true });
    return this.#page(c, 200, 'Reminders stopped', unsubscribeBody({ ...recipient, declined: true }));
  }

  #reader({ recipient }: Visit): Reader {
    return { now: this.#system.clock.now(), zone: knownZone(recipient.zone) };
  }

  /** The same for whatever is no link of ours, so that nobody learns from it what there is. */
  #invalid(c: Context): Response | Promise<Response> {
    return this.#notice(c, 404, 'This link is not valid', [
      'Nothing was changed. Open the link from the mail again, or copy all of it.',
      'If that does not help, ask those named below.',
    ]);
  }

  #tooOften(c: Context): Response | Promise<Response> {
    return this.#notice(c, 429, 'This mail was used too often', [
      'Nothing was changed: its links have changed as much as the links of one mail may.',
      'Use the link of a newer mail; where there is none, ask those named below.',
    ]);
  }

  #refuseMethod(c: Context): Response | Promise<Response> {
    c.header('allow', 'GET, HEAD, POST');
    return this.#notice(c, 405, 'That is not possible here', ['Nothing was changed.']);
  }

  #failed(c: Context, error: Error): Response | Promise<Response> {
    this.#system.telemetry.log('error', 'owner page failed', { name: error.name, reason: error.message });
    this.#system.telemetry.metric(METRIC.pageFailed, 1);
    return this.#notice(c, 500, 'Something went wrong on our side', [
      'It may or may not have been done. Try again in a minute: doing it twice does no harm.',
    ]);
  }

  #notice(c: Context, status: Status, title: string, lines: string[]): Response | Promise<Response> {
    return c.html(notice(title, lines, this.#system.config.contact), status);
  }

  #page(
    c: Context,
    status: Status,
    title: string,
    body: Html,
    preferences?: string,
  ): Response | Promise<Response> {
    const links = preferences
      ? html`<p><a href="${preferences}">${PREFERENCES}</a></p>
`
      : html``;
    return c.html(page(title, body, this.#system.config.contact, links), status);
  }
}

function statusOf({ now }: TaskView): Status {
  if (now.state === 'gone') return 410;
  return now.state === 'no-say' ? 403 : 200;
}

function wrong(problem: string): Html {
  return html`<p class="wrong" role="alert">${problem}</p>`;
}

/** The fields of a form; empty where the body is none. */
async function sentForm(c: Context): Promise<Form> {
  const body = await c.req.parseBody().catch(() => ({}));
  return Object.fromEntries(
    Object.entries(body).filter((field): field is [string, string] => typeof field[1] === 'string'),
  );
}
