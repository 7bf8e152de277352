import {
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { EcsClients } from './ecs-clients.ts';
import { unavailable } from './ecs-faults.ts';
import type { ServiceName } from './ecs-services.ts';
import { ALL, type Kept, suspendedIn, suspendedState } from './kept.ts';

/** How Application Auto Scaling scales services: by policies and by schedules, all of which it can suspend. */
export class EcsScaling {
  readonly #controlPlane: string;
  readonly #scaling: EcsClients['scaling'];

  constructor(controlPlane: string, { scaling }: EcsClients) {
    this.#controlPlane = controlPlane;
    this.#scaling = scaling;
  }

  /**
   * What is suspended of a service's scaling; null where it does not scale.
   *
   * @param before what was when we suspended all of it and left it so, where a mark says that we did
   */
  async suspended(name: ServiceName, before?: Kept['suspended']): Promise<Kept['suspended']> {
    const { ServiceNamespace, ResourceId, ScalableDimension } = targetOf(name);
    const ResourceIds = [ResourceId];
    const asked = new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds, ScalableDimension });
    const { ScalableTargets = [] } = await this.#scaling.send(asked).catch((error: unknown) => {
      throw unavailable(this.#controlPlane, error);
    });
    const [target] = ScalableTargets;
    if (!target) return null;
    const now = suspendedIn(target.SuspendedState);
    return now.length === ALL.length ? (before ?? now) : now;
  }

  /** Suspends all of it, where it scales (`before`). */
  async suspend(name: ServiceName, before: Kept['suspended']): Promise<void> {
    if (before !== null && before.length < ALL.length) await this.#set(name, ALL);
  }

  /** Suspends what was suspended before; where somebody changed it since we suspended all, theirs stands. */
  async restore(name: ServiceName, before: Kept['suspended']): Promise<void> {
    if (before === null || before.length === ALL.length) return;
    const now = await this.suspended(name);
    if (now?.length === ALL.length) await this.#set(name, before);
  }

  /** Bounds, policies and schedules of the target stay as they are: what is not named is not changed. */
  async #set(name: ServiceName, suspended: NonNullable<Kept['suspended']>): Promise<void> {
    const asked = { ...targetOf(name), SuspendedState: suspendedState(suspended) };
    await this.#scaling.send(new RegisterScalableTargetCommand(asked)).catch((error: unknown) => {
      throw unavailable(this.#controlPlane, error);
    });
  }
}

function targetOf({ cluster, service }: ServiceName) {
  return {
    ServiceNamespace: 'ecs',
    ResourceId: `service/${cluster}/${service}`,
    ScalableDimension: 'ecs:service:DesiredCount',
  } as const;
}
