import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { synthesizedResources } from '../../lib/synthesize.ts';
import { LEAST } from './synth.ts';

it('what would be deployed is read without a folder that stays', () => {
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-synth-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const resources = Object.values(synthesizedResources(parseConfig('dev', LEAST)));
  expect(resources.map(({ Type }) => Type)).toContain('AWS::SQS::Queue');
  expect(readdirSync(folder)).toEqual([]);
});
