// As `cli/taskwarden.mjs` does for the process.
const readsTypes = process.features.typescript && Number.parseInt(process.versions.node, 10) >= 24;
if (!readsTypes) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import('./side-thread.ts');
