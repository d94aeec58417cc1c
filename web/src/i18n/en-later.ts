import wordsLater from './en/words-later.ts';
import overviewLater from './en/overview-later.ts';
import jobsLater from './en/jobs-later.ts';
import runsLater from './en/runs-later.ts';
import hostsLater from './en/hosts-later.ts';
import jobFile from './en/job-file.ts';
import jobForm from './en/job-form.ts';
import jobContainer from './en/job-container.ts';
import jobWork from './en/job-work.ts';
import runPage from './en/run-page.ts';
import allRuns from './en/all-runs.ts';
import backfill from './en/backfill.ts';
import graph from './en/graph.ts';
import hooks from './en/hooks.ts';
import place from './en/place.ts';
import reports from './en/reports.ts';
import board from './en/board.ts';
import timeline from './en/timeline.ts';
import wall from './en/wall.ts';
import versions from './en/versions.ts';
import approvals from './en/approvals.ts';
import workflowEditor from './en/workflow-editor.ts';
import workflows from './en/workflows.ts';
import settings from './en/settings.ts';
import alerts from './en/alerts.ts';
import audit from './en/audit.ts';
import reportMails from './en/report-mails.ts';
import firstRun from './en/first-run.ts';
import shortcuts from './en/shortcuts.ts';
import groupRules from './en/group-rules.ts';
import calendar from './en/calendar.ts';

/** The English texts of the same pages as in `zh-CN-later.ts`. */
export default {
  ...wordsLater,
  ...overviewLater,
  ...jobsLater,
  ...runsLater,
  ...hostsLater,
  ...jobFile,
  ...jobForm,
  ...jobContainer,
  ...jobWork,
  ...runPage,
  ...allRuns,
  ...backfill,
  ...graph,
  ...hooks,
  ...place,
  ...reports,
  ...settings,
  ...alerts,
  ...audit,
  ...reportMails,
  ...firstRun,
  ...shortcuts,
  ...groupRules,
  ...calendar,
  ...board,
  ...timeline,
  ...wall,
  ...versions,
  ...approvals,
  ...workflowEditor,
  ...workflows,
};
