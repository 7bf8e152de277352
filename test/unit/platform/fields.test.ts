import { describe, expect, it } from 'vitest';
import { dataPlaneField, taskIdField } from '../../../functions/platform/fields.ts';
import { hour, observation, publication, stage } from '../catalog/stage.ts';

const reasonsOf = (field: typeof dataPlaneField, text: string): string[] => {
  const result = field.safeParse(text);
  return result.success ? [] : result.error.issues.map(({ message }) => message);
};

/** What would break a mail, a log line or a key in which a plane is named. */
const BAD_PLANES: [string, string, string][] = [
  ['a null', 'eu\u0000-1', 'control character'],
  ['a line break', 'eu\n-1', 'control character'],
  ['a line break at its end', 'eu-1\n', 'control character'],
  ['a tab', 'eu\t-1', 'control character'],
  ['an escape', '\u001b[31meu-1', 'control character'],
  ['a delete', 'eu\u007f-1', 'control character'],
  ['a next line', 'eu\u0085-1', 'control character'],
  ['a line separator', 'eu\u2028-1', 'control character'],
  ['a paragraph separator', 'eu\u2029-1', 'control character'],
  ['a space', 'eu 1', 'has a space'],
  ['a space that does not break', 'eu\u00a01', 'has a space'],
  ['a link', 'https://evil.test', 'reads as a link'],
];

describe('the name of a data plane', () => {
  it.each(BAD_PLANES)('has not %s', (_, plane, reason) => {
    expect(reasonsOf(dataPlaneField, plane)).toEqual([expect.stringContaining(reason)]);
  });

  it('is not empty, and may have anything that is seen', () => {
    expect(reasonsOf(dataPlaneField, '')).toHaveLength(1);
    for (const plane of ['a', 'eu-1', 'aws:eu-central-1/a', 'plâne.1'])
      expect(reasonsOf(dataPlaneField, plane)).toEqual([]);
  });

  it('is refused in every event that names one', async () => {
    const s = await stage();
    const bad = 'eu\u00001';
    for (const [type, detail] of [
      ['Task Published', publication({ dataPlane: bad })],
      ['Shards Observed', observation(1, {}, bad)],
      ['Data Plane Reported', { dataPlane: bad, state: 'down', at: hour(1) }],
    ] as const) {
      const { reason } = await s.ingest(type, detail);
      expect(reason, type).toContain('control character');
    }
  });
});

describe('the id of a task', () => {
  it.each([
    ['a null', 'acmeCo/a\u0000', 'control character'],
    ['a line break', 'acmeCo/a\nb', 'control character'],
    ['an empty part', 'acmeCo//a', 'empty part'],
  ])('has not %s', (_, id, reason) => {
    expect(reasonsOf(taskIdField, id)).toEqual([expect.stringContaining(reason)]);
  });
});
