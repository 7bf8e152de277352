import { html } from 'hono/html';
import { awsProblem } from '../cli/aws-problems.ts';
import { faultLine, UsageError } from '../cli/errors.ts';
import { ACTS } from './acts.ts';
import type { Act, Console, Page, Values } from './console.ts';
import { framed, plain } from './frame.ts';
import type { Guard, Outside } from './guard.ts';
import { HEADERS } from './headers.ts';
import { PAGES } from './pages.ts';
import { type Html, hidden, NOTHING, note } from './parts.ts';
import { SCRIPT } from './script.ts';
import type { Answer, Asked } from './server.ts';

const MENU = PAGES.flatMap(({ path, menu }) => (menu === undefined ? [] : [{ path, menu }]));

/** Where a stranger sends the token, as the console of the terminal says it. */
const ENTER = '/enter';
const ACT = '/act/';

/** Makes what answers a browser: whoever is let in by the guard is shown pages, and acts. */
export function consoleApp(at: Console, guard: Guard): (asked: Asked) => Promise<Answer> {
  return async (asked) => {
    const url = new URL(asked.url);
    const verdict = guard.judge(asked);
    if (verdict.kind === 'stranger' && asked.method === 'POST' && url.pathname === ENTER) {
      const form = new URLSearchParams(asked.body);
      return unlessIn(guard.enterWith(form.get('token') ?? '', form.get('to') ?? ''));
    }
    if (verdict.kind !== 'pass') return unlessIn(verdict);
    return inside(at, guard, asked, verdict.session);
  };
}

/** What who has not entered is answered: nothing of the stage is in it. */
async function unlessIn(verdict: Outside): Promise<Answer> {
  switch (verdict.kind) {
    case 'enter': {
      const headers = { ...HEADERS, location: verdict.to, 'set-cookie': verdict.cookie };
      return { status: 303, headers, body: '' };
    }
    case 'led':
      return page(
        200,
        plain(
          'Taskwarden console',
          html`<p>Another website led here, so your browser did not say who you are.</p><p><a class="button" href="${verdict.to}">Open the page</a></p>`,
        ),
      );
    case 'stranger':
      return page(401, plain('Taskwarden console', strangersForm(verdict)));
    case 'refused':
      return page(verdict.status, plain('Refused', html`<p>Refused: ${verdict.why}.</p>`));
  }
}

function strangersForm({ to, hadToken }: Extract<Outside, { kind: 'stranger' }>): Html {
  return html`${hadToken ? note('warn', 'The token was used already, or is none of this console: each holds once.') : NOTHING}
<p>This browser has not entered the console yet. Open the address that the terminal shows, or give the token in it.</p>
<form class="card" method="post" action="${ENTER}">${hidden({ to })}
<label for="token">Token</label><input id="token" name="token" autocomplete="off" required>
<p><button>Enter</button></p></form>`;
}

async function inside(at: Console, guard: Guard, asked: Asked, session: string): Promise<Answer> {
  const { pathname, searchParams } = new URL(asked.url);
  if (pathname === '/console.js')
    return {
      status: 200,
      headers: { ...HEADERS, 'content-type': 'text/javascript; charset=utf-8' },
      body: SCRIPT,
    };
  try {
    await at.stage.refreshClock?.();
    const shown = await pageFor({ at, guard, asked, session, pathname, query: searchParams });
    return page(shown.status ?? 200, framed(shown, at, MENU, pathname));
  } catch (error) {
    const fault = faultPage(error, at, asked);
    return page(fault.status ?? 502, framed(fault, at, MENU, pathname));
  }
}

/** A fault is shown, not hidden: who reads it runs the console. */
function faultPage(error: unknown, { env }: Console, { method }: Asked): Page {
  const lines = error instanceof UsageError ? error.lines : [awsProblem(error, env) ?? faultLine(error)];
  if (method !== 'POST') {
    const status = error instanceof UsageError ? 422 : 502;
    return { title: 'It could not be read', status, body: note('bad', ...lines) };
  }
  return {
    title: 'It failed',
    body: note('bad', ...lines, 'Some of it may be done: look before you try again.'),
  };
}

interface Visit {
  at: Console;
  guard: Guard;
  asked: Asked;
  session: string;
  pathname: string;
  query: URLSearchParams;
}

async function pageFor(visit: Visit): Promise<Page> {
  const { at, asked, pathname, query } = visit;
  if (pathname.startsWith(ACT)) return actPage(visit, pathname.slice(ACT.length));
  if (pathname === '/refresh' && asked.method === 'POST') {
    at.fleet.forget();
    return {
      title: 'Read anew',
      body: html`<p>The next page reads the fleet anew. <a href="/">Overview</a></p>`,
    };
  }
  const kind = PAGES.find(({ path }) => path === pathname);
  if (!kind || asked.method === 'POST') return notFound('The console has no such page.');
  return kind.show(at, query);
}

/** What is not there. */
function notFound(why: string): Page {
  return { title: 'Not found', status: 404, body: note('warn', why) };
}

async function actPage(visit: Visit, name: string): Promise<Page> {
  const act = ACTS.find((candidate) => candidate.name === name);
  if (!act) return notFound('Nothing of this name can be done here.');
  if (!visit.at.allowsChanges) return readOnly();
  return visit.asked.method === 'POST' ? resultOf(visit, act) : confirmationOf(visit, act);
}

function readOnly(): Page {
  const lines = ['This console is read-only.', 'Start it with --allow-changes to act from here.'];
  return { title: 'Nothing was changed', status: 403, body: note('warn', ...lines) };
}

/** Only what an act takes by name is read, of an address or of a form: a browser sends lines of a form with CR, too. */
function valuesOf(names: readonly string[], from: URLSearchParams): Values {
  return Object.fromEntries(names.map((name) => [name, (from.get(name) ?? '').replaceAll('\r\n', '\n')]));
}

/** What was typed, without the spaces around it. */
function typedInto({ typed }: Act, form: URLSearchParams): Values {
  const values = valuesOf(typed?.names ?? [], form);
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, text.trim()]));
}

/** What is sealed: the act, and all that it is given. */
function sealedText(act: Act, values: Values): string {
  return JSON.stringify([act.name, ...act.fields.map((name) => values[name] ?? '')]);
}

async function confirmationOf({ at, guard, session, query }: Visit, act: Act): Promise<Page> {
  const confirmation = await act.confirm(at, valuesOf(act.fields, query));
  if ('refused' in confirmation) return refusedPage(confirmation.refused);
  const { title, body, asks = NOTHING, button, values, isCareful } = confirmation;
  const seal = guard.seal(session, sealedText(act, values));
  const form = html`<form class="card" method="post" action="${ACT}${act.name}">${hidden({ ...values, seal })}${asks}
<p>This is audited as <b>${await at.operator()}</b>.</p>
<div class="acts"><button${isCareful ? html` class="careful"` : NOTHING}>${button}</button><a href="/">Do nothing</a></div></form>`;
  return { title, body: html`${body}${form}` };
}

async function resultOf({ at, guard, session, asked }: Visit, act: Act): Promise<Page> {
  const form = new URLSearchParams(asked.body);
  const values = valuesOf(act.fields, form);
  const typed = typedInto(act, form);
  const wrong = act.typed?.problem(at, typed);
  // The seal is not used up: who goes back can type it again.
  if (wrong !== undefined) return { ...refusedPage(wrong), status: 422 };
  const problem = guard.sealProblem(session, sealedText(act, values), form.get('seal') ?? '');
  if (problem !== undefined) return { ...refusedPage(problem), status: 403 };
  const outcome = await act.act(at, { ...values, ...typed }).finally(() => at.fleet.forget());
  if ('refused' in outcome) return refusedPage(outcome.refused);
  return { title: 'Done', body: html`${note('good', ...outcome.done)}<p><a href="/">Overview</a></p>` };
}

function refusedPage(why: string): Page {
  return {
    title: 'Nothing was changed',
    status: 409,
    body: note('warn', `${why[0]?.toUpperCase()}${why.slice(1)}.`),
  };
}

/** What turns a text around that stands after it: nothing of ours needs it, and words of others do not get it. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

async function page(status: number, body: Html): Promise<Answer> {
  const headers = { ...HEADERS, 'content-type': 'text/html; charset=utf-8' };
  return { status, headers, body: String(await body).replace(TURNING, '') };
}
