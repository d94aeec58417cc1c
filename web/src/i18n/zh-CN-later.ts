import wordsLater from './zh-CN/words-later.ts';
import overviewLater from './zh-CN/overview-later.ts';
import jobsLater from './zh-CN/jobs-later.ts';
import runsLater from './zh-CN/runs-later.ts';
import hostsLater from './zh-CN/hosts-later.ts';
import jobFile from './zh-CN/job-file.ts';
import jobForm from './zh-CN/job-form.ts';
import jobContainer from './zh-CN/job-container.ts';
import jobWork from './zh-CN/job-work.ts';
import runPage from './zh-CN/run-page.ts';
import allRuns from './zh-CN/all-runs.ts';
import backfill from './zh-CN/backfill.ts';
import graph from './zh-CN/graph.ts';
import hooks from './zh-CN/hooks.ts';
import place from './zh-CN/place.ts';
import reports from './zh-CN/reports.ts';
import board from './zh-CN/board.ts';
import timeline from './zh-CN/timeline.ts';
import wall from './zh-CN/wall.ts';
import versions from './zh-CN/versions.ts';
import approvals from './zh-CN/approvals.ts';
import workflowEditor from './zh-CN/workflow-editor.ts';
import workflows from './zh-CN/workflows.ts';
import settings from './zh-CN/settings.ts';
import alerts from './zh-CN/alerts.ts';
import audit from './zh-CN/audit.ts';
import reportMails from './zh-CN/report-mails.ts';
import firstRun from './zh-CN/first-run.ts';
import shortcuts from './zh-CN/shortcuts.ts';
import groupRules from './zh-CN/group-rules.ts';
import calendar from './zh-CN/calendar.ts';

/** The Chinese texts of pages that are opened from another one (`later` in the router). */
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
