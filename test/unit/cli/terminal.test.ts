import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { paintedDiagnostics, paintFor } from '../../../cli/colour.ts';
import { Output } from '../../../cli/output.ts';
import { run } from '../../../cli/program.ts';
import { columns } from '../../../cli/terminal.ts';

const LONG = 'acmeCo/production/a-task-with-a-long-name';
const RED = '\u001b[31m';

/** What a list looks like on a terminal of a width. */
function shown(width: number | undefined, json = false): string[] {
  let out = '';
  const sink = { write: (text: string) => (out += text), isTTY: width !== undefined, columns: width };
  const paint = paintFor(sink, {});
  new Output(sink, json, paint).list(
    [{ task: LONG, why: 'the owners were not reached in time' }],
    [
      ['TASK', ({ task }) => task],
      ['STATE', () => 'open'],
      ['WHY', ({ why }) => why, () => 'warn'],
    ],
    'none',
    '1 task',
  );
  return out.split('\n');
}

const plain = (line = '') => stripVTControlCharacters(line);

describe('a table', () => {
  it('fits the terminal: the widest columns are cut, and say so', () => {
    const [head, row] = shown(60).map(plain);
    expect(row).toHaveLength(60);
    expect(row).toMatch(/^acmeCo\/production\/a-.*… {2}open {3}the owners were .*…$/);
    expect(head).toMatch(/^TASK +STATE {2}WHY$/);
  });

  it('is whole where there is room, elsewhere than on a terminal, and as JSON', () => {
    for (const lines of [shown(200), shown(undefined)])
      expect(plain(lines[1])).toBe(`${LONG}  open   the owners were not reached in time`);
    expect(JSON.parse(shown(30, true)[0] ?? '')).toEqual({
      task: LONG,
      why: 'the owners were not reached in time',
    });
  });

  it('cuts no column to nothing on a very narrow terminal', () => {
    expect(plain(shown(10)[1])).toBe('acmeCo/…  open   the own…');
  });

  it('knows letters that take two places, and cuts none in half', () => {
    const layout = { width: 14, paint: (_: unknown, text: string) => text, toneOf: () => undefined };
    expect(columns([['漢字漢字漢字', 'ab']], '', layout)).toEqual(['漢字漢字…   ab']);
    expect(columns([['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 'ab']], '', layout)[0]).toMatch(
      /^(👩‍👩‍👧)+… +ab$/,
    );
  });

  it('lets no text from outside act on the terminal, cut or not', () => {
    const cells = [[`\u001b[2J${'x'.repeat(40)}`, 'b']];
    const layout = { width: 20, paint: (_: unknown, text: string) => text, toneOf: () => undefined };
    expect(columns(cells, '', layout)[0]).not.toContain('\u001b');
  });
});

describe('colours', () => {
  const isPainted = (env: Record<string, string>, isTTY: boolean, isOff = false) =>
    paintFor({ isTTY }, env, isOff)('bad', 'x') !== 'x';

  it.each<[string, Record<string, string>, boolean, boolean, boolean]>([
    ['a terminal', {}, true, false, true],
    ['no terminal', {}, false, false, false],
    ['NO_COLOR', { NO_COLOR: '1' }, true, false, false],
    ['an empty NO_COLOR, which is none', { NO_COLOR: '' }, true, false, true],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, false, false, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, false, false],
    ['FORCE_COLOR over NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, false, false, true],
    ['--no-color over all', { FORCE_COLOR: '1' }, true, true, false],
    ['a dumb terminal', { TERM: 'dumb' }, true, false, false],
  ])('%s', (_, env, isTTY, isOff, are) => {
    expect(isPainted(env, isTTY, isOff)).toBe(are);
  });

  it('stand on errors and warnings alone', () => {
    let err = '';
    const sink = paintedDiagnostics(
      { write: (text: string) => (err += text) },
      paintFor({ isTTY: true }, {}),
    );
    sink.write('error: no error: here\n');
    sink.write('note: nothing\n');
    expect(err).toBe(`${RED}error:\u001b[0m no error: here\nnote: nothing\n`);
  });

  it.each([
    [['tasks', 'lst'], true],
    [['tasks', 'lst', '--no-color'], false],
    [['--no-color', 'tasks', 'lst'], false],
  ])('%j on a terminal', async (args, are) => {
    let err = '';
    await run(args, {
      open: () => Promise.reject(new Error('opened')),
      stdin: (async function* () {})(),
      stdout: { write: () => {} },
      stderr: { write: (text: string) => (err += text), isTTY: true },
      env: {},
    });
    expect(err.includes(RED)).toBe(are);
    expect(err).toContain("unknown command 'lst'");
  });
});
