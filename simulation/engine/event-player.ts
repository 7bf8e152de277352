import { PolicyBook } from '../../functions/abandonment/policy-book.ts';
import { withKeysSet } from '../../functions/abandonment/policy-parse.ts';
import { formatInstant } from '../../functions/abandonment/time.ts';
import type { System } from '../../functions/platform/system.ts';
import { evaluationRequest } from '../../functions/store/looks.ts';
import { loadNoted, policyWrite } from '../../functions/store/policies.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { ScenarioProblem } from '../scenario/scenario-fields.ts';
import type { OwnerAction, ScenarioEvent } from '../scenario/scenario-types.ts';
import type { FleetFacts } from '../verify/fleet-facts.ts';
import type { Service } from './service.port.ts';
import type { SimFleet } from './sim-fleet.ts';
import type { AcceptedMail, RefusedMail, SimMail } from './sim-mail.ts';

type EventOf<Type extends ScenarioEvent['type']> = Extract<ScenarioEvent, { type: Type }>;

/** Who hears what an event changed beside the service. */
interface EventPlayerListener {
  policiesChanged(book: PolicyBook, evidenceMaxAgeChanged: boolean): void;
  /** SES reported something of a mail; `soft`: that it came back for the time being. */
  mailReported(mail: AcceptedMail, event: 'bounce' | 'complaint' | 'delivery', soft: boolean): void;
  /** SES gave a mail up for good. */
  mailBounced(mail: RefusedMail): void;
  addressSuppressed(address: string): void;
  /** An operator wanted an address revived; `wasSuppressed`: what became of that. */
  addressRevived(address: string, wasSuppressed: boolean): void;
  /** A person asked for something of a task; `done`: whether it had an effect. */
  personRequested(action: OwnerAction, done: boolean): void;
  /** An operator dismissed what a name has; `done`: whether that was a deletion that parked tasks. */
  dismissed(of: string, done: boolean): void;
}

interface EventPlayerParts {
  system: System;
  service: Service;
  facts: FleetFacts;
  fleet: SimFleet;
  mail: SimMail;
  plan: FaultPlan;
  /** What is written at each scope when the scenario starts. */
  documents: Map<string, Record<string, unknown>>;
  listener: EventPlayerListener;
}

/** Lets the scenario's events happen: to the fleet, to mails, to policies, and by operators. */
export class EventPlayer {
  readonly #parts: EventPlayerParts;

  constructor(parts: EventPlayerParts) {
    this.#parts = parts;
  }

  /** Throws `ScenarioProblem` where the event cannot happen. */
  async play(event: ScenarioEvent): Promise<void> {
    switch (event.type) {
      case 'policy':
        return this.#setPolicy(event);
      case 'mail-event':
        return this.#reportMail(event);
      case 'operator':
        return this.#operate(event);
      case 'action':
        return this.#act(event);
      case 'fault':
        return this.#parts.plan.begin(event, event.at);
      default:
        this.#parts.fleet.apply(event);
    }
  }

  async #setPolicy({ scope, set, isWhole, at }: EventOf<'policy'>): Promise<void> {
    const { facts, documents, system, listener } = this.#parts;
    const maxAge = facts.policy('', 'evidenceMaxAge');
    const document = withKeysSet(isWhole ? {} : (documents.get(scope) ?? {}), set.document);
    documents.set(scope, document);
    facts.setPolicy(scope, withKeysSet(isWhole ? {} : (facts.policies.get(scope) ?? {}), set.parsed), at);
    const noted = await loadNoted(system.table, scope, document, at);
    const writes = [
      policyWrite(scope, document, noted),
      evaluationRequest(scope === '' ? 'ALL' : `P#${scope}`, at),
    ];
    await system.table.transact(writes, system.random.id(at));
    listener.policiesChanged(new PolicyBook(facts.policies), facts.policy('', 'evidenceMaxAge') !== maxAge);
  }

  async #reportMail(event: EventOf<'mail-event'>): Promise<void> {
    const { mail: ses, service, system, listener } = this.#parts;
    const { at, recipient } = event;
    const mail = ses.newestTo(recipient);
    if (!mail) {
      const problem = `no mail went to ${recipient} before ${formatInstant(at)}`;
      throw new ScenarioProblem(`events[${event.index}].recipient`, problem);
    }
    if (this.#parts.plan.inject('feedback', at, ['down'])) return;
    const bounceType = event.event === 'bounce' ? { bounceType: event.bounceType } : {};
    const body = service.mailReport({ mail, at, event: event.event, ...bounceType });
    const twice = this.#parts.plan.inject('ses', at, ['duplicate']) !== undefined;
    await system.queues.send('mail-events', twice ? [{ body }, { body }] : [{ body }]);
    const bounced = event.event === 'bounce' && event.bounceType === 'permanent';
    listener.mailReported(mail, event.event, event.event === 'bounce' && !bounced);
    if (bounced) listener.mailBounced({ at, to: mail.to, digest: mail.digest, reason: 'undeliverable' });
    if (bounced || event.event === 'complaint') listener.addressSuppressed(mail.to);
  }

  async #operate(event: EventOf<'operator'>): Promise<void> {
    const { facts, service, system, listener } = this.#parts;
    switch (event.action) {
      case 'pause':
      case 'resume': {
        const paused = event.action === 'pause';
        facts.setPaused(event.of, paused, event.at);
        return service.pause(system, event.of, paused);
      }
      case 'undo':
        return service.undo(system, event.of);
      case 'approve':
        facts.approve(await service.approve(system), event.at);
        return;
      case 'dismiss':
        facts.dismissReversal(event.of);
        return this.#dismissDeletion(event.of, await service.dismiss(system, event.of));
      case 'revive':
        return listener.addressRevived(event.address, await service.revive(system, event.address));
    }
  }

  /** What Taskwarden does not know to be deleted stays so. */
  #dismissDeletion(plane: string, done: boolean): void {
    this.#parts.listener.dismissed(plane, done);
    if (done) this.#parts.fleet.dismissDeletion(plane);
  }

  async #act(event: EventOf<'action'>): Promise<void> {
    const { facts, service, system, listener } = this.#parts;
    const done = await service.act(system, event);
    listener.personRequested(event, done);
    if (!done || (event.action !== 'keep' && event.action !== 'snooze')) return;
    facts.keep(event.task, event.at + (event.for ?? facts.policy(event.task, 'keepMax')), event.at);
  }
}
