import { defineConfig } from 'vitest/config';

/** They replace modules, or what clients of the SDK send, which must not last beyond them. */
export const ALONE = [
  'test/unit/disabling/{disabler-handler,refused}.test.ts',
  'test/unit/scanner/scanner-handler.test.ts',
  'test/unit/notices/send/notifier-handler.test.ts',
  'test/unit/notices/feedback/mail-events-handler.test.ts',
  'test/security/mail-uns*.test.ts',
  'test/security/mail-unw*.test.ts',
  'test/unit/notices/render/mail-unwritable.test.ts',
  'test/unit/platform/aws-*.test.ts',
  'test/unit/breaker/aws-worker-control.test.ts',
  'test/unit/cli/{alarms,aws-stage,doctor}.test.ts',
];

/** What needs an emulator, a browser or Java. */
const ELSEWHERE = ['test/local/**', 'test/localstack/**', 'test/browser/**', 'test/kafka-connect/**'];

/** All that needs neither an emulator nor Java. Files share a worker and the code it loaded: loading it anew for each takes long. */
export default defineConfig({
  test: {
    globalSetup: 'test/temporary-folder.ts',
    // One core less by default, which on a machine of two is half of it.
    maxWorkers: '100%',
    // The seeds of the long suites take seconds; a machine that does eight other things takes minutes.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...ELSEWHERE, ...ALONE],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});
