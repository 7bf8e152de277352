import { isListed } from '../functions/platform/control-plane-settings.ts';
import { QUEUE_NAMES, QUEUES } from '../functions/platform/queues.ts';
import { type Kept, OUTLIVES, RETENTIONS } from '../functions/platform/retention.ts';
import type { Problem } from './config-problem.ts';
import type { Config } from './config-schema.ts';
import { checkPlace, type Place } from './deployment-place.ts';

/** The rules between keys, and between keys and the stage; the first that is broken comes first. */
export function crossChecks(config: Config, place: Place): Problem[] {
  return [
    ...checkStage(config),
    ...checkSchedule(config),
    ...checkAddressForms(config),
    ...checkSender(config),
    ...checkQueues(config),
    ...checkRepeats(config),
    ...checkSources(config),
    ...checkControlPlanes(config),
    ...checkNetworks(config),
    ...checkTimeouts(config),
    ...checkThrottle(config),
    ...checkRetention(config),
    ...checkBraces(config),
    ...checkPlace(config, place),
  ];
}

function checkStage(config: Config): Problem[] {
  if (config.stage === 'local') {
    const allowed = 'off on stage local: emulators have no CodeDeploy';
    return config.gradualDeployment === 'off' ? [] : [{ key: 'gradualDeployment', allowed }];
  }
  const problems: Problem[] = [];
  if (config.demoClock)
    problems.push({
      key: 'demoClock',
      allowed: 'false outside stage local: no other stage may be told the time',
    });
  if (config.alarmEmails.length === 0)
    problems.push({
      key: 'alarmEmails',
      allowed: 'an address at least outside stage local: else no alarm is heard',
    });
  if (config.alarms.pageEmails?.length === 0 && config.alarms.pageTopic === undefined)
    problems.push({
      key: 'alarms.pageEmails',
      allowed: 'an address at least, or a pageTopic: else no page is heard',
    });
  return problems;
}

/** Two control planes of one name, or one under the other's prefix, would answer for the same tasks. */
function checkControlPlanes({ controlPlanes }: Config): Problem[] {
  const names = controlPlanes.map(({ name }) => name);
  return [
    ...repeated(names, (at) => `controlPlanes.${at}.name`),
    ...controlPlanes.flatMap(({ prefix }, at) => {
      const over = controlPlanes.findIndex((other) => prefix.startsWith(other.prefix));
      const under = controlPlanes.findIndex((other, place) => place < at && other.prefix.startsWith(prefix));
      const other = over !== -1 && over !== at ? over : under;
      const allowed = `a prefix that overlaps with no other; controlPlanes.${other}.prefix does`;
      return other === -1 ? [] : [{ key: `controlPlanes.${at}.prefix`, allowed }];
    }),
  ];
}

/** What is kept must not outlive what it rests on; the key that is given is named. */
function checkRetention({ retention }: Config): Problem[] {
  const seconds = (kind: Kept) => retention[kind] ?? RETENTIONS[kind].kept / 1_000;
  const named = (kind: Kept) => `retention.${kind} (${seconds(kind) / 86_400}d)`;
  const broken = OUTLIVES.filter(([longer, shorter]) => seconds(longer) < seconds(shorter));
  return broken.map(([longer, shorter]) =>
    retention[longer] === undefined
      ? { key: `retention.${shorter}`, allowed: `not longer than ${named(longer)}, on which it rests` }
      : { key: `retention.${longer}`, allowed: `not shorter than ${named(shorter)}, which rests on it` },
  );
}

/** Lambda's own limits, for one function runs in all networks at once. */
const MOST_SUBNETS = 16;
const MOST_SECURITY_GROUPS = 5;

/** The functions that ask control planes run in one VPC, for all of them. */
function checkNetworks({ controlPlanes }: Config): Problem[] {
  const networks = controlPlanes.flatMap((controlPlane, at) =>
    'network' in controlPlane && controlPlane.network
      ? [{ key: `controlPlanes.${at}.network`, ...controlPlane.network }]
      : [],
  );
  const [first] = networks;
  if (!first) return [];
  const others = networks.filter(({ vpc }) => vpc !== first.vpc);
  const count = (key: 'subnets' | 'securityGroups') =>
    new Set(networks.flatMap((network) => network[key])).size;
  const [subnets, groups] = [count('subnets'), count('securityGroups')];
  return [
    ...others.map(({ key, vpc }) => ({
      key: `${key}.vpc`,
      allowed: `${first.vpc}, as ${first.key}.vpc: the functions run in one VPC, and reach ${vpc} by peering or a transit gateway`,
    })),
    ...tooMany(first.key, 'subnets', subnets, MOST_SUBNETS),
    ...tooMany(first.key, 'securityGroups', groups, MOST_SECURITY_GROUPS),
  ];
}

function tooMany(key: string, what: string, count: number, most: number): Problem[] {
  const allowed = `at most ${most} of all control planes together: a limit of Lambda`;
  return count > most ? [{ key: `${key}.${what}`, is: `one of ${count}`, allowed }] : [];
}

/** A disabling asks, changes and reads back: three calls that may all be slow. */
const CALLS_OF_A_DISABLING = 3;

function checkTimeouts({ controlPlanes, queues }: Config): Problem[] {
  const { timeoutSeconds } = queues.disable;
  const most = timeoutSeconds / CALLS_OF_A_DISABLING;
  return controlPlanes.flatMap((controlPlane, at) =>
    isListed(controlPlane) && controlPlane.timeout > most * 1_000
      ? [
          {
            key: `controlPlanes.${at}.timeout`,
            is: `${controlPlane.timeout / 1_000}s`,
            allowed: `at most a third of queues.disable.timeoutSeconds (${timeoutSeconds}): a disabling asks, changes and reads back`,
          },
        ]
      : [],
  );
}

/** What is named twice is a mistake, and an address named twice cannot be subscribed twice. */
function checkRepeats({ alarmEmails, alarms, allowedDomains, channels, sources }: Config): Problem[] {
  const lower = alarmEmails.map((address) => address.toLowerCase());
  return [
    ...repeated(lower, (at) => `alarmEmails.${at}`),
    ...repeated(
      (alarms.pageEmails ?? []).map((address) => address.toLowerCase()),
      (at) => `alarms.pageEmails.${at}`,
    ),
    ...repeated(allowedDomains ?? [], (at) => `allowedDomains.${at}`),
    ...repeated(channels.topics, (at) => `channels.topics.${at}`),
    ...repeated(
      sources.map(({ name }) => name),
      (at) => `sources.${at}.name`,
    ),
    ...sources.flatMap(({ prefixes, dataPlanes }, source) => [
      ...repeated(prefixes, (at) => `sources.${source}.prefixes.${at}`),
      ...repeated(dataPlanes, (at) => `sources.${source}.dataPlanes.${at}`),
    ]),
  ];
}

function repeated(values: readonly string[], keyAt: (at: number) => string): Problem[] {
  return values.flatMap((value, at) => {
    const first = values.indexOf(value);
    return first < at ? [{ key: keyAt(at), allowed: `each once; ${keyAt(first)} is the same` }] : [];
  });
}

function checkSources({ sources }: Config): Problem[] {
  return sources.flatMap(({ prefixes, dataPlanes }, at) =>
    prefixes.length + dataPlanes.length > 0
      ? []
      : [{ key: `sources.${at}.prefixes`, allowed: 'a prefix at least where there is no data plane either' }],
  );
}

/** SSM takes two braces in a parameter for the name of another, and CloudFormation for a reference. */
function checkBraces({ contact, ownerPage }: Config): Problem[] {
  const texts = { contact, 'ownerPage.linkBaseUrl': ownerPage.linkBaseUrl ?? '' };
  return Object.entries(texts).flatMap(([key, text]) =>
    text.includes('{{') ? [{ key, allowed: 'a text without {{, which SSM and CloudFormation resolve' }] : [],
  );
}

function checkThrottle({ ownerPage }: Config): Problem[] {
  if (ownerPage.throttle === undefined || ownerPage.domain !== undefined) return [];
  const allowed =
    "no throttle without ownerPage.domain: the function's URL is bounded by reservedConcurrency.owner-page alone";
  return [{ key: 'ownerPage.throttle', allowed }];
}

function checkSchedule(config: Config): Problem[] {
  if (config.scanEvery % 60 !== 0) {
    return [{ key: 'scanEvery', allowed: 'whole minutes (EventBridge Scheduler counts no seconds)' }];
  }
  // Scheduler's least age is 60 s, so a tick each minute on the emulator cannot be younger than its period.
  const isTooOld = config.schedulerMaxAge >= config.scanEvery && config.scanEvery > 60;
  if (isTooOld) {
    return [
      {
        key: 'schedulerMaxAge',
        allowed: `less than scanEvery (${config.scanEvery}s): a late tick must not pass the next`,
      },
    ];
  }
  return config.scanEvery === 60 && config.stage !== 'local'
    ? [{ key: 'scanEvery', allowed: 'at least 2m outside stage local: a tick lives for 60 s at least' }]
    : [];
}

/** RFC 5322's atoms with single dots between them: what SES takes before the `@` without quotes. */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN_NAME = /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$/;

/**
 * Addresses that stand in every mail: SES refuses one that it cannot read in the words in which it refuses a recipient's,
 * so that each recipient in turn would seem to be at fault.
 */
function checkAddressForms({ sender, replyTo }: Config): Problem[] {
  return Object.entries({ sender, replyTo }).flatMap(([key, address]) => {
    const allowed = faultIn(address);
    return allowed === undefined ? [] : [{ key, allowed }];
  });
}

/** What SES would take in the place of what it would not. */
function faultIn(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  if (!LOCAL_PART.test(local))
    return 'ASCII letters, digits and single dots inside before the @: SES takes no other';
  if (local.length > 64) return 'at most 64 characters before the @: SES takes no more';
  if (!DOMAIN_NAME.test(domain))
    return 'a domain in ASCII (xn--… for other letters) of labels with single dots between them: SES takes no other';
  return undefined;
}

function checkSender(config: Config): Problem[] {
  const { identity } = config.ses;
  const domain = config.sender.slice(config.sender.lastIndexOf('@') + 1).toLowerCase();
  const isCovered = identity.includes('@')
    ? identity.toLowerCase() === config.sender.toLowerCase()
    : domain === identity || domain.endsWith(`.${identity}`);
  return isCovered ? [] : [{ key: 'sender', allowed: `an address of the SES identity ${identity}` }];
}

function checkQueues(config: Config): Problem[] {
  return QUEUE_NAMES.flatMap((name) => {
    const queue = config.queues[name];
    const { worker } = QUEUES[name];
    const reserved = config.reservedConcurrency[worker];
    const problems: Problem[] = [];
    if (queue.batchSize > 10 && queue.batchWindowSeconds === 0) {
      problems.push({
        key: `queues.${name}.batchSize`,
        allowed: 'at most 10 without batchWindowSeconds of 1 or more (a limit of Lambda)',
      });
    }
    if (typeof reserved === 'number' && queue.maxConcurrency > reserved) {
      problems.push({
        key: `queues.${name}.maxConcurrency`,
        allowed: `at most reservedConcurrency.${worker} (${reserved}): more would use up deliveries unrun`,
      });
    }
    return problems;
  });
}
