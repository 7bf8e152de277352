import { isDeepStrictEqual } from 'node:util';
import { LANGUAGES } from '../../emails/languages.ts';
import { normaliseAddress, recipientKey } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { changeRecipient } from '../store/change-recipient.ts';
import { newRecipient, type RecipientRecord } from '../store/recipients.ts';

/**
 * What a recipient may choose about mails. `declined`: reminders and `recovered`, for all tasks; warnings and disablings
 * come all the same.
 */
export type Preferences = Required<Pick<RecipientRecord, 'declined' | 'zone' | 'language' | 'quietHours'>>;

type Wish = keyof Preferences;

/** What holds for a recipient, also where they never chose anything. */
export function preferencesOf({ declined, zone, language, quietHours }: RecipientRecord): Preferences {
  return {
    declined,
    zone: zone ?? 'UTC',
    language: language ?? LANGUAGES[0],
    quietHours,
  };
}

/** What each choice is called in the audit. */
const ACTS: Record<Wish, (wishes: Partial<Preferences>) => string> = {
  declined: ({ declined }) => (declined ? 'decline reminders' : 'take reminders'),
  zone: () => 'time zone',
  language: () => 'language',
  quietHours: () => 'quiet hours',
};

/**
 * Stores what a recipient chooses about mails, each choice audited; what holds already is not written again.
 *
 * @returns whether anything was new
 */
export function storePreferences(
  system: System,
  address: string,
  wishes: Partial<Preferences>,
): Promise<boolean> {
  const key = recipientKey(address);
  return changeRecipient(system, key, (stored) => {
    const recipient = stored ?? newRecipient(key, normaliseAddress(address) ?? address);
    const before = preferencesOf(recipient);
    const news = (Object.keys(wishes) as Wish[]).filter(
      (wish) => !isDeepStrictEqual(wishes[wish], before[wish]),
    );
    if (news.length === 0) return { value: false };
    const at = system.clock.now();
    const changed = Object.fromEntries(news.map((wish) => [wish, wishes[wish]]));
    const audits = news.map((wish) =>
      auditWrite({
        subject: 'recipients',
        at,
        act: `${ACTS[wish](wishes)} ${key}`,
        by: key,
        reason: '',
        evidence: { [wish]: wishes[wish] },
        mails: [],
      }),
    );
    return { recipient: { ...recipient, ...changed }, beside: audits, value: true };
  });
}
