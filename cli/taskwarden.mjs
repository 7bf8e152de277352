#!/usr/bin/env node
import '../read-typescript.mjs';

await import('./taskwarden.ts');
