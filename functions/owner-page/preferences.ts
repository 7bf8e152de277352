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

type Choice = keyof Preferences;

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
const ACTS: Record<Choice, (choices: Partial<Preferences>) => string> = {
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
  choices: Partial<Preferences>,
): Promise<boolean> {
  const key = recipientKey(address);
  return changeRecipient(system, key, (stored) => {
    const recipient = stored ?? newRecipient(key, normaliseAddress(address) ?? address);
    const before = preferencesOf(recipient);
    const news = (Object.keys(choices) as Choice[]).filter(
      (choice) => !isDeepStrictEqual(choices[choice], before[choice]),
    );
    if (news.length === 0) return { value: false };
    const at = system.clock.now();
    const changed = Object.fromEntries(news.map((choice) => [choice, choices[choice]]));
    const audits = news.map((choice) =>
      auditWrite({
        subject: 'recipients',
        at,
        act: `${ACTS[choice](choices)} ${key}`,
        by: key,
        reason: '',
        evidence: { [choice]: choices[choice] },
        mails: [],
      }),
    );
    return { recipient: { ...recipient, ...changed }, beside: audits, value: true };
  });
}
