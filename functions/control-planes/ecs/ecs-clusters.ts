import { type Cluster, DescribeClustersCommand, ListClustersCommand } from '@aws-sdk/client-ecs';
import { ControlPlaneUnavailable } from '../../platform/control-plane.port.ts';
import type { SettingsOf } from '../../platform/control-plane-settings.ts';
import type { EcsClients } from './ecs-clients.ts';
import { unavailable } from './ecs-faults.ts';

/** So many clusters does DescribeClusters take at once. */
const AT_ONCE = 100;

/** Which clusters of an account and a region belong to a control plane: those that are named, or that have a tag. */
export class EcsClusters {
  readonly #settings: SettingsOf<'ecs'>;
  readonly #ecs: EcsClients['ecs'];

  constructor(settings: SettingsOf<'ecs'>, { ecs }: EcsClients) {
    this.#settings = settings;
    this.#ecs = ecs;
  }

  /**
   * Their names in order, and those that are named and not there.
   * @throws ControlPlaneUnavailable where there is none at all: region, account or tag are others then
   */
  async all(): Promise<{ there: string[]; missing: string[] }> {
    const { clusters, name } = this.#settings;
    const named = Array.isArray(clusters) ? clusters : undefined;
    const there = await this.#selected(named ?? (await this.#every()));
    if (there.length > 0)
      return { there, missing: (named ?? []).filter((cluster) => !there.includes(cluster)) };
    const what = named ? `named ${named.slice(0, 5).join(', ')}` : 'with its tag';
    throw new ControlPlaneUnavailable(
      name,
      `there is no cluster ${what}; are account, region and clusters right?`,
    );
  }

  /** The first of them behind a name; undefined behind the last. */
  async after(cluster: string): Promise<string | undefined> {
    const { clusters } = this.#settings;
    const names = Array.isArray(clusters) ? clusters : (await this.all()).there;
    return names.toSorted().find((name) => name > cluster);
  }

  /** Whether a cluster belongs to it, as it is now. */
  async has(cluster: string): Promise<boolean> {
    const { clusters } = this.#settings;
    if (Array.isArray(clusters)) return clusters.includes(cluster);
    return (await this.#selected([cluster])).length > 0;
  }

  async #selected(names: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const clusters = await this.#described(names.slice(from, from + AT_ONCE));
      found.push(...clusters.flatMap(({ clusterName }) => (clusterName ? [clusterName] : [])));
    }
    return found.sort();
  }

  async #described(names: string[]): Promise<Cluster[]> {
    const { clusters, name } = this.#settings;
    const asked = new DescribeClustersCommand({ clusters: names, include: ['TAGS'] });
    const { clusters: answered = [] } = await this.#ecs.send(asked).catch((error: unknown) => {
      throw unavailable(name, error);
    });
    const active = answered.filter(({ status }) => status === 'ACTIVE');
    if (Array.isArray(clusters)) return active;
    const { tag, value } = clusters;
    return active.filter(({ tags = [] }) =>
      tags.some((own) => own.key === tag && (value === undefined || (own.value ?? '') === value)),
    );
  }

  /** The ARNs of all clusters of the account and the region. */
  async #every(): Promise<string[]> {
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const asked = new ListClustersCommand({ maxResults: AT_ONCE, ...(nextToken && { nextToken }) });
      const page = await this.#ecs.send(asked).catch((error: unknown) => {
        throw unavailable(this.#settings.name, error);
      });
      arns.push(...(page.clusterArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    return arns;
  }
}
