import { DAY, type Duration, type Instant, SECOND } from '../../functions/abandonment/time.ts';
import { UNREPEATED_QUEUES } from '../../functions/platform/queues.ts';
import type { Table } from '../../functions/store/table/table.port.ts';
import { type EventLoop, RANK } from '../engine/event-loop.ts';
import type { Service } from '../engine/service.port.ts';
import type { AcceptedMail, SimMail } from '../engine/sim-mail.ts';
import type { DeadLetter, SimQueues } from '../engine/sim-queues.ts';
import type { Scenario } from '../scenario/scenario-types.ts';
import type { Attempts, ProcessFaults } from './attempts.ts';
import type { FaultPlan } from './fault-plan.ts';
import { SoakFaultInjector } from './soak-fault-injector.ts';

/** An alarm that lasts rings again after this long. */
const RINGS_AGAIN_AFTER: Duration = 7 * DAY;

/** What the faults of a scenario reach. */
export interface FaultInjectionParts {
  scenario: Scenario;
  loop: EventLoop;
  service: Service;
  plan: FaultPlan;
  table: Table;
  queues: SimQueues;
  mail: SimMail;
  /** What becomes of what SES says of mails from now on, beside the faults of the scenario. By default nothing. */
  feedback: ((at: Instant) => FeedbackFault | undefined) | undefined;
  /** Asked when something is worked, for the processes themselves have faults. */
  attempts: () => Attempts;
  listener: FaultInjectionListener;
}

/** SES's word on a mail comes later, or never. */
export type FeedbackFault = { delay: Duration } | { drop: true };

/** Who hears what goes wrong. */
interface FaultInjectionListener {
  /** SES reports of a mail. */
  reported(mail: AcceptedMail, event: 'bounce' | 'delivery' | 'complaint'): void;
  /** The alarm on a dead-letter queue. */
  deadLetterAlarm(detail: string): void;
}

/** Injects the faults of a scenario into SES, the queues and the processes. */
export class FaultInjection {
  readonly processFaults: ProcessFaults;
  readonly #parts: FaultInjectionParts;
  readonly #alarmedOf = new Map<string, Instant>();
  /** Reports of SES on mails that it sends by itself, and the digest of each. */
  readonly #reports = new Map<string, string>();

  constructor(parts: FaultInjectionParts) {
    this.#parts = parts;
    this.processFaults = this.#makeProcessFaults();
    this.#breakPorts();
  }

  /** Asks for the soak faults that happen by themselves. */
  begin(): void {
    const { scenario, loop, queues } = this.#parts;
    for (const entry of scenario.soakFaults ?? []) {
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

  /** SES reports of a mail that it accepted and delivered it, within seconds. */
  mailAccepted(mail: AcceptedMail): void {
    const { plan, loop, queues, service } = this.#parts;
    const now = loop.clock.now();
    if (plan.areAny && plan.inject('feedback', now, ['down'])) return;
    const copies = plan.areAny && plan.inject('ses', now, ['duplicate']) ? 2 : 1;
    for (const [event, delaySeconds] of [
      ['send', 1],
      ['delivery', 2],
    ] as const) {
      const body = service.mailReport({ mail, at: now + delaySeconds * SECOND, event });
      this.#reports.set(body, mail.digest);
      queues.sendRoutine('mail-events', Array(copies).fill({ body, delaySeconds }));
    }
  }

  /** A report of SES on a mail was worked: the digest; undefined where the message was another one. */
  digestReported(body: string): string | undefined {
    return this.#reports.get(body);
  }

  /** Whether the broker gave up what the bus or SES told. */
  hasLostFacts(): boolean {
    return this.#parts.queues.deadLetters.some(
      ({ queue, reason }) => reason === null && UNREPEATED_QUEUES.includes(queue),
    );
  }

  /** Whether the service may not know yet what the bus and SES told it. */
  isBehind(): boolean {
    const { queues } = this.#parts;
    return this.hasLostFacts() || UNREPEATED_QUEUES.some((queue) => queues.waitingOf(queue) > 0);
  }

  #makeProcessFaults(): ProcessFaults {
    const { scenario, loop, table, queues } = this.#parts;
    if (!scenario.soakFaults) return {};
    return new SoakFaultInjector(scenario.soakFaults, {
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
    const isWorked = await this.#parts
      .attempts()
      .work(delivery)
      .then(
        ({ outcome }) => outcome !== 'retry',
        () => false,
      );
    if (!isWorked) await this.#parts.queues.send(queue, [{ body }]);
  }

  /** SES's report of the newest mail to an address; undefined where there is none. */
  #report(to: string, event: 'bounce' | 'delivery' | 'complaint'): string | undefined {
    const { mail: ses, loop, service, listener } = this.#parts;
    const mail = ses.newestTo(to);
    const now = loop.clock.now();
    if (!mail || this.#parts.plan.inject('feedback', now, ['down'])) return undefined;
    listener.reported(mail, event);
    return service.mailReport({ mail, at: now, event });
  }

  #breakPorts(): void {
    const { loop, plan, queues, mail: ses } = this.#parts;
    const { clock } = loop;
    ses.faults.onSend = (mail) => (plan.areAny ? plan.answerOf(mail, clock.now()) : undefined);
    queues.onDeadLetter = (letter) => this.#deadLettered(letter);
    queues.faults.onSend = (queue) =>
      plan.areAny && plan.inject('queue', clock.now(), ['duplicate'])
        ? { copies: 2 }
        : queue === 'mail-events'
          ? this.#parts.feedback?.(clock.now())
          : undefined;
    queues.faults.onReceive = ({ queue }) => (plan.areAny ? plan.receiveOf(queue, clock.now()) : undefined);
    queues.faults.silentUntil = () => (plan.areAny ? plan.downUntil('queue', clock.now()) : undefined);
  }

  /** The alarm on a dead-letter queue that is not empty: once, and each week again. */
  #deadLettered({ queue, reason }: DeadLetter): void {
    const now = this.#parts.loop.clock.now();
    if (now < (this.#alarmedOf.get(queue) ?? Number.NEGATIVE_INFINITY) + RINGS_AGAIN_AFTER) return;
    this.#alarmedOf.set(queue, now);
    this.#parts.listener.deadLetterAlarm(
      `a message of the ${queue} queue: ${reason ?? 'received too often'}`,
    );
  }
}
