import { DAY, type Duration, type Instant, MINUTE, SECOND } from '../functions/abandonment/time.ts';
import { askGenerators } from '../functions/scanner/ask-generators.ts';
import type { Band, Budget, Generator, Turn } from '../functions/scanner/generator.ts';
import { FleetView } from '../functions/store/fleet-view.ts';
import { loadGenerators } from '../functions/store/generators.ts';
import { type Change, MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Query, Table } from '../functions/store/table/table.port.ts';
import { benchSystem, KeptQueues } from './bench-system.ts';
import { machine, print, printFigure } from './output.ts';

const START: Instant = Date.parse('2026-03-02T00:00:00Z');
const SCAN_EVERY = 15 * MINUTE;
const WEEK = 7 * DAY;
/** What a scan leaves of its function's 810 s. */
const LEFT = 600 * SECOND;

/** After how many ticks at most a generator that is due has had its turn, by band (docs/architecture.md#generators). */
const PROMISED: Record<Band, number> = { urgent: 1, facts: 2, normal: 4, garbage: 8 };

/** How a generator of the bench behaves. */
interface Kind {
  name: string;
  band: Band;
  everySeconds: number;
  /** How long a turn takes; one that is full takes all that it may. */
  takes: Duration;
  /** Of so many turns one finds something; absent: each. */
  foundOneIn?: number;
  does?: 'fails' | 'is full';
}

const kindsWith = (bandOfFull: Band): Kind[] => [
  { name: 'always-full', band: bandOfFull, everySeconds: 900, takes: 0, does: 'is full' },
  { name: 'always-failing', band: 'urgent', everySeconds: 900, takes: SECOND, does: 'fails' },
  { name: 'slow', band: 'normal', everySeconds: 900, takes: 50 * SECOND },
  { name: 'each-tick', band: 'urgent', everySeconds: 0, takes: SECOND / 10 },
  { name: 'webhooks', band: 'urgent', everySeconds: 60, takes: SECOND, foundOneIn: 3 },
  { name: 'daily-facts', band: 'facts', everySeconds: 3_600, takes: 5 * SECOND },
  { name: 'hourly-facts', band: 'facts', everySeconds: 3_600, takes: 2 * SECOND, foundOneIn: 2 },
  { name: 'operator-work', band: 'normal', everySeconds: 300, takes: 5 * SECOND, foundOneIn: 10 },
  { name: 'offices', band: 'normal', everySeconds: 86_400, takes: SECOND },
  { name: 'ended-episodes', band: 'garbage', everySeconds: 86_400, takes: 20 * SECOND },
  { name: 'webhook-history', band: 'garbage', everySeconds: 3_600, takes: 10 * SECOND, foundOneIn: 5 },
  { name: 'checks', band: 'garbage', everySeconds: 21_600, takes: 15 * SECOND },
];

/** What became of one generator in the week. */
interface Fared {
  turns: number;
  /** Ticks from the first at which it was due to its turn, at most. */
  ticksLate: number;
  /** Turns that came before it was due. */
  early: number;
  /** From when on it may be asked, by the rules; and the tick at which that was first so. */
  dueAt: Instant;
  dueTick: number | null;
  empty: number;
}

/** Simulates a week of twelve generators of which one is always full, one always fails and one is slow. */
export async function benchGenerators(): Promise<void> {
  for (const band of ['urgent', 'normal', 'garbage'] as const) await week(band);
}

async function week(bandOfFull: Band): Promise<void> {
  const kinds = kindsWith(bandOfFull);
  const fared = new Map(kinds.map(({ name }) => [name, newcomer()]));
  let now = START;
  let tick = 0;
  const counted = { reads: 0, writes: 0, rings: 0 };
  const table = countingTable(counted);
  const clock = { now: () => now };
  const generators = kinds.map((kind) => {
    const pass = (duration: Duration) => {
      now += duration;
    };
    return generatorOf(kind, { fared: faredOf(fared, kind.name), clock, pass, tick: () => tick });
  });
  const system = {
    ...benchSystem({ table, now: START, queues: new KeptQueues(), seed: 1 }),
    clock,
    telemetry: {
      log: () => {},
      metric: (name: string) => {
        if (name === RINGS) counted.rings += 1;
      },
    },
  };
  const ticks = WEEK / SCAN_EVERY;
  let latest = 0;
  for (tick = 0; tick < ticks; tick += 1) {
    const at = START + tick * SCAN_EVERY;
    now = at;
    for (const faring of fared.values()) if (faring.dueAt <= now) faring.dueTick ??= tick;
    const view = await FleetView.load(table, now);
    const run = { system, view, id: new Date(at).toISOString(), now, at, figures: {}, asked: [] };
    await askGenerators(run, generators, () => LEFT - (now - at));
    latest = Math.max(latest, now - at);
  }
  await report({ bandOfFull, kinds, fared, counted, ticks, latest, table });
}

const RINGS = 'GeneratorFailing';

function newcomer(): Fared {
  return { turns: 0, ticksLate: 0, early: 0, dueAt: START, dueTick: null, empty: 0 };
}

function faredOf(fared: ReadonlyMap<string, Fared>, name: string): Fared {
  const generator = fared.get(name);
  if (!generator) throw new Error(`nothing is known of ${name}`);
  return generator;
}

/** Counts the queries for rows of generators, and what is written of them. */
function countingTable(counted: { reads: number; writes: number }): MemoryTable & Table {
  const table = new MemoryTable({
    onCommit: (changes: readonly Change[]) => {
      counted.writes += changes.filter(({ after }) => after?.pk === 'TURNS').length;
    },
  });
  const query = table.query.bind(table);
  table.query = (asked: Query) => {
    counted.reads += asked.pk === 'TURNS' ? 1 : 0;
    return query(asked);
  };
  return table;
}

/** What turns work with. */
interface World {
  fared: Fared;
  clock: { now: () => Instant };
  pass: (duration: Duration) => void;
  tick: () => number;
}

function generatorOf(kind: Kind, world: World): Generator {
  const { name, band, everySeconds } = kind;
  return { name, band, everySeconds, run: async (_run, budget) => turnOf(kind, world, budget) };
}

/** One turn; when the next is due is worked out here from the rules, not from the rows. */
function turnOf({ everySeconds, takes, foundOneIn = 1, does }: Kind, world: World, budget: Budget): Turn {
  const { fared, clock, pass, tick } = world;
  if (clock.now() < fared.dueAt) fared.early += 1;
  fared.turns += 1;
  fared.ticksLate = Math.max(fared.ticksLate, tick() - (fared.dueTick ?? tick()));
  fared.dueTick = null;
  if (does === 'is full') {
    while (!budget.spent()) pass(SECOND);
    fared.dueAt = clock.now();
    return { cursor: String(fared.turns), worked: 100 };
  }
  pass(takes);
  if (does === 'fails') {
    fared.dueAt = clock.now() + Math.min(60, 2 ** (fared.turns - 1)) * MINUTE;
    throw new Error('it is away');
  }
  const worked = fared.turns % foundOneIn === 0 ? 1 : 0;
  fared.empty = worked === 0 ? fared.empty + 1 : 0;
  const every = everySeconds * SECOND;
  const most = Math.max(every, Math.min(16 * every, DAY));
  fared.dueAt = clock.now() + Math.min(most, every * 2 ** Math.min(fared.empty, 30));
  return { cursor: null, worked };
}

interface Week {
  bandOfFull: Band;
  kinds: Kind[];
  fared: ReadonlyMap<string, Fared>;
  counted: { reads: number; writes: number; rings: number };
  ticks: number;
  latest: Duration;
  table: Table;
}

async function report({ bandOfFull, kinds, fared, counted, ticks, latest, table }: Week): Promise<void> {
  const all = kinds.map(({ name, band, everySeconds, does }) => {
    const { turns, ticksLate, early } = faredOf(fared, name);
    return { name, band, everySeconds, turns, ticksLate, promised: PROMISED[band], early, does };
  });
  const { bench, on } = { bench: 'generators', on: { alwaysFullIn: bandOfFull } };
  print({ bench, ...machine(), ...on, ticks, scanEverySeconds: SCAN_EVERY / SECOND });
  for (const { does, ...line } of all) print({ bench, ...on, ...line });
  const others = all.filter(({ does }) => does === undefined);
  const worst = Math.max(...others.map(({ ticksLate, promised }) => ticksLate / promised));
  figure(on, 'turns of others against the promise of their band', { generators: others.length }, worst, 1);
  const early = all.reduce((sum, generator) => sum + generator.early, 0);
  const turns = all.reduce((sum, generator) => sum + generator.turns, 0);
  figure(on, 'turns of a generator that was not due', { turns }, early, 0);
  figure(on, 'queries for rows of generators a tick', { writes: counted.writes }, counted.reads / ticks, 1);
  figure(on, 'writes a turn', {}, counted.writes / turns, 2);
  const failing = (await loadGenerators(table)).get('always-failing');
  const { rings } = counted;
  figure(
    on,
    'share of ticks at which a generator that always fails does not ring',
    { rings, failures: failing?.failures },
    1 - rings / ticks,
    0.01,
  );
  figure(
    on,
    'turns of a generator that always fails, against one a tick',
    {},
    (failing?.turns ?? 0) / ticks,
    0.3,
  );
  figure(
    on,
    'the longest run of generators, in parts of the time between two ticks',
    { seconds: latest / SECOND },
    latest / SCAN_EVERY,
    0.5,
  );
}

/** A figure that is to be no more than its goal. */
function figure(on: object, text: string, details: object, value: number, goal: number): void {
  const rounded = Number(value.toFixed(4));
  printFigure({
    bench: 'generators',
    figure: text,
    details: { ...on, ...details },
    value: rounded,
    goal: `<= ${goal}`,
    met: value <= goal,
    ratio: goal === 0 ? rounded : Number((value / goal).toFixed(4)),
  });
}
