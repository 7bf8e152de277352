import { HOUR, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { type Event, type History, PEOPLE, PLANES, START, VETO, WARN_AFTER } from './rules-histories.ts';
import type { Played } from './story.ts';

interface Life {
  since: Instant;
  enabledAt: Instant;
  exists: boolean;
  enabled: boolean;
  alive: boolean;
}

/** What the file and the output say of tasks at an instant, events at that instant included. */
export class Model {
  readonly #events: Event[];
  readonly #run: Played;

  constructor(history: History, run: Played) {
    this.#events = history.events;
    this.#run = run;
  }

  #until(now: Instant): Event[] {
    return this.#events.filter((event) => Date.parse(event.at) <= now);
  }

  /** Its events since it was last deleted. */
  #ofLife(id: string, now: Instant): Event[] {
    const own = this.#until(now).filter((event) => event.task === id);
    return own.slice(own.findLastIndex((event) => event.type === 'deleted') + 1);
  }

  /** What happened to it, acts of the service included. */
  #changes(id: string, now: Instant): Event[] {
    const isIts = (event: Event) =>
      event.task === id || (event.task as { id?: string } | undefined)?.id === id;
    const acts = this.#run.lines.filter(
      (line) => (line.type === 'task-disabled' || line.type === 'task-enabled') && line.task === id,
    ) as unknown as Event[];
    return [...this.#until(now).filter(isIts), ...acts.filter((event) => Date.parse(event.at) <= now)].sort(
      (event, other) => Date.parse(event.at) - Date.parse(other.at),
    );
  }

  /** Where it is eligible and without PRIMARY: since when; else null. */
  since(id: string, now: Instant): Instant | null {
    let life: Life = { since: START, enabledAt: 0, exists: true, enabled: true, alive: false };
    for (const change of this.#changes(id, now)) life = changed(life, change);
    if (!life.exists || !life.enabled || life.alive) return null;
    return Math.max(life.since, life.enabledAt);
  }

  /** Spans in which nothing counts for the task; an open one goes beyond `now`. */
  frozen(id: string, now: Instant): [Instant, Instant][] {
    const events = this.#until(now);
    const ofPlane = events.filter((event) => event.type === 'data-plane' && event.dataPlane === PLANES[id]);
    const pauses = events.filter((event) => event.type === 'operator' && event.of === 'evaluate');
    return [
      ...spansOf(ofPlane, (event) => event.state !== 'up', now),
      ...spansOf(pauses, (event) => event.action === 'pause', now),
    ];
  }

  isFrozen(id: string, now: Instant): boolean {
    return this.frozen(id, now).some(([, to]) => to > now);
  }

  counted(id: string, from: Instant, now: Instant): number {
    let total = 0;
    const step = 10 * MINUTE;
    const spans = this.frozen(id, now);
    for (let cursor = from; cursor < now; cursor += step) {
      if (!spans.some(([start, end]) => start <= cursor && cursor < end)) total += step;
    }
    return total;
  }

  /** Whether a user published it lately. */
  vetoed(id: string, now: Instant): boolean {
    return this.#ofLife(id, now).some(
      (event) => event.type === 'published' && event.by === 'user' && now < Date.parse(event.at) + VETO,
    );
  }

  /** Whether a person asked that it be left alone; the last word counts, also where the id was deleted since. */
  kept(id: string, now: Instant): boolean {
    const own = this.#until(now).filter((event) => event.task === id);
    const acts = own.filter((event) => event.action === 'keep' || event.action === 'snooze');
    const last = acts.findLast((event) => this.#ownersAt(id, event).includes(event.by as string));
    if (last === undefined) return false;
    return now < Date.parse(last.at) + Number.parseInt(last.for as string, 10) * HOUR;
  }

  /** Who owned a task when something happened: nobody else in these histories acts on it with a say. */
  #ownersAt(id: string, at: Event): string[] {
    let owners: string[] = [PEOPLE[0] as string];
    for (const event of this.#events.slice(0, this.#events.indexOf(at))) {
      const made = event.type === 'created' ? (event.task as { id: string; owners: string[] }) : undefined;
      if (made?.id === id) owners = made.owners;
      if (event.type === 'owners' && event.task === id) owners = event.owners as string[];
    }
    return owners;
  }

  mayFire(id: string, now: Instant): boolean {
    const since = this.since(id, now);
    if (since === null || this.isFrozen(id, now) || this.vetoed(id, now) || this.kept(id, now)) return false;
    return this.counted(id, since, now) >= WARN_AFTER;
  }

  /** The episode that is open after all that happened up to an instant. */
  open(id: string, now: Instant): number | null {
    let open: number | null = null;
    for (const line of this.#run.lines) {
      if (Date.parse(line.at) > now || !('task' in line) || line.task !== id) continue;
      if (line.type === 'alert-fired') open = line.episode;
      if (line.type === 'alert-resolved') open = null;
    }
    return open;
  }
}

function changed(life: Life, change: Event): Life {
  const when = Date.parse(change.at);
  switch (change.type) {
    case 'task-disabled':
      return { ...life, enabled: false };
    case 'task-enabled':
      return { ...life, enabled: true, enabledAt: when };
    case 'deleted':
      return { ...life, exists: false };
    case 'created':
      return { since: when, enabledAt: 0, exists: true, enabled: true, alive: false };
    case 'published':
      return published(life, change.enabled as boolean | undefined, when);
    case 'shards':
      return seen(life, JSON.stringify(change.shards).includes('PRIMARY'), when);
    default:
      return life;
  }
}

function published(life: Life, enabled: boolean | undefined, when: Instant): Life {
  if (enabled === undefined) return life;
  return { ...life, enabled, enabledAt: enabled && !life.enabled ? when : life.enabledAt };
}

function seen(life: Life, alive: boolean, when: Instant): Life {
  return { ...life, alive, since: life.alive && !alive ? when : life.since };
}

function spansOf(events: Event[], opens: (event: Event) => boolean, now: Instant): [Instant, Instant][] {
  const spans: [Instant, Instant][] = [];
  let from: Instant | null = null;
  for (const event of events) {
    const when = Date.parse(event.at);
    if (opens(event)) from ??= when;
    else if (from !== null) {
      spans.push([from, when]);
      from = null;
    }
  }
  return from === null ? spans : [...spans, [from, now + 1]];
}
