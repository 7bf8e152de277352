import {
  DescribeServicesCommand,
  type DescribeServicesCommandOutput,
  ListServicesCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { ControlPlaneUnavailable } from '../../platform/control-plane.port.ts';
import type { SettingsOf } from '../../platform/control-plane-settings.ts';
import type { EcsClients } from './ecs-clients.ts';
import { isSurelyUndone, refusalIn, saysGone, unavailable } from './ecs-faults.ts';
import { MARK } from './kept.ts';
import { canBeTagged, isTaggable, readService, type ToldService } from './read-service.ts';

/** So many services does DescribeServices take at once, and so many does ListServices give at most. */
const AT_ONCE = 10;
const MOST_OF_A_PAGE = 100;

/** A service by the names that ECS has for it. */
export interface ServiceName {
  cluster: string;
  service: string;
}

/** What becomes of a change. */
export type Changed = { outcome: 'done'; service: ToldService } | { outcome: 'gone' } | Refusal;
interface Refusal {
  outcome: 'refused';
  reason: string;
}

/** The services of clusters, as ECS tells them. Throws `ControlPlaneUnavailable` where it tells nothing. */
export class EcsServices {
  readonly #controlPlane: string;
  readonly #ecs: EcsClients['ecs'];
  readonly #ofAPage: number;

  constructor({ name, callsPerSecond }: SettingsOf<'ecs'>, { ecs }: EcsClients) {
    this.#controlPlane = name;
    this.#ecs = ecs;
    // A page is listed in one run of a function: where calls must be few, it has fewer services to describe.
    this.#ofAPage = Math.min(MOST_OF_A_PAGE, AT_ONCE * Math.max(1, Math.floor(callsPerSecond)));
  }

  /**
   * A page of a cluster's services as ECS describes them, with where the next begins; none where the cluster is gone.
   */
  async page(cluster: string, token: string | undefined): Promise<{ services: unknown[]; next?: string }> {
    const asked = new ListServicesCommand({
      cluster,
      maxResults: this.#ofAPage,
      schedulingStrategy: 'REPLICA',
      ...(token !== undefined && { nextToken: token }),
    });
    const page = await this.#ecs.send(asked).catch((error: unknown) => this.#goneOrFault(error));
    if (!page) return { services: [] };
    const services: unknown[] = [];
    for (let from = 0; from < (page.serviceArns?.length ?? 0); from += AT_ONCE)
      services.push(...(await this.#told(cluster, page.serviceArns?.slice(from, from + AT_ONCE) ?? [])));
    return { services, ...(page.nextToken && { next: page.nextToken }) };
  }

  /** One service; undefined where there is none. */
  async find({ cluster, service }: ServiceName): Promise<ToldService | undefined> {
    const [answer] = await this.#told(cluster, [service]);
    return answer === undefined ? undefined : this.#read(service, answer);
  }

  /** Sets how many tasks a service is to run, and nothing else. Answers what it is then. */
  async setDesiredCount({ cluster, service }: ServiceName, desiredCount: number): Promise<Changed> {
    try {
      const asked = new UpdateServiceCommand({ cluster, service, desiredCount });
      const { service: answer } = await this.#ecs.send(asked);
      return { outcome: 'done', service: this.#read(service, answer) };
    } catch (error) {
      if (saysGone(error)) return { outcome: 'gone' };
      const reason = refusalIn(error);
      if (reason !== undefined && isSurelyUndone(error)) return { outcome: 'refused', reason };
      throw error;
    }
  }

  /** Notes on a service what was there before; one that takes no tag goes without. */
  async mark(service: ToldService, value: string): Promise<void> {
    if (!canBeTagged(service)) return;
    const tags = [{ key: MARK, value }];
    await this.#ecs
      .send(new TagResourceCommand({ resourceArn: service.serviceArn, tags }))
      .catch((error: unknown) => {
        if (refusalIn(error) === undefined && !saysGone(error)) throw unavailable(this.#controlPlane, error);
      });
  }

  /** Takes that note away. */
  async unmark(service: ToldService): Promise<void> {
    if (!isTaggable(service)) return;
    const { serviceArn } = service;
    await this.#ecs
      .send(new UntagResourceCommand({ resourceArn: serviceArn, tagKeys: [MARK] }))
      .catch((error: unknown) => {
        if (!saysGone(error)) throw unavailable(this.#controlPlane, error);
      });
  }

  /** What ECS says of each service that is asked about and there; each must be described or be missing. */
  async #told(cluster: string, services: string[]): Promise<unknown[]> {
    const asked = new DescribeServicesCommand({ cluster, services, include: ['TAGS'] });
    const answer = await this.#ecs.send(asked).catch((error: unknown) => this.#goneOrFault(error));
    if (!answer) return [];
    this.#checkComplete(services, answer);
    return answer.services ?? [];
  }

  #checkComplete(asked: readonly string[], { services = [], failures = [] }: DescribeServicesCommandOutput) {
    const other = failures.find(({ reason }) => reason !== 'MISSING');
    if (other) throw this.#meaningless(`a service cannot be described: ${String(other.reason)}`);
    const named = [...services.map(({ serviceArn }) => serviceArn), ...failures.map(({ arn }) => arn)];
    const names = new Set(named.map((arn = '') => arn.split('/').at(-1)));
    const forgotten = asked.filter((arn) => !names.has(arn.split('/').at(-1)));
    if (forgotten.length > 0 || named.length !== asked.length)
      throw this.#meaningless(`it told ${named.length} of ${asked.length} services`);
  }

  #read(service: string, answer: unknown): ToldService {
    const read = readService(answer);
    if ('service' in read) return read.service;
    throw this.#meaningless(`service ${service}: ${read.problem}`);
  }

  #meaningless(why: string): ControlPlaneUnavailable {
    return new ControlPlaneUnavailable(this.#controlPlane, why);
  }

  #goneOrFault(error: unknown): undefined {
    if (saysGone(error)) return undefined;
    throw unavailable(this.#controlPlane, error);
  }
}
