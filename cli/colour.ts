import type { Sink } from './sink.ts';

/** What a colour says: something is wrong, stands still or is near, is well, or matters less. */
export type Tone = 'bad' | 'warn' | 'good' | 'faint';

/** Gives a text its colour where there are colours. The text is safe and has its width already. */
export type Paint = (tone: Tone | undefined, text: string) => string;

const CODES: Record<Tone, number> = { bad: 31, warn: 33, good: 32, faint: 2 };

export const PLAIN: Paint = (_, text) => text;

const COLOURED: Paint = (tone, text) =>
  tone === undefined || text === '' ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`;

/**
 * The one place that knows whether there are colours: never with `--no-color`; then `FORCE_COLOR` decides, then `NO_COLOR`
 * (https://no-color.org), then whether a terminal reads.
 *
 * @param isOff whether `--no-color` was given
 */
export function paintFor(
  sink: Pick<Sink, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
  isOff = false,
): Paint {
  if (isOff) return PLAIN;
  const { FORCE_COLOR: force, NO_COLOR: none, TERM: terminal } = env;
  if (force !== undefined && force !== '') return ['0', 'false'].includes(force) ? PLAIN : COLOURED;
  if (none || terminal === 'dumb') return PLAIN;
  return sink.isTTY === true ? COLOURED : PLAIN;
}

/** Standard error whose errors and warnings have their colour. */
export function paintedDiagnostics(sink: Sink, paint: Paint): Sink {
  const painted = (text: string) =>
    text.replace(/^(error|warning):/gm, (word) => paint(word === 'error:' ? 'bad' : 'warn', word));
  return { isTTY: sink.isTTY, columns: sink.columns, write: (text) => sink.write(painted(text)) };
}
