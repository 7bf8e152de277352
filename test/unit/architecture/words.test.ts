import { describe, expect, it } from 'vitest';
import { textFiles } from './pages.ts';
import { bannedWords, formsOf, GLOSSARY, readComments, readTexts } from './words.ts';

/** Words that the glossary bans in one meaning, and that English or the field needs in another. */
const OTHER_MEANING: Record<string, string> = {
  account: 'of AWS',
  alarm: 'of CloudWatch',
  alert: 'of an episode, and of operators',
  batch: 'what SQS hands over at once',
  cancel: 'of a bulk command',
  cluster: 'of Kafka Connect, of ECS',
  commit: 'of git',
  data: 'a data plane; an AWS service keeps data',
  deadline: 'of a task of its own',
  deploy: 'Taskwarden itself is deployed',
  environment: 'a class of failure, and the variables of a function',
  healthy: 'a healthy spell',
  heartbeat: 'a metric whose absence rings',
  incident: 'of a breaker, and of a platform',
  instance: 'of a function',
  item: 'of a list',
  job: 'a task that is finite',
  level: 'of nesting',
  loop: 'of a program; the alert veto-loop',
  lost: 'an answer is lost',
  mail: 'what SES delivers',
  message: 'of a queue, and of an error',
  mode: 'of a policy, of a control plane, of a fault',
  namespace: 'of a program',
  offset: 'of a time zone, and of a style',
  part: 'a part of anything',
  path: 'of a file or an address',
  permission: 'of AWS',
  priority: 'of a bulk command',
  promise: 'one of the sixteen promises',
  region: 'of AWS',
  release: 'of a program',
  repair: 'a generator, and what a deployment does',
  report: 'what a service says; a fault that is reported',
  revert: 'the hold is called `reverted`',
  run: 'to run a command or a scan',
  said: 'to say',
  save: 'a button of a form; to use less',
  sent: 'to send',
  shard: 'of a task',
  silence: 'of a data plane or a feed',
  slot: 'of a sentence',
  source: 'of events, a name on the bus',
  stage: 'of a deployment',
  stop: 'to end anything',
  summary: 'the last line of a simulation',
  taken: 'to take',
  test: 'of the code',
  undo: 'what a person does',
  up: 'a direction: to look up, up to',
  user: 'who publishes by themselves, other than a system',
  version: 'of a task, a row, the code',
};

interface Place {
  word: string;
  of: RegExp;
  near: RegExp;
  why: string;
}

/** Places where a word stands in its own meaning; `near`: what is around it. */
const PLACES: Place[] = [
  { word: 'dead', of: /./, near: /dead[- ]letter/i, why: 'a dead letter is a message that was given up' },
  { word: 'dead', of: /webhook/, near: /dead/i, why: 'an event that is not tried any more' },
  {
    word: 'receiver',
    of: /webhook/,
    near: /receiver/i,
    why: 'whoever gets a signed call, as Standard Webhooks say',
  },
  { word: 'block', of: /./, near: /display:(?:inline-)?block|inline-block/, why: 'a style' },
  { word: 'burst', of: /configuration/, near: /burst 40/, why: 'the name that API Gateway has for it' },
  { word: 'channel', of: /^cli/, near: /channels\.topics/, why: 'a key of the configuration' },
  {
    word: 'flag',
    of: /decisions/,
    near: /that flag|One flag/,
    why: 'of a library, and in a record of what was not done',
  },
  { word: 'flood', of: /security/, near: /Floods of the page/, why: 'an attack' },
  {
    word: 'kill',
    of: /docs/,
    near: /workers killed|a kill are|this kill|itself kills its process/,
    why: 'a process',
  },
  { word: 'poll', of: /docs/, near: /control-planes poll/, why: 'a command' },
  { word: 'office', of: /decisions/, near: /offices share one/, why: 'a room' },
  { word: 'stale', of: /runbook/, near: /evidence-stale/, why: 'a code' },
  {
    word: 'switch off',
    of: /./,
    near: /mapping that is|mapping that somebody/,
    why: 'an event source mapping',
  },
  { word: 'told', of: /./, near: /told apart/, why: 'to tell apart is to distinguish' },
  { word: 'told', of: /configuration|aws-stage/, near: /told the time/, why: 'a clock that is set' },
  { word: 'told', of: /^emails/, near: /\{\{told\}\}/, why: 'a slot of a template' },
  {
    word: 'touch',
    of: /contributing/,
    near: /the change can touch|files to touch|also touches/,
    why: 'a change of files',
  },
  {
    word: 'turn off',
    of: /^emails|^functions\/owner-page/,
    near: /./,
    why: 'the glossary: plain words for readers of mails',
  },
  { word: 'turn on', of: /^emails|^functions\/owner-page/, near: /./, why: 'the same' },
];

const IS_READ = [
  /^(?:README|CHANGELOG)\.md$/,
  /^docs\/.*\.md$/,
  /^cli\/.*\.ts$/,
  /^emails\/(?!compiled).*\.(?:ts|mjml|html|txt)$/,
  /^functions\/owner-page\/.*\.ts$/,
];

const files = textFiles().filter((file) => file !== GLOSSARY && IS_READ.some((path) => path.test(file)));

/** Where a word stands, with what is around it. */
function uses(found: RegExp): { file: string; around: string }[] {
  return files.flatMap((file) =>
    readTexts(file).flatMap((text) =>
      [...text.matchAll(found)].map(({ index }) => ({
        file,
        around: text.slice(Math.max(0, index - 30), index + 45),
      })),
    ),
  );
}

function isAllowed(word: string, file: string, around: string): boolean {
  return PLACES.some((place) => place.word === word && place.of.test(file) && place.near.test(around));
}

describe('what people read', () => {
  const banned = bannedWords();

  it('has many files, and the glossary bans many words', () => {
    expect(files.length).toBeGreaterThan(80);
    expect(banned).toEqual(expect.arrayContaining(['dead', 'rung', 'pace', 'ramp', 'turn off']));
  });

  it.each(banned.filter((word) => !(word in OTHER_MEANING)))('does not say %s', (word) => {
    expect(uses(formsOf(word)).filter(({ file, around }) => !isAllowed(word, file, around))).toEqual([]);
  });

  it('speaks of people as they', () => {
    expect(uses(/\b(?:he|his|him|himself|she|her|herself)\b/gi)).toEqual([]);
  });
});

describe('comments of all code', () => {
  const CODE = /^(?:functions|cli|console|lib|simulation|local|bin|bench|scripts|emails)\/.*\.ts$/;
  const comments = textFiles()
    .filter((file) => CODE.test(file))
    .map((file) => ({ file, text: readComments(file).join('\n') }));
  const found = (word: RegExp) => comments.filter(({ text }) => word.test(text)).map(({ file }) => file);

  /** Words that have no other meaning there. */
  it.each(['rung', 'ladder', 'ramp', 'brake', 'buried', 'living', 'threaten', 'resurrect'])(
    'do not say %s',
    (word) => {
      expect(bannedWords()).toContain(word);
      expect(found(new RegExp(formsOf(word).source, 'i'))).toEqual([]);
    },
  );

  it('speak of people as they', () => {
    expect(comments.length).toBeGreaterThan(700);
    expect(found(/\b(?:he|his|him|himself|she|her|herself)\b/i)).toEqual([]);
  });
});

describe('an exception', () => {
  it('is of a word that the glossary bans', () => {
    const words = [...Object.keys(OTHER_MEANING), ...PLACES.map(({ word }) => word)];
    expect(words.filter((word) => !bannedWords().includes(word))).toEqual([]);
  });

  it.each(PLACES)('is needed: $word, $why', ({ word, of, near }) => {
    const found = uses(formsOf(word)).filter(({ file, around }) => of.test(file) && near.test(around));
    expect(found).not.toEqual([]);
  });
});

describe('a banned word', () => {
  it.each([
    ['turn off', 'it turns tasks off', true],
    ['turn off', 'turned off', true],
    ['turn off', 'turn to the one that is off', false],
    ['rung', 'two rungs', true],
    ['pace', 'its pacing', true],
    ['pace', 'a space', false],
  ])('%s is found in "%s": %s', (word, text, isFound) => {
    expect(formsOf(word).test(text)).toBe(isFound);
  });
});
