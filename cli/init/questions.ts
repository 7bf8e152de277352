import { LISTED_TYPES } from '../../functions/platform/control-plane-settings.ts';

/** What is known of a stage so far: by the option's name, as it was given. */
export type Answers = Partial<Record<Question['option'], string>>;

/** One thing that a configuration is made of. */
export interface Question {
  /** The option that answers it. */
  option:
    | 'sender'
    | 'contact'
    | 'alarmEmail'
    | 'identity'
    | 'controlPlane'
    | 'name'
    | 'prefix'
    | 'dataPlane'
    | 'url'
    | 'region'
    | 'roleArn'
    | 'clusters'
    | 'credentials'
    | 'secret';
  /** How people are asked. */
  text: string;
  /** The key of the configuration that it makes: what is wrong with it is wrong with this answer. */
  key: string;
  /** A key that it has to go together with. */
  beside?: string;
  /** Whether it is asked at all. @default yes */
  isAsked?(answers: Answers): boolean;
  /** What an empty answer comes to; absent: there must be one. '' means none. */
  otherwise?(answers: Answers): string;
  /** All that is allowed, where that is a list. */
  choices?: readonly string[];
}

/** What a control plane can be here; of `events` the bus speaks. */
const CONTROL_PLANES = [...LISTED_TYPES, 'events'] as const;

const domainOf = (address = ''): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
const isUrl = ({ controlPlane }: Answers): boolean =>
  controlPlane === 'kafka-connect' || controlPlane === 'http';
const isEcs = ({ controlPlane }: Answers): boolean => controlPlane === 'ecs';
const isListed = (answers: Answers): boolean => isUrl(answers) || isEcs(answers);

const NAMES: Record<string, string> = { 'kafka-connect': 'connect', ecs: 'ecs', http: 'http' };

/** In the order in which they are asked. */
export const QUESTIONS: readonly Question[] = [
  { option: 'sender', text: 'Mail address that warnings come from', key: 'sender' },
  {
    option: 'identity',
    text: 'SES identity that it is sent as (a domain or an address)',
    key: 'ses.identity',
    beside: 'sender',
    otherwise: ({ sender }) => domainOf(sender),
  },
  {
    option: 'contact',
    text: 'Whom owners can ask, as mails say it',
    key: 'contact',
    otherwise: ({ sender }) => `the platform team (${sender})`,
  },
  {
    option: 'alarmEmail',
    text: 'Address that hears of alarms',
    key: 'alarmEmails',
    otherwise: ({ sender }) => sender ?? '',
  },
  {
    option: 'controlPlane',
    text: 'Control plane',
    key: 'controlPlanes.0.type',
    choices: CONTROL_PLANES,
    otherwise: () => 'kafka-connect',
  },
  {
    option: 'url',
    text: 'Its URL',
    key: 'controlPlanes.0.url',
    isAsked: isUrl,
  },
  {
    option: 'clusters',
    text: 'Its clusters, separated by commas',
    key: 'controlPlanes.0.clusters',
    isAsked: isEcs,
  },
  {
    option: 'region',
    text: 'Its region (empty: that of the deployment)',
    key: 'controlPlanes.0.region',
    isAsked: isEcs,
    otherwise: () => '',
  },
  {
    option: 'roleArn',
    text: 'The role to assume (empty: none, it is in this account)',
    key: 'controlPlanes.0.roleArn',
    isAsked: isEcs,
    otherwise: () => '',
  },
  {
    option: 'name',
    text: 'A name for it',
    key: 'controlPlanes.0.name',
    isAsked: isListed,
    otherwise: ({ controlPlane = '' }) => NAMES[controlPlane] ?? controlPlane,
  },
  {
    option: 'prefix',
    text: 'The prefix that the ids of its tasks begin with',
    key: 'controlPlanes.0.prefix',
    isAsked: isListed,
    otherwise: ({ name }) => `${name}/`,
  },
  {
    option: 'dataPlane',
    text: 'The data plane of its tasks',
    key: 'controlPlanes.0.dataPlane',
    isAsked: isListed,
    otherwise: ({ name }) => name ?? '',
  },
  {
    option: 'credentials',
    text: 'Credentials',
    key: 'controlPlanes.0.credentials.scheme',
    isAsked: isUrl,
    choices: ['none', 'basic', 'bearer'],
    otherwise: () => 'none',
  },
  {
    option: 'secret',
    text: 'The secret of Secrets Manager that holds them',
    key: 'controlPlanes.0.credentials.from.secret',
    isAsked: ({ credentials }) => credentials === 'basic' || credentials === 'bearer',
    otherwise: ({ name }) => `taskwarden/${name}`,
  },
];
