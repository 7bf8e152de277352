import {
  DAY,
  formatDuration,
  formatInstant,
  HOUR,
  type Instant,
  MINUTE,
} from '../../functions/abandonment/time.ts';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { CALM_FROM, START } from './soak-times.ts';
import { senderCrashes } from './soak-webhooks.ts';

/** A scenario as its file has it. */
export interface ScenarioJson {
  tasks: Record<string, unknown>[];
  events: Record<string, unknown>[];
  chaos: Record<string, unknown>[];
  recipients: Record<string, unknown>;
  [key: string]: unknown;
}

const SCAN_EVERY = 6 * HOUR;
const UNTIL = 30 * DAY;

const OWNERS = ['ana@acme.test', 'bob@acme.test', 'cem@beta.test'];
/** Who has no say in most tasks. */
const OTHERS = ['eve@evil.test', 'boss@beta.test', 'team@acme.test'];
const ADMINS = ['boss@acme.test', 'boss@beta.test', 'platform@platform.test'];
const PLANES = ['eu-1', 'us-1'];
const FAILED = [{ id: '0', status: 'FAILED' }];
const PRIMARY = [{ id: '0', status: 'PRIMARY' }];

/** The part of the fleet that is listed rather than told by events: in every fourth scenario all of one tenant. */
export function listedOf(seed: number): { prefix: string } | undefined {
  return seed % 4 === 0 ? { prefix: 'acmeCo/' } : undefined;
}

/** A random scenario: at least five tasks of two owners over 30 days with at least three faults. */
export function soakScenario(seed: number): ScenarioJson {
  return new SoakScenario(seed).make();
}

class SoakScenario {
  readonly #random: SeededRandom;
  /** Apart, so that what it decides changes nothing of the rest. */
  readonly #disablings: SeededRandom;
  readonly #planePerTenant: boolean;
  /** Drawn apart, so that what the others draw stays as it is. */
  readonly #evidence: SeededRandom;
  /** Of one in forty: for a day and more somebody keeps a task each half hour, so that mails reach the day's limit. */
  readonly #isBusy: boolean;
  readonly #busyness: SeededRandom;
  /** Drawn apart, too: of every other schedule, jobs and deadlines. */
  readonly #ends: SeededRandom;
  readonly #hasEnds: boolean;
  readonly #listings: SeededRandom;
  /** Drawn apart: of some schedules, what the owning system refuses. */
  readonly #refusing: SeededRandom;
  /** Drawn apart: of some schedules, planes that are deleted. */
  readonly #parking: SeededRandom;
  /** Drawn apart: of some schedules, addresses that are suppressed and revived soon after. */
  readonly #revivals: SeededRandom;
  /** Drawn apart: reminders that a task is still off. */
  readonly #afterwards: SeededRandom;
  readonly #seed: number;
  readonly #ids: string[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new SeededRandom(seed * 7919 + 17);
    this.#disablings = new SeededRandom(seed * 104_729 + 5);
    this.#planePerTenant = this.#disablings.below(5) === 0;
    this.#evidence = new SeededRandom(seed * 104_729 + 3);
    this.#listings = new SeededRandom(seed * 104_729 + 19);
    this.#refusing = new SeededRandom(seed * 104_729 + 23);
    this.#parking = new SeededRandom(seed * 104_729 + 29);
    this.#afterwards = new SeededRandom(seed * 104_729 + 31);
    this.#revivals = new SeededRandom(seed * 104_729 + 37);
    this.#busyness = new SeededRandom(seed * 104_729 + 11);
    this.#isBusy = this.#busyness.below(40) === 0;
    this.#ends = new SeededRandom(seed * 104_729 + 13);
    this.#hasEnds = this.#ends.below(2) === 0;
  }

  make(): ScenarioJson {
    const tasks = Array.from({ length: 5 + this.#below(2) }, (_, place) => this.#task(place));
    const jobs = this.#jobs();
    const revivals = this.#suppressedForHours();
    return {
      version: 1,
      start: formatInstant(START),
      until: formatInstant(START + UNTIL),
      scanEvery: this.#isBusy ? '30m' : '6h',
      seed: this.#seed,
      policy: {
        ...this.#policy(),
        ...this.#endPolicy(),
        ...this.#minHealthy(),
        ...this.#stillOff(),
        ...(this.#isBusy ? { digestEvery: '15m' } : {}),
      },
      policies: this.#quietDays(),
      subscriptions: this.#chance(0.3) ? [{ prefix: 'acmeCo/', email: 'team@acme.test' }] : [],
      admins: {
        'acmeCo/': ['boss@acme.test'],
        'beta/': ['boss@beta.test'],
        ...(this.#chance(0.5) ? { '': ['platform@platform.test'] } : {}),
      },
      operators: ['ops@platform.test'],
      tasks: [...tasks.map((task) => this.#withDeadline(task)), ...jobs],
      events: [
        ...tasks.flatMap((task) => this.#health(task)),
        ...this.#times(1 + this.#below(4), () => this.#event()).flat(),
        ...this.#reversals(),
        ...this.#times(2 + this.#below(2), () => [this.#fault()]).flat(),
        ...tasks.flatMap((task) => this.#spells(task)),
        ...this.#flaps(),
        ...this.#deletions(),
        ...this.#keptAgain(tasks[0] ?? {}),
        ...jobs.flatMap((job) => this.#runs(job)),
        ...this.#deadlines(tasks),
        ...this.#lateDeadlines(tasks),
        ...this.#endPolicies(),
        ...revivals.map(({ revived }) => revived),
      ],
      chaos: [
        ...this.#times(2 + this.#below(4), () => this.#soakFault()).flat(),
        ...this.#listingFaults(),
        ...this.#refusals(jobs),
        ...senderCrashes(this.#seed),
        ...revivals.map(({ reported }) => reported),
      ],
      recipients: Object.fromEntries([...OWNERS, 'boss@acme.test'].flatMap((email) => this.#sleeper(email))),
    };
  }

  /** Some want no mails at some hours; for most of the day at the longest. */
  #sleeper(email: string): [email: string, chosen: Record<string, unknown>][] {
    if (!this.#chance(0.35)) return [];
    const [from, to] = this.#pick([
      ['22:00', '06:00'],
      ['17:30', '09:15'],
      ['00:00', '12:01'],
      ['05:00', '04:00'],
    ]);
    const zone = this.#pick(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu']);
    return [[email, { zone, quietHours: { from, to } }]];
  }

  #policy(): Record<string, unknown> {
    const policy = {
      mode: 'disable',
      warnAfter: this.#pick(['2d', '3d', '4d']),
      disableAfter: this.#pick(['2d', '3d']),
      reminders: this.#pick([['1d'], ['36h', '12h'], []]),
      publicationVeto: '3d',
      keepMax: '20d',
      recoveryMail: this.#chance(0.3),
    };
    if (this.#chance(0.3)) Object.assign(policy, { escalateAt: this.#pick(['6h', '12h', '1d', '2d', '9d']) });
    if (!this.#chance(0.15)) return policy;
    const blastRadius = this.#pick([{ perRun: 1 }, { perRun: 2, perDay: 3 }, { share: 0.3, shareFloor: 1 }]);
    return { ...policy, blastRadius };
  }

  #task(place: number): Record<string, unknown> {
    const id = `${this.#pick(['acmeCo', 'beta'])}/task${place}`;
    this.#ids.push(id);
    const isFailing = place < 2 || this.#chance(0.4);
    const owner = OWNERS[place % 2] as string;
    const others = [this.#spelling(owner), 'cem@beta.test'].filter(() => this.#chance(0.25));
    const owners = [this.#spelling(owner), ...others];
    return {
      id,
      kind: this.#pick(['capture', 'materialization', 'derivation', 'service']),
      enabled: true,
      createdAt: '2025-06-01T00:00:00Z',
      owners,
      dataPlane: this.#planeOf(id, this.#pick(PLANES)),
      shards: isFailing ? FAILED : PRIMARY,
      ...(isFailing && this.#chance(0.8) ? { lastPrimaryAt: formatInstant(START) } : {}),
    };
  }

  #planeOf(id: string, plane: string): string {
    return this.#planePerTenant ? (PLANES[id.startsWith('beta/') ? 1 : 0] as string) : plane;
  }

  /** Some tenants want nothing disabled on some days. */
  #quietDays(): Record<string, unknown> {
    if (this.#disablings.below(7) > 0) return {};
    const zone = ['UTC', 'Europe/Berlin', 'Pacific/Auckland'][this.#disablings.below(3)];
    const days =
      this.#disablings.below(2) === 0
        ? { weekdays: ['Sat', 'Sun'] }
        : { dates: ['2026-01-08', '2026-01-09'] };
    return { 'acmeCo/': { quietDays: { ...days, zone } } };
  }

  /** A system enables again, and again, what it finds off; operators may let Taskwarden win. */
  #reversals(): Record<string, unknown>[] {
    if (this.#disablings.below(3) > 0) return [];
    const task = this.#ids[this.#disablings.below(2)] as string;
    const at = () => formatInstant(START + 4 * DAY + this.#disablings.below(14 * 24 * 4) * 15 * MINUTE);
    const turnsOn = () => ({ at: at(), type: 'published', task, by: 'system', enabled: true });
    const rounds = Array.from({ length: 2 + this.#disablings.below(4) }, turnsOn);
    const dismissed = { at: at(), type: 'operator', action: 'dismiss', of: task };
    return this.#disablings.below(2) === 0 ? [...rounds, dismissed] : rounds;
  }

  /** In one schedule of three: what SES reports suppresses addresses, and operators revive them up to two scans later. */
  #suppressedForHours(): { reported: Record<string, unknown>; revived: Record<string, unknown> }[] {
    const random = this.#revivals;
    if (random.below(3) > 0) return [];
    return Array.from({ length: 1 + random.below(4) }, () => {
      const at = START + 2 * DAY + random.below(18 * 24 * 60) * MINUTE;
      const of = [...OWNERS, ...ADMINS][random.below(OWNERS.length + ADMINS.length)] as string;
      const event = random.below(2) === 0 ? 'bounce' : 'complaint';
      const revivedAt = at + (1 + random.below(2 * 6 * 60)) * MINUTE;
      return {
        reported: { at: formatInstant(at), type: 'report', recipient: of, event },
        revived: { at: formatInstant(revivedAt), type: 'operator', action: 'revive', of },
      };
    });
  }

  /** Tasks that run fail, some recover, some fail again. */
  #health({ id, shards }: Record<string, unknown>): Record<string, unknown>[] {
    const seen = (at: Instant, status: unknown) => ({
      at: formatInstant(at),
      type: 'shards',
      task: id,
      shards: status,
    });
    if (shards === PRIMARY) return this.#chance(0.7) ? [seen(this.#instant(12 * DAY), FAILED)] : [];
    if (!this.#chance(0.3)) return [];
    const recovered = this.#instant(12 * DAY);
    const again = recovered + this.#below(3 * 24 * 60) * MINUTE + MINUTE;
    return [seen(recovered, PRIMARY), ...(this.#chance(0.7) ? [seen(again, FAILED)] : [])];
  }

  /** Of 90 days so many that it is due some days after the disabling. */
  #stillOff(): Record<string, unknown> {
    const stillOff = (['89d', '87d', '80d', '7d'] as const)[this.#afterwards.below(8)];
    return stillOff === undefined ? {} : { stillOff };
  }

  #minHealthy(): Record<string, unknown> {
    const minHealthy = (['30m', '2h', '12h'] as const)[this.#evidence.below(8)];
    return minHealthy === undefined ? {} : { minHealthy };
  }

  /** Short spells of a task that fails: of no length (two observations at one instant) to some hours. */
  #spells({ id, shards }: Record<string, unknown>): Record<string, unknown>[] {
    if (shards === PRIMARY || this.#evidence.below(2) === 0) return [];
    return Array.from({ length: 1 + this.#evidence.below(6) }, () => {
      const from = START + 12 * HOUR + this.#evidence.below((12 * DAY) / MINUTE) * MINUTE;
      const lasts = ([0, 20_000, HOUR, 2 * HOUR, 3 * HOUR] as const)[this.#evidence.below(5)] ?? 0;
      return [
        { at: formatInstant(from), type: 'shards', task: id, shards: PRIMARY },
        { at: formatInstant(from + lasts), type: 'shards', task: id, shards: FAILED },
      ];
    }).flat();
  }

  /** Kept for a moment each half hour: it ends, is withdrawn, fires and is warned about again. Others are disabled. */
  #keptAgain({ id, owners }: Record<string, unknown>): Record<string, unknown>[] {
    if (!this.#isBusy) return [];
    const [by] = owners as string[];
    const from = START + 5 * DAY + this.#busyness.below(48) * HOUR;
    const often = 50 + this.#busyness.below(50);
    const acts = Array.from({ length: often }, (_, round) => ({
      at: formatInstant(from + round * 30 * MINUTE + 4 * MINUTE),
      type: 'action',
      task: id,
      by,
      action: 'keep',
      for: '20m',
    }));
    const others = this.#ids.slice(1).flatMap((task, place) => {
      const at = from + this.#busyness.below(40) * HOUR + place * MINUTE;
      const off = { at: formatInstant(at), type: 'action', task, by, action: 'disable' };
      const on = { at: formatInstant(at + 2 * HOUR), type: 'operator', action: 'undo', of: task };
      return this.#busyness.below(2) === 0 ? [off, on] : [off];
    });
    return [...acts, ...others];
  }

  #ofEnds<One>(list: readonly One[]): One {
    return list[this.#ends.below(list.length)] as One;
  }

  /** An instant of the first 17 days, for the most part that of a scan. */
  #endInstant(): Instant {
    const ticks = Math.floor((17 * DAY) / SCAN_EVERY);
    const tick = START + (1 + this.#ends.below(ticks)) * SCAN_EVERY;
    return this.#ends.below(2) === 0 ? tick : tick + this.#ends.below(SCAN_EVERY / MINUTE) * MINUTE;
  }

  #endPolicy(): Record<string, unknown> {
    if (!this.#hasEnds) return {};
    return {
      failAfter: this.#ofEnds(['18h', '1d', '3d', null]),
      stopNotice: this.#ofEnds(['6h', '12h', '1d', '30h']),
      atDeadline: this.#ofEnds(['nothing', 'alert', 'disable', 'disable', 'disable']),
    };
  }

  #jobs(): Record<string, unknown>[] {
    if (!this.#hasEnds) return [];
    return Array.from({ length: 1 + this.#ends.below(2) }, (_, place) => ({
      id: `${this.#ofEnds(['acmeCo', 'beta'])}/job${place}`,
      kind: 'job',
      enabled: true,
      createdAt: '2025-06-01T00:00:00Z',
      owners: [OWNERS[place] as string],
      dataPlane: this.#ofEnds(PLANES),
      ...(this.#ends.below(2) === 0 ? { startedAt: formatInstant(START) } : {}),
    }));
  }

  /** Some tasks that run for long are to end, too. */
  #withDeadline(task: Record<string, unknown>): Record<string, unknown> {
    if (!this.#hasEnds || this.#ends.below(5) > 0) return task;
    return { ...task, deadline: formatInstant(this.#endInstant()) };
  }

  /** A job starts and ends a few times; some runs never end by themselves, and some are kept. */
  #runs({ id, owners }: Record<string, unknown>): Record<string, unknown>[] {
    const [by] = owners as string[];
    return Array.from({ length: 1 + this.#ends.below(4) }, () => {
      const from = this.#endInstant();
      const lasts = (1 + this.#ends.below(96)) * HOUR;
      const deadline = this.#ends.below(3) > 0 ? {} : { deadline: formatInstant(from + lasts) };
      const started = { at: formatInstant(from), type: 'started', task: id, ...deadline };
      const end = { at: formatInstant(from + lasts), type: 'ended', task: id, result: 'succeeded' };
      const keep = {
        at: formatInstant(from + lasts / 2),
        type: 'action',
        task: id,
        by,
        action: 'keep',
        for: '1d',
      };
      const then = [end, keep].filter(() => this.#ends.below(2) === 0);
      return [started, ...then];
    }).flat();
  }

  /** Deadlines that come, go, and move at each activity. */
  #deadlines(tasks: readonly Record<string, unknown>[]): Record<string, unknown>[] {
    if (!this.#hasEnds) return [];
    const { id } = this.#ofEnds(tasks);
    const from = this.#endInstant();
    return Array.from({ length: 1 + this.#ends.below(8) }, (_, round) => {
      const at = from + round * (1 + this.#ends.below(9)) * HOUR;
      const ahead = this.#ends.below(6) === 0 ? null : formatInstant(at + (this.#ends.below(40) - 4) * HOUR);
      return { at: formatInstant(at), type: 'deadline', task: id, deadline: ahead };
    });
  }

  /** Once nothing goes wrong any more: two deadlines of one task, each to be announced. */
  #lateDeadlines(tasks: readonly Record<string, unknown>[]): Record<string, unknown>[] {
    if (!this.#hasEnds) return [];
    const { id } = this.#ofEnds(tasks);
    const first = START + 21 * DAY + this.#ends.below(24) * HOUR;
    return [first, first + 4 * DAY].map((at) => ({
      at: formatInstant(at),
      type: 'deadline',
      task: id,
      deadline: formatInstant(at + 3 * DAY + this.#ends.below(12) * HOUR),
    }));
  }

  #endPolicies(): Record<string, unknown>[] {
    if (!this.#hasEnds || this.#ends.below(3) > 0) return [];
    return Array.from({ length: 1 + this.#ends.below(2) }, () => {
      const set = this.#ofEnds([
        { failAfter: '2d' },
        { failAfter: '12h' },
        { stopNotice: '1d' },
        { atDeadline: 'alert' },
        { atDeadline: 'disable' },
      ]);
      return { at: formatInstant(this.#endInstant()), type: 'policy', scope: '', set };
    });
  }

  /** A plane that goes and comes many times. */
  #flaps(): Record<string, unknown>[] {
    if (this.#evidence.below(5) > 0) return [];
    const from = START + DAY + this.#evidence.below((10 * DAY) / MINUTE) * MINUTE;
    const dataPlane = PLANES[this.#evidence.below(PLANES.length)];
    const every = (1 + this.#evidence.below(90)) * MINUTE;
    return Array.from({ length: 2 + this.#evidence.below(20) }, (_, flap) => ({
      at: formatInstant(from + flap * every),
      type: 'data-plane',
      dataPlane,
      state: flap % 2 === 0 ? 'silent' : 'up',
    })).concat({ at: formatInstant(from + 22 * every), type: 'data-plane', dataPlane, state: 'up' });
  }

  /**
   * In one schedule of three a plane is deleted, for days: it comes back, or operators dismiss that, after which the same
   * deletion may be reported again. Some are deleted twice.
   */
  #deletions(): Record<string, unknown>[] {
    if (this.#parking.below(3) > 0) return [];
    const dataPlane = PLANES[this.#parking.below(PLANES.length)];
    const from = START + DAY + this.#parking.below((8 * DAY) / MINUTE) * MINUTE;
    const first = this.#deletion(dataPlane, from);
    if (this.#parking.below(3) > 0) return first;
    const back = from + 6 * DAY + this.#parking.below(24) * HOUR;
    const up = { at: formatInstant(back), type: 'data-plane', dataPlane, state: 'up' };
    return [...first, up, ...this.#deletion(dataPlane, back + this.#parking.below(24) * HOUR)];
  }

  /** A deletion that is over within five days. */
  #deletion(dataPlane: string | undefined, from: Instant): Record<string, unknown>[] {
    const reportOf = (at: Instant, state: string) => ({
      at: formatInstant(at),
      type: 'data-plane',
      dataPlane,
      state,
    });
    const ends = from + (12 + this.#parking.below(84)) * HOUR;
    const deleted = reportOf(from, 'deleted');
    if (this.#parking.below(2) === 0) return [deleted, reportOf(ends, 'up')];
    const dismissed = { at: formatInstant(ends), type: 'operator', action: 'dismiss', of: dataPlane };
    const again = this.#parking.below(2) === 0 ? [reportOf(ends + 5 * HOUR, 'deleted')] : [];
    return [deleted, dismissed, ...again];
  }

  #event(): Record<string, unknown>[] {
    const at = this.#instant(CALM_FROM - 4 * DAY);
    const later = formatInstant(at + HOUR + this.#below(60) * HOUR);
    const task = this.#pick(this.#ids);
    const by = this.#spelling(this.#pick(this.#chance(0.2) ? OTHERS : OWNERS));
    const from = { at: formatInstant(at) };
    switch (this.#below(12)) {
      case 0:
        return [{ ...from, type: 'published', task, by: this.#pick(['user', 'system']) }];
      case 1:
        return [
          { ...from, type: 'action', task, by, action: 'snooze', for: this.#pick(['1d', '30h', '3d']) },
        ];
      case 2:
        return [{ ...from, type: 'action', task, by, action: 'keep', for: this.#pick(['1d', '2d']) }];
      case 3:
        return [{ ...from, type: 'action', task, by, action: this.#pick(['disable', 'unsubscribe']) }];
      case 4: {
        const dataPlane = this.#pick(PLANES);
        const state = this.#pick(['down', 'silent']);
        return [
          { ...from, type: 'data-plane', dataPlane, state },
          { at: later, type: 'data-plane', dataPlane, state: 'up' },
        ];
      }
      case 5: {
        const of = this.#pick(['evaluate', 'notify', 'disable']);
        return [
          { ...from, type: 'operator', action: 'pause', of },
          { at: later, type: 'operator', action: 'resume', of },
        ];
      }
      case 6:
        return [{ ...from, type: 'owners', task, owners: [by, this.#pick(OWNERS)] }];
      case 7:
        return [{ ...from, type: 'restarted', task, times: 1 + this.#below(5) }];
      case 8:
        return [
          { ...from, type: 'policy', scope: task, set: { mode: 'notify' } },
          { at: later, type: 'policy', scope: task, set: { mode: 'disable' } },
        ];
      case 9:
        return [{ ...from, type: 'operator', action: 'undo', of: task }];
      case 10:
        return [{ ...from, type: 'operator', action: 'revive', of: by }];
      default:
        return [{ ...from, type: 'operator', action: 'approve' }];
    }
  }

  #fault(): Record<string, unknown> {
    const at = formatInstant(this.#instant(CALM_FROM - 2 * DAY));
    const fault = (target: string, mode: string, lasts: object) => ({
      at,
      type: 'fault',
      target,
      mode,
      ...lasts,
    });
    const times = { times: 1 + this.#below(4) };
    const long = { for: formatDuration((1 + this.#below(30)) * HOUR) };
    const short = { for: formatDuration((1 + this.#below(20)) * MINUTE) };
    switch (this.#below(11)) {
      case 10:
        return fault('feedback', 'down', this.#pick([times, long]));
      case 0:
        return fault('ses', this.#pick(['throttle', 'down']), this.#pick([times, long]));
      case 1:
        return fault('ses', this.#pick(['timeout-after-accept', 'crash']), times);
      case 2:
        return { ...fault('ses', 'reject', long), recipient: this.#spelling(this.#pick(OWNERS)) };
      case 3:
        return fault(
          'control-plane',
          this.#pick(['throttle', 'down', 'timeout-after-accept', 'duplicate']),
          long,
        );
      case 4:
        return fault('table', this.#pick(['throttle', 'timeout-after-accept', 'duplicate', 'crash']), {
          times: 1 + this.#below(30),
        });
      case 5:
        return fault('queue', this.#pick(['duplicate', 'throttle', 'timeout-after-accept', 'down']), short);
      case 6:
        return fault(
          'scanner',
          this.#pick(['crash', 'duplicate', 'throttle', 'timeout-after-accept']),
          times,
        );
      case 7:
        return fault('scanner', 'down', long);
      case 8:
        return fault(this.#pick(['notifier', 'disabler']), 'down', long);
      default:
        return fault(
          this.#pick(['notifier', 'disabler']),
          this.#pick(['crash', 'duplicate', 'throttle']),
          times,
        );
    }
  }

  /** What goes wrong with listings, where there are any: the lister dies at some calls, and its clock is off. */
  #listingFaults(): Record<string, unknown>[] {
    if (!listedOf(this.#seed)) return [];
    const at = () => formatInstant(START + DAY + this.#listings.below(17 * 24 * 60) * MINUTE);
    const crashes = Array.from({ length: 1 + this.#listings.below(6) }, () => ({
      at: at(),
      type: 'crash',
      process: 'listing',
      call: 1 + this.#listings.below(12),
      when: this.#listings.below(2) === 0 ? 'before' : 'after',
    }));
    if (this.#listings.below(4) > 0) return crashes;
    const by = (this.#listings.below(2) === 0 ? -5 : 5) * MINUTE;
    return [...crashes, { at: at(), type: 'skew', process: 'listing', by, for: 36 * HOUR }];
  }

  /** In two schedules of five the owning system does not disable some tasks for a time, most of it those that fail first. */
  #refusals(jobs: readonly Record<string, unknown>[]): Record<string, unknown>[] {
    if (this.#refusing.below(5) > 1) return [];
    const refusal = (ids: readonly unknown[], within: number) => ({
      at: formatInstant(START + 3 * DAY + this.#refusing.below(within / MINUTE) * MINUTE),
      type: 'refusal',
      task: ids[this.#refusing.below(ids.length)],
      for: (24 + this.#refusing.below(120)) * HOUR,
    });
    const all = [...this.#ids, ...jobs.map(({ id }) => id)];
    const others = Array.from({ length: this.#refusing.below(4) }, () => refusal(all, 10 * DAY));
    return [refusal(this.#ids.slice(0, 2), 2 * DAY), ...others];
  }

  #soakFault(): Record<string, unknown>[] {
    const at = this.#instant(CALM_FROM - 2 * DAY);
    const from = { at: formatInstant(at) };
    const process = this.#pick([
      'scanner',
      'scanner',
      'notify',
      'notify',
      'disable',
      'ingest',
      'mail-events',
    ]);
    switch (this.#below(9)) {
      case 0:
      case 1: {
        const call = 1 + this.#below(process === 'scanner' ? 90 : process === 'notify' ? 24 : 12);
        return [{ ...from, type: 'crash', process, call, when: this.#pick(['before', 'after']) }];
      }
      case 2: {
        const by = this.#pick([-5, 5, 3, -2]) * MINUTE;
        return [{ ...from, type: 'skew', process, by, for: (1 + this.#below(60)) * HOUR }];
      }
      case 3:
        return [{ ...from, type: 'late-tick', by: (1 + this.#below(400)) * MINUTE }];
      case 4:
        return [{ ...from, type: 'partial-send', times: 1 + this.#below(3) }];
      case 5:
        return [{ ...from, type: 'conflict', times: 1 + this.#below(20) }];
      case 6:
        return [{ ...from, type: 'stale-index', for: (1 + this.#below(20)) * HOUR }];
      case 7:
        return [{ ...from, type: 'early-report', event: this.#pick(['delivery', 'delivery', 'bounce']) }];
      default:
        return this.#chance(0.5)
          ? [
              {
                ...from,
                type: 'report',
                recipient: this.#pick(this.#chance(0.7) ? OWNERS : ADMINS),
                event: this.#pick(['bounce', 'delivery', 'complaint']),
              },
            ]
          : [{ ...from, type: 'poison', queue: this.#pick(QUEUE_NAMES) }];
    }
  }

  /** An instant in [start + 12 h, start + before): most are those of scans, where most happens. */
  #instant(before: number): Instant {
    const ticks = Math.floor(before / SCAN_EVERY);
    if (this.#chance(0.6)) return START + (2 + this.#below(ticks - 2)) * SCAN_EVERY;
    return START + 12 * HOUR + this.#below((before - 12 * HOUR) / MINUTE) * MINUTE;
  }

  /** An address as somebody may write it too. */
  #spelling(address: string): string {
    return this.#chance(0.3) ? address.toUpperCase() : address;
  }

  #times(count: number, make: () => Record<string, unknown>[]): Record<string, unknown>[][] {
    return Array.from({ length: count }, make);
  }

  #pick<One>(list: readonly One[]): One {
    return list[this.#below(list.length)] as One;
  }

  #below(below: number): number {
    return this.#random.below(below);
  }

  #chance(chance: number): boolean {
    return this.#random.next() < chance;
  }
}
