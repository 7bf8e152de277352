import { HOUR } from '../functions/abandonment/time.ts';

/** What goes wrong while owners are told. */
export interface Fault {
  /** As the peer's script calls it where it knows it. */
  name: string;
  inPeer: boolean;
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

export const NO_FAULT: Fault = { name: 'none', inPeer: true, stub: {}, events: false };

const KILL = { inPeer: true, stub: {}, killAt: 0.5 };
const CUT = { inPeer: false, stub: { acceptThenDrop: 10 } };

/** The faults of the peer's matrix, and a connection cut after every tenth accepted mail. */
export const faults = (refused: string): Fault[] => [
  {
    name: 'reject-one',
    inPeer: true,
    stub: { rejected: [refused] },
    lasts: HOUR,
    healed: { rejected: [] },
    events: false,
  },
  { name: 'throttle-every-2nd', inPeer: true, stub: { throttle: { every: 2 } }, events: false, smaller: 10 },
  {
    name: 'throttle-all',
    inPeer: true,
    stub: { throttle: { every: 1 } },
    lasts: HOUR,
    healed: { throttle: null },
    events: false,
  },
  { name: 'sigkill-midway', ...KILL, events: false },
  { name: 'sigkill-midway', ...KILL, inPeer: false, events: true },
  { name: 'accept-then-cut', ...CUT, events: false },
  { name: 'accept-then-cut', ...CUT, events: true },
];
