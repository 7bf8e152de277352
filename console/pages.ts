import type { PageKind } from './console.ts';
import { calendarPage } from './pages/calendar.ts';
import { holdPage } from './pages/hold.ts';
import { holdsPage } from './pages/holds.ts';
import { lettersPage } from './pages/letters.ts';
import { mailPage, mailsPage } from './pages/mails.ts';
import { overviewPage } from './pages/overview.ts';
import { policiesPage } from './pages/policies.ts';
import { policyDiffPage, policyHistoryPage } from './pages/policy-history.ts';
import { previewPage } from './pages/preview.ts';
import { rolloutPage } from './pages/rollout.ts';
import {
  generatorsPage,
  listingsPage,
  oopsPage,
  peoplePage,
  queuesPage,
  runsPage,
  webhooksPage,
  workPage,
} from './pages/service.ts';
import { taskPage } from './pages/task.ts';
import { tasksPage } from './pages/tasks.ts';
import { undoPage } from './pages/undo.ts';

/** All pages of the console, those of the menu in its order. */
export const PAGES: readonly PageKind[] = [
  ...[overviewPage, calendarPage, tasksPage, holdsPage, policiesPage, rolloutPage, undoPage, mailsPage],
  ...[peoplePage, runsPage, queuesPage, oopsPage, generatorsPage, listingsPage, webhooksPage, workPage],
  ...[taskPage, holdPage, mailPage, lettersPage, previewPage, policyHistoryPage, policyDiffPage],
];
