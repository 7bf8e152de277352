import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScenario, parseScenarioText } from '../../../../simulation/scenario/scenario.ts';

function problem(text: string): string {
  const result = parseScenarioText(text);
  return result.ok ? 'none' : result.problem;
}

describe('the text of a scenario', () => {
  it.each([
    ['', 'line 1, column 1: expected a value, found the end of the text'],
    ['{\n  "version": 1,\n}', 'line 3, column 1: expected a name in double quotes, found "}"'],
    [
      '{\n  "version": 1\n  "start"',
      'line 3, column 3: expected a comma or }, found a text that does not end',
    ],
    ['{"a" 1}', 'line 1, column 6: expected a colon, found "1"'],
    ["{'a': 1}", 'line 1, column 2: expected a name in double quotes or }, found "\'"'],
    ['{"a": 01}', 'line 1, column 7: expected a value, found "0"'],
    ['{"a": [1, 2', 'line 1, column 12: expected a comma or ], found the end of the text'],
    ['[1,]', 'line 1, column 4: expected a value, found "]"'],
    ['{"a": {"b": [true, nul]}}', 'line 1, column 20: expected a value, found "n"'],
    ['{"a": 1} x', 'line 1, column 10: expected the end of the text, found "x"'],
    ['{"a":\r\n\r\n "b\nc"}', 'line 3, column 2: expected a value, found a text that does not end'],
    ['{} // a comment', 'line 1, column 4: expected the end of the text, found "/"'],
    ['[}', 'line 1, column 2: expected a value or ], found "}"'],
  ])('%j is refused by line and column', (text, reason) => {
    expect(problem(text)).toContain(`not JSON, ${reason}`);
  });

  it('is read as JSON, with or without a byte order mark', () => {
    const text = JSON.stringify({
      version: 1,
      start: '2026-01-01T00:00:00Z',
      until: '2026-01-02T00:00:00Z',
      scanEvery: '1h',
      tasks: [],
    });
    expect(problem(text)).toBe('none');
    expect(problem(`\uFEFF${text}`)).toBe('none');
    expect(problem('{}')).toBe(
      'version: is missing; required are "version", "start", "until", "scanEvery", "tasks"',
    );
  });

  it('of any kind is answered, and a broken one located', () => {
    const json = fc.json({ maxDepth: 3 });
    const broken = fc
      .tuple(json, fc.nat(), fc.constantFrom('', ',', '}', '"', 'x', '\n', '\\', '['))
      .map(([text, place, put]) => {
        const cut = place % (text.length + 1);
        return text.slice(0, cut) + put + text.slice(cut + (put === '' ? 1 : 0));
      });
    fc.assert(
      fc.property(broken, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        const found = problem(text);
        expect(found.startsWith('not JSON, ')).toBe(!isJson);
        if (!isJson) expect(found).toMatch(/^not JSON, line \d+, column \d+: expected .*, found /);
        expect(found).not.toMatch(/\n/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a value that is no scenario', () => {
  const start = '2026-01-01T00:00:00Z';
  const least = { version: 1, start, until: '2026-01-02T00:00:00Z', scanEvery: '1h', tasks: [] };
  const keys = [
    'version',
    'start',
    'scanEvery',
    'policy',
    'policies',
    'subscriptions',
    'admins',
    'tasks',
    'events',
  ];

  it('is refused with one line, wherever it stands', () => {
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        const result = parseScenario({ ...least, [key]: value });
        if (!result.ok) expect(result.problem).not.toMatch(/[\r\n]/);
      }),
    );
  });

  it('is refused as an event with its place, whatever its type and fields', () => {
    const types = [
      'shards',
      'created',
      'published',
      'action',
      'mail-event',
      'policy',
      'operator',
      'fault',
      'owners',
    ];
    const names = fc.constantFrom('task', 'by', 'action', 'for', 'of', 'scope', 'set', 'target', 'mode', 'x');
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.dictionary(names, fc.jsonValue()), (type, fields) => {
        const result = parseScenario({ ...least, events: [{ ...fields, type, at: start }] });
        if (!result.ok) expect(result.problem).toMatch(/^events\[0\]/);
      }),
    );
  });

  it('may be nested however deep', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(problem(`{"version": ${deep}}`)).toMatch(/^start: is missing/);
    expect(problem(deep)).toBe('the scenario is a list; allowed is an object');
  });
});
