import type { Aggregation } from './aggregation.ts';
import { episodesAggregation } from './aggregations/episodes.ts';
import { mailsAggregation } from './aggregations/mails.ts';
import { offAggregation } from './aggregations/off.ts';
import { tasksAggregation } from './aggregations/tasks.ts';

/** All that is counted day by day. */
export const AGGREGATIONS: readonly Aggregation[] = [
  tasksAggregation,
  episodesAggregation,
  offAggregation,
  mailsAggregation,
];
