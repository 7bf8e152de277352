import { PublishCommand } from '@aws-sdk/client-sns';
import { withKeysSet } from '../functions/abandonment/policy-parse.ts';
import type { Instant } from '../functions/abandonment/time.ts';
import { recipientKey } from '../functions/platform/addresses.ts';
import { loadDigest } from '../functions/store/digests.ts';
import { evaluationRequest } from '../functions/store/looks.ts';
import { loadNoted, loadPolicyDocuments, policyWrite } from '../functions/store/policies.ts';
import { loadRecipient } from '../functions/store/recipients.ts';
import type { Write } from '../functions/store/table/table.port.ts';
import { loadTasks } from '../functions/store/tasks.ts';
import { deployedService } from '../simulation/engine/deployed-service.ts';
import { observed } from '../simulation/engine/fleet-events.ts';
import { SimFleet } from '../simulation/engine/sim-fleet.ts';
import { parsedPolicies } from '../simulation/scenario/scenario.ts';
import type { Scenario, ScenarioEvent } from '../simulation/scenario/scenario-types.ts';
import { FleetFacts } from '../simulation/verify/fleet-facts.ts';
import { type FleetNews, putOnBus } from './owning-system.ts';
import type { LocalStage } from './stage.ts';

/** The world around a deployed stage: the fleet of a scenario, whose owning system speaks on the bus. */
export class DemoWorld {
  readonly #stage: LocalStage;
  readonly #facts = new FleetFacts();
  readonly #fleet: SimFleet;
  #news: FleetNews[] = [];

  constructor(stage: LocalStage, scenario: Scenario) {
    this.#stage = stage;
    for (const [scope, policy] of parsedPolicies(scenario)) {
      this.#facts.setPolicy(scope, policy, scenario.start);
    }
    this.#fleet = new SimFleet({
      facts: this.#facts,
      clock: stage.clock,
      send: (message) => this.#news.push(message),
      // The catalog is the truth here: it disables tasks without asking anybody.
      listener: {
        asked: () => {},
        disabled: () => {},
        enabled: () => {},
        refused: () => {},
        reverted: () => {},
      },
    });
    for (const task of scenario.tasks) this.#fleet.load(task);
  }

  /** Lets an event of the scenario happen. */
  async happen(event: ScenarioEvent): Promise<void> {
    switch (event.type) {
      case 'shards':
      case 'restarted':
      case 'created':
      case 'published':
      case 'deleted':
      case 'owners':
      case 'data-plane':
        return this.#fleet.apply(event);
      case 'policy':
        return this.#setPolicy(event);
      case 'mail-event':
        return this.#reportMail(event);
      default:
        throw new Error(`the demo cannot let happen: ${event.type}`);
    }
  }

  /** Has health checks tell what they see: what does not run, and that the other planes are heard. */
  observe(): void {
    this.#fleet.repeatObservations();
    const heard = new Set(this.#news.map(({ detail }) => detail.dataPlane));
    for (const dataPlane of this.#fleet.heardPlanes()) {
      if (heard.has(dataPlane)) continue;
      this.#news.push(observed(dataPlane, [], this.#stage.clock.now()));
    }
  }

  /** Puts on the bus what the owning system has to say. */
  async publish(): Promise<void> {
    const news = this.#news;
    this.#news = [];
    await putOnBus(this.#stage, news);
  }

  /** Takes in which tasks were disabled: observations no longer speak of them. */
  async learnWhatIsOff(): Promise<void> {
    const on = [...this.#facts.tasks.values()].filter(({ enabled }) => enabled);
    const records = await loadTasks(
      this.#stage.system.table,
      on.map(({ id }) => id),
    );
    for (const task of on) task.enabled = records.get(task.id)?.task.enabled ?? true;
  }

  async #setPolicy({ scope, set, at }: Extract<ScenarioEvent, { type: 'policy' }>): Promise<void> {
    const document = (await loadPolicyDocuments(this.#stage.system.table)).get(scope) ?? {};
    const next = withKeysSet(document, set.document);
    const noted = await loadNoted(this.#stage.system.table, scope, next, at);
    await this.#store(
      [policyWrite(scope, next, noted), evaluationRequest(scope === '' ? 'ALL' : `P#${scope}`, at)],
      at,
    );
    this.#facts.setPolicy(scope, withKeysSet(this.#facts.policies.get(scope) ?? {}, set.parsed), at);
  }

  /** As SES does it: what it says goes to the topic that feeds the mail-events queue. */
  async #reportMail(event: Extract<ScenarioEvent, { type: 'mail-event' }>): Promise<void> {
    const { system, aws, deployment } = this.#stage;
    const recipient = await loadRecipient(system.table, recipientKey(event.recipient));
    const digest = recipient?.lastDigest ? await loadDigest(system.table, recipient.lastDigest) : undefined;
    if (!digest) throw new Error(`no mail went to ${event.recipient}`);
    const Message = deployedService.mailReport({
      mail: {
        at: digest.sentAt ?? digest.claimedAt,
        to: digest.address,
        digest: digest.id,
        messageId: digest.messageId ?? '',
      },
      at: event.at,
      event: event.event,
      ...('bounceType' in event ? { bounceType: event.bounceType } : {}),
    });
    await aws.sns.send(new PublishCommand({ TopicArn: deployment.mailEventsTopic, Message }));
  }

  async #store(writes: Write[], at: Instant): Promise<void> {
    const { table, random } = this.#stage.system;
    const result = await table.transact(writes, random.id(at));
    if (result.outcome !== 'applied') throw new Error(`a policy could not be stored: ${result.outcome}`);
  }
}
