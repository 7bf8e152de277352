import type { Language } from '../../../emails/languages.ts';
import type { Cause, Mode, Notice, ResolveReason, TaskKind } from '../../abandonment/task.ts';
import type { Duration, Instant } from '../../abandonment/time.ts';
import type { Brand } from '../../platform/brand.ts';
import type { Why } from '../../store/fleet-view.ts';
import type { Disclaimer } from '../../store/notices.ts';
import type { MailLinks } from '../render/links.ts';

/** Why somebody is notified of a task: what was read says so, or they are one of those who were notified before. */
export type MailWhy = Why | { as: 'other' };

/** One notice as a mail tells it. */
export interface MailItem {
  /** The task's id, as the owning system gave it. */
  task: string;
  episode: number;
  notice: Notice;
  kind: TaskKind;
  dataPlane: string;
  /** Since when it is without `PRIMARY`. */
  since: Instant;
  /** Counted time without `PRIMARY`. */
  unhealthyFor: Duration;
  /** Restarts tried since it was lost, from the control plane's running total; null where it counts none. */
  restarts: number | null;
  /** Spells since then that were too short to be a recovery. @default 0 */
  twitches?: number;
  cause: Cause;
  /** The announced date; null where nothing is announced. Said only where `mode` is `disable`. */
  disableAt: Instant | null;
  /** When the owning system confirmed that it is off; of `disabled` and `still-off` notices. */
  disabledAt?: Instant;
  /** Until when it can be enabled again as it was; of the same. */
  restorableUntil?: Instant;
  /** When it was enabled again; of `enabled` notices. */
  enabledAt?: Instant;
  /** Who said that it is not theirs, and whom they named; of `disclaimed` notices. */
  disclaimed?: Disclaimer;
  /** Why the recipient is notified; absent where nothing is to be said of it. */
  why?: MailWhy;
  /** Addresses of the others who are notified of this episode. */
  told: string[];
  /** Why the episode ended; absent while it is open. */
  resolvedReason?: ResolveReason;
  mode: Mode;
  /** It outlives its own deadline, which is `since`; absent: it is abandoned. */
  isOverdue?: true;
}

/** All that a mail may say. */
export interface DigestFacts {
  /** The recipient's address. */
  recipient: string;
  /** The instant the mail speaks from: `in 6 days` is counted from here. */
  now: Instant;
  /** The recipient's IANA time zone; UTC where absent or unknown. */
  zone?: string;
  /** The recipient's language; English where absent or unknown. */
  language?: Language;
  /** Whom to ask. */
  contact: string;
  /** Whether the recipient declined reminders. */
  declined: boolean;
  items: MailItem[];
  /** Whose mail it is, as the configuration says. @default Taskwarden's own */
  brand?: Brand;
  /** Where the recipient can act; absent where there is no owner's page. */
  links?: MailLinks;
}

/** What a mail said was tried, as another notice of the same is to say it. */
export function triedOf({ restarts, twitches }: { restarts: number; twitches?: number }): {
  restarts: number;
  twitches?: number;
} {
  return { restarts, ...(twitches === undefined ? {} : { twitches }) };
}
