import type { Instant } from './facts.ts';
import type { Policy } from './policies.ts';

/** What a person was notified of in one episode. */
export interface Notified {
  grace: number;
  state: 'pending' | 'accepted' | 'failed';
  dated: boolean;
  acceptedAt: Instant;
  reminder: { lead: number; deadline: Instant; pending: boolean } | null;
  left: boolean;
}

export interface Episode {
  number: number;
  firedAt: Instant;
  since: Instant;
  warnAfter: number;
  grace: number;
  graceStage: Policy['stage'];
  /** The raise of the stage that the grace knows of. */
  raisedAt: Instant;
  longestAfter: number;
  notified: Map<string, Notified>;
  dates: { at: Instant; disableAt: Instant; after: number }[];
  reminderSteps: { grace: number; lead: number; deadline: Instant }[];
  /** Whether a spike holds it. */
  approval: 'held' | 'approved' | null;
}

/** A task, its health and its episode. */
export interface Task {
  id: string;
  kind: string;
  dekaf: boolean;
  owners: string[];
  dataPlane: string;
  enabled: boolean;
  createdAt: Instant;
  enabledAt: Instant | null;
  firstSeenAt: Instant;
  publishedByUserAt: Instant | null;
  deleted: boolean;
  cameBackAt: Instant;
  /** Each health check; `least`: what a spell had to last then. */
  seen: { at: Instant; statuses: string[]; least: number }[];
  /** When `PRIMARY` was seen before that. */
  primaryBefore: Instant | null;
  /** The beginning of a spell that a scan found healthy. */
  judgedFrom: Instant | null;
  restarts: number;
  restartsAtLoss: number;
  /** When it was last seen to lose an alive status in a healthy spell. */
  lostAt: Instant | null;
  keep: { until: Instant; kind: 'kept' | 'snoozed'; by: string } | null;
  episodes: number;
  open: Episode | null;
  hold: string | null;
  raisedAt: Instant;
  /** The episode in which we disabled it, until it is on again; `run`: null where its owner did. */
  ours: { episode: Episode; at: Instant; run: Instant | null; isReminded?: true } | null;
  /** When a system enabled again what we had disabled. */
  revertedAt: Instant | null;
  /** Publications by users that ended or prevented an episode, since it was healthy. */
  vetoes: { count: number; lastAt: Instant };
}
