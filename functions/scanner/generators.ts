import type { Generator } from './generator.ts';
import { factsGenerator } from './generators/facts.ts';
import { garbageGenerator } from './generators/garbage.ts';
import { listingsGenerator } from './generators/listings.ts';
import { officesGenerator } from './generators/offices.ts';
import { operatorWorkGenerator } from './generators/operator-work.ts';
import { operatorsGenerator } from './generators/operators.ts';
import { reportsGenerator } from './generators/reports.ts';
import { webhooksGenerator } from './generators/webhooks.ts';

/** The sources of work beside the steps of a tick. */
export const GENERATORS: readonly Generator[] = [
  operatorsGenerator,
  operatorWorkGenerator,
  listingsGenerator,
  factsGenerator,
  reportsGenerator,
  webhooksGenerator,
  officesGenerator,
  garbageGenerator,
];
