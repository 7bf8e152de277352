import { expect, test } from 'vitest';
import { QUEUE_NAMES } from '../../../functions/platform/queues.ts';
import { textFiles, textOf } from './pages.ts';

const SOURCE = /^(bench|bin|cli|emails|functions|lib|local|scripts|simulation)\/.*\.ts$/;

/** The text without its comments: prose may name what it likes. */
function codeOf(file: string): string {
  return textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

test('queues are listed once: who needs each of them takes the table', () => {
  const naming = textFiles()
    .filter((file) => SOURCE.test(file))
    .filter((file) => {
      const code = codeOf(file);
      return QUEUE_NAMES.every((queue) => new RegExp(`['\\s]${queue}\\b`).test(code));
    });
  expect(naming).toEqual([
    'functions/platform/queues.ts',
    // What single workers may do, and are told.
    'lib/service-stack.ts',
    // What works each.
    'simulation/engine/deployed-service.ts',
    // Which of them is hit how often.
    'simulation/soak/soak-scenario.ts',
  ]);
});
