import '../../read-typescript.mjs';

await import('./side-thread.ts');
