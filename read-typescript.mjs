// Lets what is imported after this be TypeScript. From version 24 on Node reads the types itself, and faster than code that it is
// given in another form.
const readsTypes = process.features.typescript && Number.parseInt(process.versions.node, 10) >= 24;
if (!readsTypes) {
  const { register } = await import('tsx/esm/api');
  register();
}
