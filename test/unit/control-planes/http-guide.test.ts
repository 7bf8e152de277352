import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { readPage } from '../../../functions/control-planes/http/read-tasks.ts';
import { controlPlaneSettings } from '../../../functions/platform/control-plane-settings.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', '..', '..', path), 'utf8');
const GUIDE = read('docs/connect/http.md');

function samples(language: string): string[] {
  return [...GUIDE.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, named]) => named === language)
    .map(([, , text = '']) => text);
}

describe('the guide to HTTP', () => {
  it('verifies signatures as the servers do that are tried', () => {
    const [typescript = ''] = samples('ts');
    const [python = ''] = samples('python');
    expect(typescript.split('\n').length).toBeLessThanOrEqual(11);
    expect(python.split('\n').length).toBeLessThanOrEqual(11);
    expect(read('examples/control-plane-http/signature.ts')).toContain(typescript);
    expect(read('examples/control-plane-http-python/server.py')).toContain(python);
  });

  it('shows a page that is taken, and a configuration', () => {
    const [page = '', , configuration = ''] = samples('json');
    const place = { prefix: 'jobs/prod/', dataPlane: 'eu-1', now: Date.UTC(2026, 1, 2) };
    expect(readPage(JSON.parse(page), place)).toMatchObject({
      tasks: [{ id: 'jobs/prod/payments/ledger-export', lastPrimaryAt: Date.UTC(2026, 0, 7, 22, 13, 9) }],
      refused: [],
      cursor: null,
    });
    const { controlPlanes } = JSON.parse(configuration);
    expect(z.parse(controlPlaneSettings, controlPlanes[0])).toMatchObject({ type: 'http', pageSize: 1_000 });
  });
});
