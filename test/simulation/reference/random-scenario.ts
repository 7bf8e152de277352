import { domainToASCII } from 'node:url';
import { DAY, type Instant, instantText, type Json, MINUTE } from './facts.ts';
import { expectedOf } from './model.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const PEOPLE = ['ana@acme.test', 'bob@acme.test', 'cem@bücher.test'];
const ADMINS = ['boss@acme.test', 'prod@acme.test', 'root@platform.test'];
const IDS = ['acmeCo/prod/a', 'acmeCo/prod/b', 'acmeCo/c', 'beta/d', 'beta/e'];
const PLANES = ['eu-1', 'us-1'];
const MANY = [
  ...['a', 'b', 'c', 'd', 'e'].map((name) => `acmeCo/prod/${name}`),
  ...['f', 'g', 'h', 'i', 'j'].map((name) => `beta/${name}`),
  ...['k', 'l', 'm', 'n'].map((name) => `gamma/${name}`),
];
const PRIMARY = [{ id: '0', status: 'PRIMARY' }];
const FAILED = [{ id: '0', status: 'FAILED' }];
const BACKFILL = [
  { id: '0', status: 'BACKFILL' },
  { id: '1', status: 'FAILED' },
];

/** What a random scenario may hold beside health and people. */
export interface Wanted {
  minHealthy: boolean;
  quiet: boolean;
  escalation: boolean;
  undo: boolean;
  limits: boolean;
  /** Acts of owners and strangers. */
  acts: boolean;
  /** What systems enable again. */
  reversals: boolean;
  /** Several events at one instant, and events at `start`. */
  ties: boolean;
  /** Addresses in several spellings. */
  spellings: boolean;
  /** Policies about health, quiet days and keeping that change. */
  changes: boolean;
}

/**
 * What a scenario is about: `usual` has 3 to 5 tasks, `spike` a fleet of which much is due at once, `outage` a
 * plane most of which fails together.
 */
export const MODES = ['usual', 'spike', 'outage'] as const;
export type Mode = (typeof MODES)[number];

export const EVERYTHING: Wanted = {
  minHealthy: true,
  quiet: true,
  escalation: true,
  undo: true,
  limits: true,
  acts: true,
  reversals: true,
  ties: true,
  spellings: true,
  changes: true,
};

/** A scenario without faults, by its seed: over 40 days, with 5 to 30 events. */
export function randomScenario(seed: number, wanted: Wanted = EVERYTHING, mode: Mode = 'usual'): Json {
  const random = new RandomScenario(seed, wanted, mode);
  return random.withUndoneRun(random.make());
}

class RandomScenario {
  #state: number;
  readonly #wanted: Wanted;
  readonly #seed: number;
  readonly #gone = new Set<string>();
  readonly #tasks: Json[] = [];
  readonly #days = 40;
  readonly #mode: Mode;

  constructor(seed: number, wanted: Wanted, mode: Mode) {
    this.#seed = seed;
    this.#wanted = wanted;
    this.#mode = mode;
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
    for (let round = 0; round < 4; round += 1) this.#next();
  }

  make(): Json {
    const ids = this.#mode !== 'usual' ? MANY : IDS.slice(0, 3 + this.#below(3));
    this.#tasks.push(...ids.map((id) => this.#task(id)));
    const rare = this.#mode === 'outage' ? [] : ['3h', '6h'];
    const scanEvery = this.#pick(['15m', '30m', '1h', '1h', ...rare]);
    const instants = this.#instants();
    return {
      version: 1,
      start: instantText(START),
      until: instantText(START + this.#days * DAY),
      scanEvery,
      seed: this.#seed,
      policy: {
        ...this.#leaves(),
        ...this.#stillOff(),
        stage: this.#pick(['disable', 'disable', 'disable', 'notify', 'detect']),
      },
      policies: this.#chance(0.4)
        ? { [this.#pick(['acmeCo/', 'acmeCo/prod/', 'beta/d'])]: this.#someLeaf() }
        : {},
      subscriptions: this.#subscriptions(),
      admins: this.#admins(),
      operators: ['ops@platform.test'],
      tasks: this.#tasks,
      ...(this.#wanted.quiet && this.#chance(0.3) ? { recipients: this.#recipients() } : {}),
      events: [...this.#events(ids, instants), ...(this.#mode === 'outage' ? this.#outages(ids) : [])],
    };
  }

  /** In order; some of them twice, and some at `start`. */
  #instants(): Instant[] {
    const instants = this.#times(5 + this.#below(26), () => this.#instant());
    const again = instants.flatMap((at) => (this.#wanted.ties && this.#chance(0.2) ? [at] : []));
    const first = this.#wanted.ties && this.#chance(0.2) ? [START, START] : [];
    return [...first, ...instants, ...again].sort((a, b) => a - b);
  }

  /**
   * Most fail within some minutes, and come back by and by. A scan sees each loss: whether one that is over before the
   * next scan makes an outage is left open.
   */
  #outages(ids: readonly string[]): Json[] {
    return this.#times(1 + this.#below(3), () => {
      const at = this.#instant();
      const spread = this.#pick([10, 50, 70]);
      return ids
        .filter(() => this.#chance(0.85))
        .flatMap((task) => {
          const lostAt = at + this.#below(spread) * MINUTE;
          const back = lostAt + this.#pick([90, 400, 1500, 4000, 9000]) * MINUTE;
          return [
            { at: instantText(lostAt), type: 'shards', task, shards: FAILED },
            ...(this.#chance(0.6) ? [{ at: instantText(back), type: 'shards', task, shards: PRIMARY }] : []),
          ];
        });
    })
      .flat()
      .filter(({ at }) => Date.parse(at) < START + this.#days * DAY);
  }

  /** Two events at one instant are mostly about one task. */
  #events(ids: readonly string[], instants: readonly Instant[]): Json[] {
    let last = ids[0]!;
    return instants.flatMap((at, place) => {
      if (instants[place - 1] !== at || this.#chance(0.3)) last = this.#pick(ids);
      const event = this.#event(last);
      return event ? [{ at: instantText(at), ...event }, ...this.#revivedAfter(event, at)] : [];
    });
  }

  /** Who is suppressed may be revived within some scans, or before the next one. */
  #revivedAfter({ type, event, recipient }: Json, at: Instant): Json[] {
    const isSuppressed = type === 'mail-event' && event !== 'delivery';
    if (!isSuppressed || !this.#wanted.undo || this.#chance(0.4)) return [];
    const revivedAt = at + (1 + this.#below(this.#pick([50, 600]))) * MINUTE;
    if (revivedAt >= START + this.#days * DAY) return [];
    return [{ at: instantText(revivedAt), type: 'operator', action: 'revive', of: recipient }];
  }

  /** Runs that turn something off are known only once the story is: one of them is undone later. */
  withUndoneRun(file: Json): Json {
    if (!this.#wanted.undo || this.#chance(0.5)) return file;
    const runs = expectedOf(file).lines.flatMap(
      (line) => /task-disabled .* run (\S+Z) due/.exec(line)?.[1] ?? [],
    );
    if (runs.length === 0) return file;
    const run = this.#pick(runs);
    const at = Date.parse(run) + (1 + this.#below(300)) * 60 * MINUTE;
    if (at >= START + this.#days * DAY) return file;
    const undo = { at: instantText(at), type: 'operator', action: 'undo', of: run };
    return { ...file, events: [...(file.events as Json[]), undo] };
  }

  #instant(): Instant {
    const hours = this.#below(this.#days * 24 - 1) + 1;
    const offset = this.#pick([0, 0, 0, 7 * MINUTE, 20 * MINUTE, 31 * MINUTE]);
    return START + hours * 60 * MINUTE + offset;
  }

  /** By the seed alone, so that all else stays as it was without it. */
  #stillOff(): Json {
    const stillOff = (['89d', '87d', '80d', '60d'] as const)[this.#seed % 9];
    return stillOff === undefined ? {} : { stillOff };
  }

  #leaves(): Json {
    return {
      warnAfter: this.#pick(['2d', '4d', '6d', '14d']),
      disableAfter: this.#pick(['2d', '3d', '7d']),
      reminders: this.#pick([['1d'], ['3d', '1d'], ['36h', '12h'], []]),
      publicationVeto: this.#pick(['0s', '2d', '5d']),
      keepMax: '20d',
      recoveryMail: this.#chance(0.4),
      ...(this.#hasSpells() && this.#chance(0.5) ? { minHealthy: this.#pick(['2h', '6h', '30m']) } : {}),
      ...(this.#wanted.escalation && this.#chance(0.3)
        ? { escalateAt: this.#pick(['1d', '2d', '10d']) }
        : {}),
      ...(this.#chance(0.15) ? { aliveStatuses: ['PRIMARY', 'BACKFILL'] } : {}),
      ...(this.#chance(0.2) ? { quietHours: { from: '20:00', to: '07:30', zone: 'Europe/Berlin' } } : {}),
      ...(this.#wanted.quiet && this.#chance(0.2)
        ? { quietDays: { weekdays: ['Sat', 'Sun'], dates: ['2026-01-15'], zone: 'America/New_York' } }
        : {}),
      ...this.#blastRadius(),
      ...(this.#mode === 'outage' && this.#chance(0.5)
        ? { correlatedShare: this.#pick([0.3, 0.8]), correlatedWindow: this.#pick(['30m', '2h']) }
        : {}),
      ...(this.#wanted.limits && this.#chance(0.2) ? { rampPerDay: this.#pick([1, 2]) } : {}),
    };
  }

  /** Whether the end of an outage waits for one more scan after spells have lasted is left open. */
  #hasSpells(): boolean {
    return this.#wanted.minHealthy && this.#mode !== 'outage';
  }

  #blastRadius(): Json {
    if (this.#mode === 'spike') {
      const share = this.#pick([0.1, 0.25, 0.4, 0.6]);
      const rateLimit = { perRun: this.#pick([1, 2, 5]), perDay: this.#pick([2, 4, 20]) };
      return { blastRadius: { share, shareFloor: this.#pick([1, 2, 3]), ...rateLimit } };
    }
    return this.#wanted.limits && this.#chance(0.2) ? { blastRadius: { perRun: 1, perDay: 2 } } : {};
  }

  #someLeaf(): Json {
    return this.#pick<Json>([
      { stage: 'notify' },
      { stage: 'disable' },
      { stage: 'detect' },
      { stage: null },
      { warnAfter: '3d' },
      { warnAfter: '8d' },
      { disableAfter: '5d' },
      { disableAfter: '2d' },
      { reminders: ['2d', '12h'] },
      { publicationVeto: '3d' },
      { recoveryMail: true },
      ...(this.#wanted.escalation ? [{ escalateAt: '1d' }, { escalateAt: null }] : []),
      ...(this.#wanted.changes
        ? [
            ...(this.#hasSpells() ? [{ minHealthy: this.#pick(['1h', '4h', '0s']) }] : []),
            { aliveStatuses: this.#pick([['PRIMARY', 'BACKFILL'], ['PRIMARY']]) },
            { quietDays: { weekdays: ['Wed'], zone: 'Asia/Kathmandu' } },
            { keepMax: this.#pick(['6d', '30d']) },
          ]
        : []),
    ]);
  }

  #subscriptions(): Json[] {
    const prefixes = ['acmeCo/', 'acmeCo/prod/', 'beta/', ...(this.#wanted.escalation ? [''] : [])];
    return this.#times(this.#below(3), () => ({
      prefix: this.#pick(prefixes),
      email: this.#spelled(this.#pick(['team@acme.test', ...PEOPLE])),
      ...(this.#chance(0.4)
        ? {
            alertTypes: this.#pick([
              ['task_abandoned'],
              ['task_auto_disabled'],
              ['task_abandoned', 'task_auto_disabled'],
            ]),
          }
        : {}),
    })).filter(
      (subscription, place, all) =>
        all.findIndex(
          ({ prefix, email }) => prefix === subscription.prefix && email === subscription.email,
        ) === place,
    );
  }

  #admins(): Json {
    const admins: Json = {};
    if (this.#chance(0.7)) admins['acmeCo/'] = [this.#spelled(ADMINS[0]!)];
    if (this.#chance(0.4)) admins['acmeCo/prod/'] = [ADMINS[1], ...(this.#chance(0.3) ? [ADMINS[0]] : [])];
    if (this.#wanted.escalation && this.#chance(0.4)) admins[''] = [ADMINS[2]];
    return admins;
  }

  #recipients(): Json {
    return Object.fromEntries(
      [...PEOPLE, ADMINS[0]]
        .filter(() => this.#chance(0.5))
        .map((email) => [
          email,
          {
            zone: this.#pick(['UTC', 'Europe/Berlin', 'Asia/Kathmandu']),
            quietHours: this.#pick([
              { from: '22:00', to: '06:00' },
              { from: '17:30', to: '09:15' },
            ]),
          },
        ]),
    );
  }

  #task(id: string): Json {
    const isFailing = this.#chance(this.#mode === 'outage' ? 0.15 : 0.6);
    return {
      id,
      ...this.#kind(),
      enabled: this.#chance(0.93),
      createdAt: '2025-06-01T00:00:00Z',
      owners: this.#owners(),
      dataPlane: this.#mode === 'outage' && this.#chance(0.9) ? PLANES[0] : this.#pick(PLANES),
      shards: isFailing ? this.#pick([FAILED, FAILED, BACKFILL]) : PRIMARY,
      ...(isFailing && this.#chance(0.7) ? { lastPrimaryAt: instantText(START - this.#below(5) * DAY) } : {}),
      ...(this.#chance(0.3) ? { observedSince: '2025-06-01T00:00:00Z' } : {}),
    };
  }

  #kind(): Json {
    if (this.#chance(0.05)) return { kind: 'materialization', dekaf: true };
    const kinds = ['capture', 'materialization', 'derivation', 'service', 'connector'];
    return { kind: this.#chance(0.04) ? 'collection' : this.#pick(kinds) };
  }

  #owners(): string[] {
    const owners = this.#pick([[PEOPLE[0]!], [PEOPLE[1]!], [PEOPLE[0]!, PEOPLE[1]!], [PEOPLE[2]!], []]);
    return owners.map((address) => this.#spelled(address));
  }

  /** An address as somebody may write it. */
  #spelled(address: string): string {
    if (!this.#wanted.spellings || this.#chance(0.6)) return address;
    const [local, domain] = address.split('@') as [string, string];
    return this.#pick([
      address.toUpperCase(),
      address.normalize('NFD'),
      `${local}@${domainToASCII(domain)}`,
      `${local}@${domain.toUpperCase().normalize('NFD')}`,
    ]);
  }

  #event(task: string): Json | null {
    if (this.#gone.has(task)) return this.#chance(0.5) ? this.#created(task) : null;
    if (this.#mode === 'outage' && this.#chance(0.5))
      return this.#chance(0.1) ? { type: 'operator', action: 'dismiss', of: PLANES[0] } : null;
    return this.#eventOf(task, this.#next());
  }

  #eventOf(task: string, roll: number): Json | null {
    if (roll < 0.34)
      return { type: 'shards', task, shards: this.#pick([PRIMARY, PRIMARY, FAILED, FAILED, BACKFILL]) };
    if (roll < 0.4) return { type: 'restarted', task, times: 1 + this.#below(5) };
    if (roll < 0.47) return this.#published(task);
    if (roll < 0.54) return { type: 'owners', task, owners: this.#owners() };
    if (roll < 0.62)
      return {
        type: 'data-plane',
        dataPlane: this.#pick(PLANES),
        state: this.#pick(['up', 'up', 'down', 'silent']),
      };
    if (roll < 0.65 && this.#mode !== 'outage') {
      this.#gone.add(task);
      return { type: 'deleted', task };
    }
    if (roll < 0.73) return this.#wanted.acts ? this.#action(task) : null;
    if (roll < 0.8)
      return {
        type: 'mail-event',
        recipient: this.#spelled(this.#pick([...PEOPLE, ...ADMINS.slice(0, 2)])),
        event: this.#pick(['bounce', 'complaint', 'delivery']),
      };
    if (roll < 0.88)
      return { type: 'policy', scope: this.#pick(['', 'acmeCo/', 'acmeCo/prod/a']), set: this.#someLeaf() };
    return this.#operator(task);
  }

  #created(id: string): Json {
    this.#gone.delete(id);
    const { createdAt, enabled, observedSince, lastPrimaryAt, ...task } = this.#task(id);
    const optional = { createdAt, enabled, observedSince, lastPrimaryAt };
    const kept = Object.entries(optional).filter(([, value]) => value !== undefined && this.#chance(0.3));
    const enabledAt = this.#chance(0.1) ? { enabledAt: instantText(START - DAY) } : {};
    return { type: 'created', task: { ...task, ...Object.fromEntries(kept), ...enabledAt } };
  }

  #published(task: string): Json {
    const enabled = this.#pick([undefined, undefined, false, true, true]);
    const isReversal = enabled === true && !this.#wanted.reversals;
    const by = isReversal ? 'user' : this.#pick(['user', 'system']);
    return { type: 'published', task, by, ...(enabled === undefined ? {} : { enabled }) };
  }

  #action(task: string): Json {
    const by = this.#spelled(this.#pick([...PEOPLE, ADMINS[0]!, 'eve@evil.test']));
    const action = this.#pick(['keep', 'snooze', 'snooze', 'unsubscribe', 'disable']);
    const length = `${1 + this.#below(100)}h`;
    const withFor = action === 'snooze' || (action === 'keep' && this.#chance(0.5));
    return { type: 'action', task, by, action, ...(withFor ? { for: length } : {}) };
  }

  #operator(task: string): Json {
    if (this.#mode === 'spike' && this.#chance(0.5)) return { type: 'operator', action: 'approve' };
    if (this.#wanted.reversals && this.#chance(0.1)) return { type: 'operator', action: 'dismiss', of: task };
    const roll = this.#next();
    if (this.#wanted.undo && roll < 0.3) return { type: 'operator', action: 'undo', of: task };
    if (this.#wanted.undo && roll < 0.45)
      return { type: 'operator', action: 'revive', of: this.#spelled(this.#pick(PEOPLE)) };
    return {
      type: 'operator',
      action: this.#pick(['pause', 'resume', 'resume']),
      of: this.#pick(['evaluate', 'notify', 'disable']),
    };
  }

  /** Mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  #below(bound: number): number {
    return Math.floor(this.#next() * bound);
  }

  #chance(share: number): boolean {
    return this.#next() < share;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)] as Item;
  }

  #times<Item>(count: number, make: () => Item): Item[] {
    return Array.from({ length: count }, make);
  }
}
