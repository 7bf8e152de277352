import { DAY, formatInstant, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { type Confirmation, confirmDisabled } from '../../../functions/disabling/confirm.ts';
import type { OutgoingMessage } from '../../../functions/platform/ports.ts';
import { keys } from '../../../functions/store/keys.ts';
import {
  ACCEPTED,
  ANA,
  answerStage,
  DATE,
  EPISODE,
  type Given,
  MAIL,
  START,
  TASK,
} from '../notices/send/answer-stage.ts';

/** The run that decided it, at the date of the warning that SES took. */
export const DUE = START + 7 * DAY + 2 * SECOND;
export const RUN = formatInstant(DUE);
/** The owning system says at `OFF` that it is off; it is heard a minute later. */
export const OFF = DUE + MINUTE;
export const NOW = OFF + MINUTE;

export const BY_RUN = { by: 'run', run: RUN, disableAt: DUE } as const;
export const ASKED = { at: DUE, episode: 1, asker: BY_RUN, since: EPISODE.since };
export const DISABLING = {
  state: 'requested',
  asker: BY_RUN,
  queuedAt: DUE,
  requestedAt: DUE,
  attempts: 1,
} as const;

/** An episode whose grace is over, with the owning system asked. */
const WARNED = {
  told: { [ANA]: ACCEPTED },
  dates: [{ at: START, disableAt: DATE, grace: 1, after: 7 * DAY }],
  mails: [MAIL],
  disabling: DISABLING,
};

/** The owning system was asked to turn Ana's task off; nothing waits for her. */
export async function askedStage(setup: Given = {}) {
  const stage = await answerStage({
    waits: null,
    digest: { state: 'delivered', applied: true, sentAt: START },
    recipient: { sending: null },
    ...setup,
    open: setup.open === null ? null : { ...WARNED, ...setup.open },
    record: { asked: ASKED, ...setup.record },
  });
  const { system, table } = stage;
  system.config.gatherDisabled = 10 * MINUTE;
  const queued: OutgoingMessage[] = [];
  system.queues = { send: async (queue, messages) => void (queue === 'notify' && queued.push(...messages)) };
  stage.pass(NOW - START);
  return {
    ...stage,
    queued,
    /** The owning system says that it is off. */
    confirm: (more: Partial<Confirmation> = {}) =>
      confirmDisabled(system, { task: TASK, version: 5, at: OFF, requestId: `${TASK}#1`, ...more }),
    noticeOf: (key: string, episode = 1) => table.get(keys.notice(key, TASK, episode)),
    /** Lets somebody hear of alerts about the tenant's tasks. */
    subscribe: (target: string, alertTypes: string[]) =>
      table.transact(
        [
          {
            put: {
              ...keys.subscription('acmeCo/', target),
              v: 1,
              prefix: 'acmeCo/',
              email: target,
              alertTypes,
            },
          },
        ],
        'subscribe',
      ),
    appoint: (target: string) =>
      table.transact(
        [{ put: { ...keys.admin('acmeCo/', target), v: 1, prefix: 'acmeCo/', email: target } }],
        'appoint',
      ),
    audits: () => stage.rows({ pk: `T#${TASK}`, sk: 'L#' }),
  };
}

export type AskedStage = Awaited<ReturnType<typeof askedStage>>;
