import type { Generator } from './generator.ts';
import { listingsGenerator } from './generators/listings.ts';
import { officesGenerator } from './generators/offices.ts';
import { operatorWorkGenerator } from './generators/operator-work.ts';
import { operatorsGenerator } from './generators/operators.ts';

/** The sources of work beside the steps of a tick. */
export const GENERATORS: readonly Generator[] = [
  operatorsGenerator,
  operatorWorkGenerator,
  listingsGenerator,
  officesGenerator,
];
