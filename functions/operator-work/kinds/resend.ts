import { formatInstant } from '../../abandonment/time.ts';
import { resendMail } from '../../operators/resend.ts';
import type { WorkKind } from '../kind.ts';

/** Notifies recipients again of what still stands of mails: an item is a mail. */
export const resendKind: WorkKind = {
  name: 'resend',
  async work(system, { id }, { by }) {
    const resent = await resendMail(system, id, by);
    if (resent.outcome === 'unknown') return { outcome: 'failed', why: 'no mail has this id' };
    if (resent.outcome === 'dead') {
      const { reason, at } = resent.dead;
      return { outcome: 'failed', why: `its address is suppressed (${reason}, ${formatInstant(at)})` };
    }
    const again = resent.items.filter(({ notice }) => notice !== null).length;
    if (again > 0) return { outcome: 'done', why: `${again} of ${resent.items.length} go again` };
    return { outcome: 'skipped', why: resent.items[0]?.reason ?? 'it says nothing of a task' };
  },
};
