import { DAY, type Duration, formatInstant, HOUR, type Instant } from '../../functions/abandonment/time.ts';
import type { WebhookAnswer, WebhookCall } from '../../functions/platform/ports.ts';
import { type DeliveryRecord, orderOf } from '../../functions/store/webhook-deliveries.ts';
import type { EndedAttempt } from '../faults/attempts.ts';
import type { Checks, VerifierParts } from './checks.ts';

/** An event as a server received it. */
interface Received {
  id: string;
  /** Whose order it keeps: that of a task, or of an operator alert. */
  of: string;
  /** Null: it is about no task. */
  task: string | null;
  type: string;
  episode: unknown;
  /** When it happened. */
  at: Instant;
}

/** What stands in an event. */
interface Body {
  type: string;
  timestamp: string;
  data: { task: string | null; episode: number; code: string; subject: string | null };
}

const ALERT = 'operator.alert.';
/** As the histories of webhooks name it. */
const alertName = (code: string, subject: string | null) => `alert#${code}#${subject}`;

/** What one server knows. */
interface Server {
  prefix: string;
  atOnce: number;
  /** Event -> whether its sender had the answer. */
  taken: Map<string, { isAnswered: boolean; event: Received }>;
  newestTaken: { id: string; at: Instant } | undefined;
  /** Task or alert -> its event that was called for and not taken. */
  waiting: Map<string, Received>;
  /** Each call: whether its sender had the answer that it is taken. */
  calls: { of: string; at: Instant; isTaken: boolean }[];
  /** Task or alert -> when the newest event that was taken happened. */
  newestOf: Map<string, Instant>;
}

/** How long an event is tried (docs/webhooks.md#answers). */
const TRIED_FOR: Duration = 7 * DAY;
/** Once all is calm, an event needs no longer than this: it is let be for six hours at the longest. */
const SENT_WITHIN: Duration = DAY;
/** Where a sender dies, another goes on with its message after some minutes. */
const TAKEN_OVER_WITHIN: Duration = HOUR;

/**
 * Checks what servers of webhooks hear (promise 12): one call at a time, those of a task in order, each event under one
 * name, and again only where its answer was lost; none that disappears.
 */
export class WebhookVerifier {
  readonly #checks: Checks;
  readonly #now: () => Instant;
  readonly #skew: Duration;
  readonly #servers = new Map<string, Server>();
  readonly #bodyOf = new Map<string, string>();
  readonly #idOf = new Map<string, string>();
  /** What operators were notified of. */
  readonly #alerted = new Set<string>();
  readonly #disabled: { task: string; episode: number; at: Instant }[] = [];

  constructor(checks: Checks, { now, skew = 0 }: Pick<VerifierParts, 'now' | 'skew'>) {
    this.#checks = checks;
    this.#now = now;
    this.#skew = skew;
  }

  added(id: string, prefix: string): void {
    const seen = {
      taken: new Map(),
      newestTaken: undefined,
      waiting: new Map(),
      newestOf: new Map(),
      calls: [],
    };
    this.#servers.set(id, { prefix, atOnce: 0, ...seen });
  }

  /** The owning system disabled a task. */
  disabled({ task, episode }: { task: string; episode: number }): void {
    this.#disabled.push({ task, episode, at: this.#now() });
  }

  /** Operators were notified. */
  operatorAlerted(code: string, subject: string): void {
    this.#alerted.add(alertName(code, subject));
  }

  /** A server is called. Answers what it reads of the call. */
  callBegun(webhook: string, { headers, body }: WebhookCall): Received {
    const server = this.#serverOf(webhook);
    server.atOnce += 1;
    this.#check(server.atOnce === 1, () => `${webhook} is called ${server.atOnce} times at once`);
    const { type, timestamp, data } = JSON.parse(body) as Body;
    const id = headers['webhook-id'] ?? '';
    this.#hasOneName(id, body);
    const isOfAlert = type.startsWith(ALERT);
    const of = isOfAlert ? alertName(data.code, data.subject) : String(data.task);
    const event = { id, of, task: data.task, type, episode: data.episode, at: Date.parse(timestamp) };
    this.#isForIt(webhook, server, event);
    if (isOfAlert && data.subject !== null) this.#isTold(webhook, event);
    const earlier = server.taken.get(id);
    this.#check(
      !earlier?.isAnswered,
      () => `${webhook} hears of ${nameOf(event)} again, for which it answered`,
    );
    this.#keepsOrder(webhook, server, event, earlier !== undefined);
    return event;
  }

  /** A server answers. `isTaken`: it has the event, whether or not the answer arrives. */
  callEnded(webhook: string, event: Received, end: { answer: WebhookAnswer; isTaken: boolean }): void {
    const server = this.#serverOf(webhook);
    server.atOnce -= 1;
    const isAnswered = end.isTaken && end.answer.outcome === 'answered';
    server.calls.push({ of: event.of, at: this.#now(), isTaken: isAnswered });
    if (isAnswered) server.waiting.delete(event.of);
    else server.waiting.set(event.of, event);
    if (!end.isTaken) return;
    server.taken.set(event.id, { isAnswered, event });
    server.newestTaken = { id: event.id, at: this.#now() };
    server.newestOf.set(event.of, Math.max(event.at, server.newestOf.get(event.of) ?? 0));
  }

  /** A sender died, or what it wrote failed: the answer to its call of just now may be lost. */
  senderEnded({ queue, body, died, failed }: EndedAttempt): void {
    if (queue !== 'webhook' || !(died || failed)) return;
    for (const [webhook, { newestTaken, taken, waiting }] of this.#servers) {
      if (newestTaken?.at !== this.#now() || !body.includes(webhook)) continue;
      const taking = taken.get(newestTaken.id);
      if (!taking) continue;
      taking.isAnswered = false;
      waiting.delete(taking.event.of);
    }
  }

  /** The scenario is over; `history`: what operators hear of the events of a webhook. */
  finish(webhook: string, history: readonly DeliveryRecord[], calmSince: Instant): void {
    const server = this.#serverOf(webhook);
    const before = this.#now() - SENT_WITHIN;
    if (before < calmSince + TRIED_FOR) return;
    for (const record of history) {
      const { id, type, at, state, ended } = record;
      const of = orderOf(record) ?? '';
      const name = `${type} of ${of} at ${formatInstant(at)}`;
      const isOver = state === 'sent' || (state === 'dead' && Boolean(ended?.reason));
      if (at < before) this.#check(isOver, () => `${webhook} was not told of ${name}, which is ${state}`);
      const isFair = ended?.reason !== 'expired' || mayExpire(server, of, at);
      this.#check(isFair, () => `${name} expired though ${webhook} took others`);
      if (state === 'sent') this.#check(server.taken.has(id), () => `${webhook} never took ${name}`);
    }
    this.#knowsDisabled(webhook, server, history);
  }

  /** What was disabled went out, or is given up. */
  #knowsDisabled(webhook: string, server: Server, history: readonly DeliveryRecord[]): void {
    const dead = history
      .filter(({ state }) => state === 'dead')
      .map(({ type, task, data }) => ({ type, task, episode: data.episode }));
    const heard = [...[...server.taken.values()].map(({ event }) => event), ...dead];
    for (const { task, episode, at } of this.#disabled) {
      if (at >= this.#now() - SENT_WITHIN || !task.startsWith(server.prefix)) continue;
      const isTold = heard.some(
        (event) => event.type === 'task.disabled' && event.task === task && event.episode === episode,
      );
      this.#check(isTold, () => `${webhook} never heard that ${task} #${episode} was disabled`);
    }
  }

  /** Who asked for the tasks of a prefix hears of those, and of nothing that is about all. */
  #isForIt(webhook: string, { prefix }: Server, event: Received): void {
    const isMeant = prefix === '' || (event.task ?? '').startsWith(prefix);
    this.#check(isMeant, () => `${webhook} hears of ${nameOf(event)}, and asked for ${prefix}`);
  }

  /** What webhooks hear of an alert, operators heard. */
  #isTold(webhook: string, event: Received): void {
    const isTold = this.#alerted.has(event.of);
    this.#check(isTold, () => `${webhook} hears of ${nameOf(event)}, of which no operator was told`);
  }

  #hasOneName(id: string, body: string): void {
    const same = this.#bodyOf.get(id) ?? body;
    this.#check(same === body, () => `${id} names two events: ${same} and ${body}`);
    const name = this.#idOf.get(body) ?? id;
    this.#check(name === id, () => `an event is named ${name} and ${id}: ${body}`);
    this.#bodyOf.set(id, body);
    this.#idOf.set(body, id);
  }

  /** No event comes before one of its task that waits, or after one that happened later. Clocks of processes differ. */
  #keepsOrder(webhook: string, server: Server, event: Received, isRepeated: boolean): void {
    const waits = server.waiting.get(event.of);
    const isFirst = !waits || waits.id === event.id || this.#now() + 2 * this.#skew >= waits.at + TRIED_FOR;
    this.#check(isFirst, () => `${webhook} hears of ${nameOf(event)} while ${waits?.id} waits`);
    const newest = server.newestOf.get(event.of) ?? 0;
    const isInOrder = isRepeated || event.at + 2 * this.#skew >= newest;
    this.#check(
      isInOrder,
      () => `${webhook} hears of ${nameOf(event)} after one of ${formatInstant(newest)}`,
    );
  }

  #serverOf(webhook: string): Server {
    const server = this.#servers.get(webhook);
    if (!server) throw new Error(`a call of ${webhook}, which nobody added`);
    return server;
  }

  #check(holds: boolean, what: () => string): void {
    this.#checks.check(12, holds, what);
  }
}

/**
 * Whether an event may have run out of time: in its last day none was taken, or only so late that a sender may have died
 * over it; or one of its task was tried in vain.
 */
function mayExpire({ calls }: Server, of: string, at: Instant): boolean {
  const over = at + TRIED_FOR;
  const lately = calls.filter((call) => over - SENT_WITHIN <= call.at && call.at < over);
  const wasInTime = lately.some((call) => call.isTaken && call.at < over - TAKEN_OVER_WITHIN);
  return !wasInTime || lately.some((call) => call.of === of && !call.isTaken);
}

function nameOf({ id, type, of }: Received): string {
  return `${type} of ${of} (${id})`;
}
