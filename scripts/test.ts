import { conclude, runVitest } from './vitest-run.ts';

conclude(await runVitest(process.argv.slice(2)));
