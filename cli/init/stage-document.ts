import { ConfigError, parseConfig } from '../../lib/config.ts';
import { type Answers, QUESTIONS, type Question } from './questions.ts';

/** The configuration of a stage as it is written: only what somebody chose. */
export function documentOf(answers: Answers): Record<string, unknown> {
  const { sender, contact, alarmEmail, identity, controlPlane } = answers;
  const isNamed = controlPlane !== undefined && controlPlane !== 'events';
  return {
    sender,
    contact,
    alarmEmails: alarmEmail === undefined ? [] : alarmEmail.split(',').map((address) => address.trim()),
    ses: { identity },
    ...(isNamed && { controlPlanes: [controlPlaneOf(answers)] }),
  };
}

function controlPlaneOf(answers: Answers): Record<string, unknown> {
  const { controlPlane: type, name, prefix, dataPlane, url, region, roleArn, clusters } = answers;
  const { credentials: scheme, secret } = answers;
  return {
    type,
    name,
    prefix,
    dataPlane,
    ...(url !== undefined && { url }),
    ...(region && { region }),
    ...(roleArn && { roleArn }),
    ...(clusters !== undefined && { clusters: clusters.split(',').map((name) => name.trim()) }),
    ...(secret !== undefined && { credentials: { scheme, from: { secret } } }),
  };
}

/** Answers that are sound by themselves, in the place of those that nobody gave yet. */
const SOUND: Answers = {
  sender: 'warden@example.com',
  contact: 'us',
  alarmEmail: 'us@example.com',
  identity: 'example.com',
  name: 'one',
  prefix: 'one/',
  dataPlane: 'one',
  url: 'https://one.example.com',
  clusters: 'one',
};

/**
 * What is wrong with an answer, as the synth would say it; undefined where nothing is.
 *
 * @param answers those given so far, this one among them
 */
export function problemWith(question: Question, answers: Answers, stage: string): string | undefined {
  const answer = answers[question.option] ?? '';
  if (question.choices) {
    if (question.choices.includes(answer)) return undefined;
    return `${JSON.stringify(answer)} is none of ${question.choices.join(', ')}`;
  }
  try {
    parseConfig(stage, documentOf(filled(answers)));
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return isAbout(error, question) ? withoutPlace(error, question) : undefined;
  }
}

/** The questions that are asked have a sound answer each. */
function filled(answers: Answers): Answers {
  const all: Answers = { ...answers };
  // A sender that is given has an identity of its own by default.
  if (all.sender !== undefined) all.identity ??= all.sender.slice(all.sender.lastIndexOf('@') + 1);
  for (const { option, isAsked } of QUESTIONS) {
    if (isAsked && !isAsked(all)) continue;
    if (all[option] === undefined && SOUND[option] !== undefined) all[option] = SOUND[option];
  }
  return all;
}

/** A problem of a part (`alarmEmails.1`, `clusters.0`) is one of the whole. */
function isAbout({ message }: ConfigError, { key, beside }: Question): boolean {
  const place = /^\S+: (\S+) is /.exec(message)?.[1] ?? '';
  return place === key || place === beside || place.startsWith(`${key}.`);
}

function withoutPlace({ message }: ConfigError, { text }: Question): string {
  return `${text}: ${message.replace(/^\S+: \S+ is /, '')}`;
}
