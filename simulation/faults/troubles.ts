import { DAY, type Duration, type Instant, SECOND } from '../../functions/abandonment/time.ts';
import { ONLY_TOLD } from '../../functions/platform/queues.ts';
import type { Table } from '../../functions/store/table.port.ts';
import { type EventLoop, RANK } from '../engine/event-loop.ts';
import type { Service } from '../engine/service.port.ts';
import type { AcceptedMail, SimMail } from '../engine/sim-mail.ts';
import type { DeadLetter, SimQueues } from '../engine/sim-queues.ts';
import type { Scenario } from '../scenario/scenario-types.ts';
import type { Attempts, Chaos } from './attempts.ts';
import { ScenarioChaos } from './chaos.ts';
import type { Faults } from './faults.ts';

/** An alarm that lasts is told again after this long. */
const TOLD_AGAIN_AFTER: Duration = 7 * DAY;

/** What a scenario's troubles reach. */
export interface TroublesGiven {
  scenario: Scenario;
  loop: EventLoop;
  service: Service;
  faults: Faults;
  table: Table;
  queues: SimQueues;
  mail: SimMail;
  /** What becomes of what SES says of mails from now on, beside the faults of the scenario. By default nothing. */
  feedback: ((at: Instant) => FeedbackFault | undefined) | undefined;
  /** Asked when something is worked, for the processes themselves have troubles. */
  attempts: () => Attempts;
  listener: TroubleListener;
}

/** SES's word on a mail comes later, or never. */
export type FeedbackFault = { delay: Duration } | { drop: true };

/** Who hears what goes wrong. */
interface TroubleListener {
  /** SES reports of a mail. */
  reported(mail: AcceptedMail, event: 'bounce' | 'delivery' | 'complaint'): void;
  /** The alarm on a dead-letter queue. */
  deadLetterAlarm(detail: string): void;
}

/** Lets the faults and the chaos of a scenario work on SES, the queues and the processes. */
export class Troubles {
  readonly chaos: Chaos;
  readonly #given: TroublesGiven;
  readonly #alarmedOf = new Map<string, Instant>();
  /** What SES says of mails by itself, and of which. */
  readonly #reports = new Map<string, string>();

  constructor(given: TroublesGiven) {
    this.#given = given;
    this.chaos = this.#makeChaos();
    this.#breakPorts();
  }

  /** Asks for the entries of the chaos that happen by themselves. */
  begin(): void {
    const { scenario, loop, queues } = this.#given;
    for (const entry of scenario.chaos ?? []) {
      if (entry.type === 'poison') {
        loop.at(entry.at, RANK.event, () => queues.send(entry.queue, [{ body: '{ poison' }]));
      }
      if (entry.type !== 'report') continue;
      loop.at(entry.at, RANK.event, async () => {
        const body = this.#report(entry.recipient, entry.event);
        if (body !== undefined) await queues.send('mail-events', [{ body }]);
      });
    }
  }

  /** SES says of a mail that it took it and delivered it, within seconds. */
  mailTaken(mail: AcceptedMail): void {
    const { faults, loop, queues, service } = this.#given;
    const now = loop.clock.now();
    if (faults.areAny && faults.strike('feedback', now, ['down'])) return;
    const copies = faults.areAny && faults.strike('ses', now, ['duplicate']) ? 2 : 1;
    for (const [event, delaySeconds] of [
      ['send', 1],
      ['delivery', 2],
    ] as const) {
      const body = service.mailReport({ mail, at: now + delaySeconds * SECOND, event });
      this.#reports.set(body, mail.digest);
      queues.sendRoutine('mail-events', Array(copies).fill({ body, delaySeconds }));
    }
  }

  /** What SES said of a mail was taken in: the digest; undefined where the message was another one. */
  digestReported(body: string): string | undefined {
    return this.#reports.get(body);
  }

  /** Whether the broker gave up what the bus or SES told. */
  hasLostFacts(): boolean {
    return this.#given.queues.deadLetters.some(
      ({ queue, reason }) => reason === null && ONLY_TOLD.includes(queue),
    );
  }

  /** Whether the service may not know yet what the bus and SES told it. */
  isBehind(): boolean {
    const { queues } = this.#given;
    return this.hasLostFacts() || ONLY_TOLD.some((queue) => queues.waitingOf(queue) > 0);
  }

  #makeChaos(): Chaos {
    const { scenario, loop, table, queues } = this.#given;
    if (!scenario.chaos) return {};
    return new ScenarioChaos(scenario.chaos, {
      now: () => loop.clock.now(),
      table,
      queues,
      report: ({ to }, event) => this.#reportAtOnce(to, event),
      staleFor: scenario.scanEvery,
    });
  }

  /** Has a report worked before anything else; where that fails it comes by its queue. */
  async #reportAtOnce(to: string, event: 'bounce' | 'delivery'): Promise<void> {
    const body = this.#report(to, event);
    if (body === undefined) return;
    const queue = 'mail-events' as const;
    const delivery = { queue, messageId: 'early', body, receiveCount: 1, sentAt: 0 };
    const isWorked = await this.#given
      .attempts()
      .work(delivery)
      .then(
        ({ outcome }) => outcome !== 'retry',
        () => false,
      );
    if (!isWorked) await this.#given.queues.send(queue, [{ body }]);
  }

  /** SES's report of the newest mail to an address; undefined where there is none. */
  #report(to: string, event: 'bounce' | 'delivery' | 'complaint'): string | undefined {
    const { mail: ses, loop, service, listener } = this.#given;
    const mail = ses.newestTo(to);
    const now = loop.clock.now();
    if (!mail || this.#given.faults.strike('feedback', now, ['down'])) return undefined;
    listener.reported(mail, event);
    return service.mailReport({ mail, at: now, event });
  }

  #breakPorts(): void {
    const { loop, faults, queues, mail: ses } = this.#given;
    const { clock } = loop;
    ses.faults.onSend = (mail) => (faults.areAny ? faults.answerOf(mail, clock.now()) : undefined);
    queues.onDeadLetter = (letter) => this.#deadLettered(letter);
    queues.faults.onSend = (queue) =>
      faults.areAny && faults.strike('queue', clock.now(), ['duplicate'])
        ? { copies: 2 }
        : queue === 'mail-events'
          ? this.#given.feedback?.(clock.now())
          : undefined;
    queues.faults.onReceive = ({ queue }) =>
      faults.areAny ? faults.receiveOf(queue, clock.now()) : undefined;
    queues.faults.silentUntil = () => (faults.areAny ? faults.downUntil('queue', clock.now()) : undefined);
  }

  /** The alarm on a dead-letter queue that is not empty: once, and each week again. */
  #deadLettered({ queue, reason }: DeadLetter): void {
    const now = this.#given.loop.clock.now();
    if (now < (this.#alarmedOf.get(queue) ?? Number.NEGATIVE_INFINITY) + TOLD_AGAIN_AFTER) return;
    this.#alarmedOf.set(queue, now);
    this.#given.listener.deadLetterAlarm(
      `a message of the ${queue} queue: ${reason ?? 'received too often'}`,
    );
  }
}
