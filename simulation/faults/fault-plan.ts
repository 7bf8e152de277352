import type { Instant } from '../../functions/abandonment/time.ts';
import { recipientKey } from '../../functions/platform/addresses.ts';
import type { OutgoingMail, OutgoingMessage, QueueName } from '../../functions/platform/ports.ts';
import { keyOf } from '../../functions/store/table/row-limits.ts';
import type { Write } from '../../functions/store/table/table.port.ts';
import type { SimMail } from '../engine/sim-mail.ts';
import type { FaultMode, FaultTarget, ScenarioFault } from '../scenario/scenario-types.ts';
import type { FaultInjector, InjectedFault, PortCall } from './crashing-process.ts';

/** The workers that faults can be about. */
export const WORKERS: Partial<Record<QueueName, FaultTarget>> = { notify: 'notifier', disable: 'disabler' };

interface Active {
  fault: ScenarioFault;
  from: Instant;
  until: Instant;
  left: number;
}

/** Whether a fault of mode `reject` concerns its recipient here. */
type Concerns = (recipient: string) => boolean;

/** What an attempt is about, where faults may be about a part only: a recipient, or one task of the control plane. */
interface About {
  concerns?: Concerns;
  task?: string;
}

/**
 * The faults of a scenario: which hold now, and what they do to what they are about. An attempt is one mail for `ses`,
 * all that SES says of one mail at a time for `feedback`, one request for `control-plane`, one call for `table`, one message sent or received for `queue`, one tick for
 * `scanner`, and one receive of a message for `notifier` and `disabler`. `reject` concerns what is for its recipient.
 *
 * | target          | throttle              | down                   | timeout-after-accept       | duplicate             | crash                         | reject                        |
 * |-----------------|-----------------------|------------------------|----------------------------|-----------------------|-------------------------------|-------------------------------|
 * | `feedback`      |                       | what SES reports is lost |                          |                       |                               |                               |
 * | `ses`           | rate exceeded         | no connection          | taken, the answer is lost  | its report comes twice | the sender dies before it sends | refuses the address         |
 * | `control-plane` | asks for patience     | no connection          | heard, the answer is lost  | hears it twice        | the asking process dies       | ignores what concerns their tasks |
 * | `table`         | busy; reads time out  | every call fails       | done, the answer is lost   | a write is repeated   | the calling process dies      | refuses calls about them       |
 * | `queue`         | received, not worked  | takes and gives nothing | sent, the answer is lost  | arrives twice         | the sender dies before it sends | refuses messages about them  |
 * | `scanner`       | the tick comes late   | no tick                | the tick is fired again    | two ticks at once     | dies half way                 | calls about them fail          |
 * | `notifier`, `disabler` | received, not worked | each attempt dies at once | worked, the deletion is lost | worked twice at once | dies once its start is recorded | calls about them fail |
 */
export class FaultPlan {
  readonly #active: Active[] = [];
  /** When one last did harm: one of so many attempts may wait long for them. */
  struckAt?: Instant;

  /** A fault begins now. */
  begin(fault: ScenarioFault, now: Instant): void {
    this.#active.push({
      fault,
      from: now,
      until: fault.for === null ? Number.POSITIVE_INFINITY : now + fault.for,
      left: fault.times ?? Number.POSITIVE_INFINITY,
    });
  }

  get areAny(): boolean {
    return this.#active.length > 0;
  }

  /** The first mode that holds for an attempt of a target now; one of its attempts is used up. */
  inject(
    target: FaultTarget,
    now: Instant,
    among: readonly FaultMode[],
    { concerns = () => false, task }: About = {},
  ): FaultMode | undefined {
    const holding = this.#active.find(
      ({ fault, until, left }) =>
        fault.target === target &&
        left > 0 &&
        now < until &&
        among.includes(fault.mode) &&
        (fault.task === null || fault.task === task) &&
        (fault.mode !== 'reject' || concerns(fault.recipient ?? '')),
    );
    if (!holding) return undefined;
    holding.left -= 1;
    this.struckAt = now;
    return holding.fault.mode;
  }

  /** Whether a fault of a mode holds for an attempt now; none is used up. */
  holds(target: FaultTarget, now: Instant, mode: FaultMode): boolean {
    return this.#active.some(
      ({ fault, until, left }) => fault.target === target && fault.mode === mode && left > 0 && now < until,
    );
  }

  /** Whom the newest `reject` fault of a target that holds now is about. */
  rejectedBy(target: FaultTarget, now: Instant): string | undefined {
    const holding = this.#active.filter(
      ({ fault, until }) => fault.target === target && fault.mode === 'reject' && now < until,
    );
    return holding.at(-1)?.fault.recipient ?? undefined;
  }

  /** When a target that is `down` for a time comes back; undefined where it is not down now. */
  downUntil(target: FaultTarget, now: Instant): Instant | undefined {
    const down = this.#active.find(
      ({ fault, until, left }) =>
        fault.target === target && fault.mode === 'down' && fault.for !== null && left > 0 && now < until,
    );
    return down?.until;
  }

  /** What becomes of a receive: no worker is free, or the deletion of what was worked is lost. */
  receiveOf(queue: QueueName, now: Instant): 'throttle' | 'duplicate' | undefined {
    const target = WORKERS[queue];
    const modes = ['throttle', 'timeout-after-accept'] as const;
    const mode =
      this.inject('queue', now, ['throttle']) ?? (target ? this.inject(target, now, modes) : undefined);
    if (mode === undefined) return undefined;
    return mode === 'throttle' ? 'throttle' : 'duplicate';
  }

  /** Injects the faults into calls of processes. `ownersOf`: the owners of a task, for what is asked about it. */
  injector(now: () => Instant, ownersOf: (task: string) => readonly string[]): FaultInjector {
    return (call) => {
      switch (call.port) {
        case 'table':
          return this.#table(call, now());
        case 'queues':
          return this.#send(call, now(), ownersOf);
        case 'events':
          return this.#ask(call, now(), ownersOf);
        case 'mailer':
          return this.#mail(now());
        default:
          return undefined;
      }
    };
  }

  /** What SES answers a mail. */
  answerOf(mail: OutgoingMail, now: Instant): ReturnType<NonNullable<SimMail['faults']['onSend']>> {
    const isFor = (recipient: string) => recipientKey(recipient) === recipientKey(mail.to);
    switch (
      this.inject('ses', now, ['throttle', 'down', 'timeout-after-accept', 'reject'], { concerns: isFor })
    ) {
      case 'throttle':
        return refused('rate', 'Throttling', 'Maximum sending rate exceeded.');
      case 'down':
        return refused('environment', 'ECONNREFUSED', 'connect ECONNREFUSED');
      case 'reject':
        return refused('recipient', 'MessageRejected', `Address blacklisted: entry ${entryOf(mail.to)}.`);
      case 'timeout-after-accept':
        return 'timeout-after-accept';
      default:
        return undefined;
    }
  }

  #mail(now: Instant): InjectedFault | undefined {
    return this.inject('ses', now, ['crash']) ? { dies: 'before' } : undefined;
  }

  #table({ method, asked }: PortCall, now: Instant): InjectedFault | undefined {
    const concerns = (recipient: string) => method === 'transact' && writes(asked, recipientKey(recipient));
    const mode = this.inject('table', now, TABLE_MODES, { concerns });
    if (mode === undefined) return undefined;
    if (mode === 'throttle' && method === 'transact') {
      return { instead: async () => ({ outcome: 'busy', reason: 'throttled' }) };
    }
    if (mode === 'duplicate') return method === 'transact' ? { twice: true } : undefined;
    return faultOf(mode, 'the table');
  }

  #send({ asked }: PortCall, now: Instant, ownersOf: OwnersOf): InjectedFault | undefined {
    const messages = asked[1] as OutgoingMessage[];
    const concerns = (recipient: string) =>
      messages.some(({ body }) => isMessageAbout(body, recipient, ownersOf));
    const modes = ['down', 'timeout-after-accept', 'crash', 'reject'] as const;
    const mode = this.inject('queue', now, modes, { concerns });
    return mode === undefined ? undefined : faultOf(mode, 'the queue');
  }

  #ask({ asked }: PortCall, now: Instant, ownersOf: OwnersOf): InjectedFault | undefined {
    const task = String((asked[1] as { task?: unknown }).task);
    const owners = ownersOf(task).map(recipientKey);
    const concerns = (recipient: string) => owners.includes(recipientKey(recipient));
    const mode = this.inject('control-plane', now, CONTROL_PLANE_MODES, { concerns, task });
    if (mode === undefined) return undefined;
    if (mode === 'duplicate') return { twice: true };
    if (mode === 'reject') return { instead: async () => undefined };
    return faultOf(mode, 'the control plane');
  }
}

/** How the calls of a worker or the scanner fail where its fault is about one recipient and their tasks. */
export function failsAbout(recipient: string, tasks: ReadonlySet<string>): FaultInjector {
  const names = [recipientKey(recipient), ...[...tasks].map((task) => `T#${task} `)];
  return ({ method, asked }) => {
    if (method !== 'transact' || !names.some((name) => writes(asked, name))) return undefined;
    return { throws: 'before', error: new Error('what concerns this recipient fails') };
  };
}

type OwnersOf = (task: string) => readonly string[];

const TABLE_MODES = [
  'throttle',
  'down',
  'timeout-after-accept',
  'duplicate',
  'crash',
  'reject',
] as const satisfies FaultMode[];
const CONTROL_PLANE_MODES = TABLE_MODES;

function faultOf(mode: FaultMode, what: string): InjectedFault {
  switch (mode) {
    case 'crash':
      return { dies: 'before' };
    case 'timeout-after-accept':
      return { throws: 'after', error: named('TimeoutError', `${what} gave no answer in time`) };
    case 'throttle':
      return { throws: 'before', error: named('ThrottlingException', `${what} is asked too often`) };
    case 'reject':
      return { throws: 'before', error: named('ValidationException', `${what} refuses this recipient`) };
    default:
      return { throws: 'before', error: named('NetworkingError', `${what} cannot be reached`) };
  }
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** A fault is about one address alone, so that no two are refused in the same words, which would blame nobody. */
function entryOf(address: string): string {
  return recipientKey(address).slice(0, 8);
}

function refused(cause: 'rate' | 'environment' | 'recipient', code: string, message: string) {
  return { outcome: 'refused' as const, cause, code, message };
}

/** Whether a transaction writes a row whose key holds a text. */
function writes(asked: readonly unknown[], text: string): boolean {
  return (asked[0] as Write[]).some((write) => {
    const { pk, sk } = keyOf(write);
    return `${pk} ${sk}`.includes(text);
  });
}

function isMessageAbout(body: string, recipient: string, ownersOf: OwnersOf): boolean {
  const { key } = JSON.parse(body) as { key?: unknown };
  if (typeof key !== 'string') return false;
  const wanted = recipientKey(recipient);
  return key === wanted || ownersOf(key).some((owner) => recipientKey(owner) === wanted);
}
