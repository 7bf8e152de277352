import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A service as this server has it: as much of ECS's own shape as it speaks of. */
export interface ServedService {
  serviceName: string;
  status: string;
  desiredCount: number;
  schedulingStrategy: string;
  taskDefinition: string;
  /** Epoch seconds, as AWS JSON has instants. */
  createdAt: number;
  deployments: Record<string, unknown>[];
  taskSets?: Record<string, unknown>[];
  tags: { key: string; value: string }[];
  /** In the place of its ARN; one of the old form has no cluster. */
  serviceArn?: string;
}

interface ServedTarget {
  MinCapacity: number;
  MaxCapacity: number;
  SuspendedState: Record<string, boolean>;
}

type Fields = Record<string, unknown>;
type Action = (request: Fields) => Fields;

/** An error as AWS JSON 1.1 says it. */
export class AwsError extends Error {
  readonly status: number;
  constructor(name: string, message = name, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

const WRITES = ['UpdateService'];
const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** Of a call, who signed it for which region and service, as the header of its signature says. */
const SIGNED = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//;

/** The credentials that STS gives. */
export const ASSUMED = 'ASSUMEDKEY';

/**
 * Amazon ECS, Application Auto Scaling and STS over their own protocols, AWS JSON 1.1 and the query protocol, with faults:
 * what the SDK's clients get is what AWS would send.
 */
export class EcsServer {
  readonly clusters = new Map<string, { status: string; tags: { key: string; value: string }[] }>();
  readonly services = new Map<string, ServedService>();
  readonly targets = new Map<string, ServedTarget>();
  /** The names of the actions that were asked for, in order. */
  readonly asked: string[] = [];
  /** `KEY region service` of each call. */
  readonly signed: string[] = [];
  /** What STS was asked for. */
  readonly assumed: Record<string, string>[] = [];
  /** How long what STS gives is good for, in seconds. */
  assumedFor = 3_600;
  /** Answers each call with it. */
  error: AwsError | undefined;
  fault: 'down' | 'slow' | 'half' | 'inconsistent' | 'lose-answer' | undefined;
  /** Called before an action is done: somebody else acts in between. */
  before: ((action: string) => void) | undefined;
  /** Why DescribeServices tells nothing of a service. */
  untoldFor = 'MISSING';
  /** The largest page that ListServices gives. */
  mostOfAPage = 100;
  #deployments = 0;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async open(): Promise<EcsServer> {
    const server = new EcsServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A service whose primary deployment runs all that is wanted, unless told otherwise. */
  add(name: string, changes: Partial<ServedService> = {}): ServedService {
    const [cluster = '', serviceName = ''] = name.split('/');
    if (!this.clusters.has(cluster)) this.clusters.set(cluster, { status: 'ACTIVE', tags: [] });
    const desiredCount = changes.desiredCount ?? 2;
    const service: ServedService = {
      serviceName,
      status: 'ACTIVE',
      desiredCount,
      schedulingStrategy: 'REPLICA',
      taskDefinition: `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/${serviceName}:1`,
      createdAt: Date.UTC(2026, 0, 1) / 1_000,
      deployments: [this.#deployment({ runningCount: desiredCount })],
      tags: [],
      ...changes,
    };
    this.services.set(name, service);
    return service;
  }

  /** Somebody deploys it anew: the earlier deployment runs on for a while. */
  deploy(name: string): void {
    const service = this.#service(name);
    const earlier = service.deployments.map((deployment) => ({ ...deployment, status: 'ACTIVE' }));
    service.deployments = [this.#deployment({ runningCount: 0 }), ...earlier];
  }

  #deployment(changes: Fields): Fields {
    this.#deployments += 1;
    return {
      id: `ecs-svc/${this.#deployments}`,
      status: 'PRIMARY',
      failedTasks: 0,
      pendingCount: 0,
      ...changes,
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    this.signed.push(
      SIGNED.exec(request.headers.authorization ?? '')
        ?.slice(1)
        .join(' ') ?? '',
    );
    const target = request.headers['x-amz-target'];
    if (target === undefined) {
      this.#assume(Object.fromEntries(new URLSearchParams(body)), response);
      return;
    }
    const [, action = ''] = String(target).split('.');
    const input = JSON.parse(body) as Fields;
    this.asked.push(action);
    if (this.fault === 'slow') return;
    if (this.fault === 'down') {
      request.socket.destroy();
      return;
    }
    const { status, output } = this.#answer(action, input);
    if (this.fault === 'lose-answer' && WRITES.includes(action)) {
      request.socket.destroy();
      return;
    }
    const written = JSON.stringify(output);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(this.fault === 'half' ? written.slice(0, written.length / 2) : written);
  }

  #assume(asked: Record<string, string>, response: ServerResponse): void {
    this.assumed.push(asked);
    const until = new Date(Date.now() + 1_000 * this.assumedFor).toISOString();
    const credentials = {
      AccessKeyId: ASSUMED,
      SecretAccessKey: 'secret',
      SessionToken: 'token',
      Expiration: until,
    };
    const fields = Object.entries(credentials).map(([name, value]) => `<${name}>${value}</${name}>`);
    const [status, body] = this.error
      ? [
          403,
          `<ErrorResponse><Error><Code>${this.error.name}</Code><Message>${this.error.message}</Message></Error></ErrorResponse>`,
        ]
      : [
          200,
          `<AssumeRoleResponse><AssumeRoleResult><Credentials>${fields.join('')}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        ];
    response.writeHead(Number(status), { 'content-type': 'text/xml' });
    response.end(body);
  }

  #answer(action: string, input: Fields): { status: number; output: Fields } {
    try {
      if (this.error) throw this.error;
      this.before?.(action);
      const act = this.#actions[action];
      if (!act) throw new AwsError('UnknownOperationException', action);
      return { status: 200, output: act(input) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { status: error.status, output: { __type: error.name, message: error.message } };
    }
  }

  readonly #actions: Record<string, Action> = {
    ListClusters: () => ({ clusterArns: [...this.clusters.keys()].map(arnOf) }),
    DescribeClusters: ({ clusters }) => {
      const asked = (clusters as string[]).map((arn) => arn.split('/').at(-1) ?? '');
      return {
        clusters: asked.flatMap((clusterName) => {
          const cluster = this.clusters.get(clusterName);
          return cluster ? [{ clusterName, clusterArn: arnOf(clusterName), ...cluster }] : [];
        }),
        failures: asked
          .filter((name) => !this.clusters.has(name))
          .map((name) => ({ arn: arnOf(name), reason: 'MISSING' })),
      };
    },
    ListServices: ({ cluster, maxResults, nextToken, schedulingStrategy }) => {
      const there = this.#of(String(cluster)).filter(
        ([, service]) => service.status === 'ACTIVE' && service.schedulingStrategy === schedulingStrategy,
      );
      const from = Number(nextToken ?? 0);
      const to = from + Math.min(Number(maxResults), this.mostOfAPage);
      const serviceArns = there.slice(from, to).map(([name, service]) => serviceArn(name, service));
      return { serviceArns, ...(to < there.length && { nextToken: String(to) }) };
    },
    DescribeServices: ({ cluster, services }) => {
      this.#of(String(cluster));
      const asked = services as string[];
      if (asked.length > 10) throw new AwsError('InvalidParameterException', 'at most 10 services');
      const names = asked.map((service) => `${cluster}/${service.split('/').at(-1)}`);
      const described = names.filter((name) => this.services.has(name)).map((name) => this.#described(name));
      const missing = names.filter((name) => !this.services.has(name));
      return {
        services: this.fault === 'inconsistent' ? described.slice(1) : described,
        failures: missing.map((name) => ({ arn: `arn:aws:ecs:::service/${name}`, reason: this.untoldFor })),
      };
    },
    UpdateService: ({ cluster, service, desiredCount, forceNewDeployment, ...others }) => {
      if (Object.keys(others).length > 0) throw new AwsError('InvalidParameterException', 'not known here');
      const name = `${cluster}/${service}`;
      const found = this.#service(name);
      if (found.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException');
      if (forceNewDeployment) this.deploy(name);
      if (desiredCount !== undefined) found.desiredCount = Number(desiredCount);
      return { service: this.#described(name) };
    },
    DeleteService: ({ cluster, service }) => {
      const found = this.#service(`${cluster}/${service}`);
      Object.assign(found, { status: 'INACTIVE', desiredCount: 0 });
      return { service: this.#described(`${cluster}/${service}`) };
    },
    TagResource: ({ resourceArn, tags }) => {
      const service = this.#tagged(String(resourceArn));
      const added = tags as ServedService['tags'];
      const kept = service.tags.filter(({ key }) => !added.some((tag) => tag.key === key));
      service.tags = [...kept, ...added];
      return {};
    },
    UntagResource: ({ resourceArn, tagKeys }) => {
      const service = this.#tagged(String(resourceArn));
      service.tags = service.tags.filter(({ key }) => !(tagKeys as string[]).includes(key));
      return {};
    },
    DescribeScalableTargets: ({ ServiceNamespace, ResourceIds, ScalableDimension }) => ({
      ScalableTargets: (ResourceIds as string[]).flatMap((ResourceId) => {
        const target = this.targets.get(ResourceId);
        const named = { ServiceNamespace, ResourceId, ScalableDimension, RoleARN: 'arn:aws:iam::1:role/x' };
        return target ? [{ ...named, CreationTime: 0, ...target }] : [];
      }),
    }),
    RegisterScalableTarget: ({ ResourceId, MinCapacity, MaxCapacity, SuspendedState }) => {
      const before = this.targets.get(String(ResourceId));
      if (!before && (MinCapacity === undefined || MaxCapacity === undefined))
        throw new AwsError('ValidationException', 'a new target needs its bounds');
      const fields = { MinCapacity, MaxCapacity, SuspendedState };
      const named = Object.entries(fields).filter(([, value]) => value !== undefined);
      const target = { MinCapacity: 0, MaxCapacity: 0, SuspendedState: {}, ...before };
      this.targets.set(String(ResourceId), { ...target, ...Object.fromEntries(named) });
      return { ScalableTargetARN: 'arn:aws:application-autoscaling:::scalable-target/1' };
    },
  };

  #of(cluster: string): [string, ServedService][] {
    if (!this.clusters.has(cluster)) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
    return [...this.services].filter(([name]) => name.startsWith(`${cluster}/`));
  }

  #service(name: string): ServedService {
    const service = this.services.get(name);
    if (!service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
    return service;
  }

  #tagged(arn: string): ServedService {
    const [, cluster, service] = arn.split('/');
    if (service === undefined)
      throw new AwsError('InvalidParameterException', 'Long arn format must be used for tagging operations');
    return this.#service(`${cluster}/${service}`);
  }

  #described(name: string): Fields {
    const service = this.#service(name);
    return { ...service, serviceArn: serviceArn(name, service), events: [] };
  }
}

function arnOf(cluster: string): string {
  return `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/${cluster}`;
}

function serviceArn(name: string, { serviceArn: arn }: ServedService): string {
  return arn ?? `arn:aws:ecs:${REGION}:${ACCOUNT}:service/${name}`;
}
