import { expect, test } from 'vitest';
import { renderDigest } from '../../../functions/notices/render/render.ts';
import { topicMessageOf } from '../../../functions/notices/render/topic-message.ts';
import type { DigestItem } from '../../../functions/store/digests.ts';
import { facts, many } from '../notices/render/render-builders.ts';
import { TOPIC } from './topic-stage.ts';

/** SNS's limit of a message. */
const LIMIT = 262_144;

const anItem = (task: string, notice: DigestItem['notice']): DigestItem => ({
  task,
  episode: 1,
  notice,
  grace: 1,
  disableAt: null,
  since: 0,
  restarts: 0,
  asked: 0,
});

const messageOf = (subject: string, text: string, items: DigestItem[] = []) =>
  topicMessageOf(TOPIC, { subject, text }, items, 'prod');

test('a message of the most tasks with the longest names is one that SNS takes', () => {
  const others = Array.from({ length: 50 }, (_, place) => `${'x'.repeat(240)}${place}@acme.test`);
  const names = many(1000).map((item, place) => ({
    ...item,
    task: `${'é<"'.repeat(126)}/${place}`,
    told: others,
  }));
  const { subject, text } = renderDigest(facts(names));
  expect(Buffer.byteLength(messageOf(subject, text).text)).toBeLessThan(LIMIT);
  const few = renderDigest(facts(names.slice(0, 200)));
  expect(Buffer.byteLength(messageOf(few.subject, few.text).text)).toBeLessThan(LIMIT);
});

test('its attributes name the kinds that stand in it once, and count tasks, not notices', () => {
  const items = [anItem('a/1', 'warning'), anItem('a/1', 'withdrawn'), anItem('a/2', 'warning')];
  expect(messageOf('s', 't', items).attributes).toEqual({
    alertType: 'task_abandoned',
    notices: ['warning', 'withdrawn'],
    taskCount: 2,
    stage: 'prod',
  });
});
