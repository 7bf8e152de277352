import { register } from 'tsx/esm/api';

register();
await import('./side-thread.ts');
