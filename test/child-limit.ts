/**
 * For children that a test waits for without letting go of the process: while it waits the runner's own time limit cannot
 * end the test.
 */
export const CHILD_LIMIT = { timeout: 100_000, killSignal: 'SIGKILL' } as const;
