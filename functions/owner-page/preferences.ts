import { recipientKey } from '../notices/addresses.ts';
import type { System } from '../platform/system.ts';
import { auditWrite, loadRecipient, newRecipient, recipientWrite } from '../store/records.ts';
import { declineReminders } from './actions.ts';

const ATTEMPTS = 6;

/** Stores what a recipient wishes of mails, audited; what he has already is not written again. */
export async function storePreferences(
  system: System,
  address: string,
  { reminders, zone }: { reminders: boolean; zone: string },
): Promise<void> {
  await declineReminders(system, address, !reminders);
  await storeZone(system, address, zone);
}

async function storeZone(system: System, address: string, zone: string): Promise<void> {
  const key = recipientKey(address);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const recipient = (await loadRecipient(system.table, key)) ?? newRecipient(key, address);
    if ((recipient.zone ?? 'UTC') === zone) return;
    const now = system.clock.now();
    const audit = auditWrite({
      task: 'recipients',
      at: now,
      act: `time zone ${key}`,
      by: key,
      reason: '',
      evidence: { zone },
      mails: [],
    });
    const writes = [recipientWrite({ ...recipient, zone }), audit];
    if ((await system.table.transact(writes, system.random.id(now))).outcome === 'applied') return;
  }
  throw new Error('the time zone could not be stored: the recipient changes too fast');
}
