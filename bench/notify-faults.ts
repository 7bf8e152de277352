import { HOUR } from '../functions/abandonment/time.ts';

/** What goes wrong while owners are notified. */
export interface Fault {
  /** As the peer's script calls it where it knows it. */
  name: string;
  /** How the peer meets it: `script` by its own script, `parts` by the parts of it; absent: not at all. */
  peer?: 'script' | 'parts';
  /** Options of the stub while it lasts. */
  stub: Record<string, unknown>;
  /** How long it lasts; absent: for ever. Then the options of `healed` hold. */
  lasts?: number;
  healed?: Record<string, unknown>;
  /** Workers are killed when so many of the owners have their mail. */
  killAt?: number;
  /**
   * Whether SES's events tell of accepted mails, as they do in a deployment; the stub has none, so they are made from
   * what it accepted. Without them is the worst case: what was accepted and not recorded is settled by time alone.
   */
  events: boolean;
  /** So many times fewer tasks and owners, where the peer would take very long. */
  smaller?: number;
}

export const NO_FAULT: Fault = { name: 'none', peer: 'script', stub: {}, events: false };

const KILL = { name: 'sigkill-midway', stub: {}, killAt: 0.5 };
const CUT = { name: 'accept-then-cut', stub: { acceptThenDrop: 10 }, smaller: 10 };

/** The faults of the peer's matrix, and a connection cut after every tenth accepted mail. */
export const faults = (refused: string): Fault[] => [
  {
    name: 'reject-one',
    peer: 'script',
    stub: { rejected: [refused] },
    lasts: HOUR,
    healed: { rejected: [] },
    events: false,
  },
  {
    name: 'throttle-every-2nd',
    peer: 'script',
    stub: { throttle: { every: 2 } },
    events: false,
    smaller: 10,
  },
  {
    name: 'throttle-all',
    peer: 'script',
    stub: { throttle: { every: 1 } },
    lasts: HOUR,
    healed: { throttle: null },
    events: false,
  },
  { ...KILL, peer: 'script', events: false },
  { ...KILL, events: true },
  { ...CUT, peer: 'parts', events: false },
  { ...CUT, events: true },
];
