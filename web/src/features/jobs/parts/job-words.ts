import { diffLines } from '../../../lib/diff.ts';
import type { JobForm } from './job-form.ts';
import { PATHS, valueAt } from './job-paths.ts';

/** What the fields of a job are called, by the server's paths; deeper paths have the name of their field. */
export const FIELD_LABELS: Record<string, string> = {
  name: 'job.name',
  description: 'job.description',
  labels: 'job.labels',
  'executor_config.command': 'form.command',
  'executor_config.work_dir': 'form.workDir',
  'executor_config.env': 'form.env',
  'executor_config.url': 'audit.url',
  'executor_config.method': 'form.method',
  'executor_config.headers': 'form.headers',
  'executor_config.body': 'form.body',
  'executor_config.expected_status': 'form.expected',
  'executor_config.interpreter': 'script.interpreter',
  'executor_config.interpreter_args': 'script.args',
  'executor_config.success_codes': 'script.codes',
  'executor_config.umask': 'script.umask',
  'executor_config.nice': 'script.nice',
  'executor_config.scratch_dir': 'script.scratch',
  'executor_config.leave_processes': 'script.leave',
  'executor_config.plugin': 'work.plugin',
  'executor_config.parameters': 'work.values',
  'executor_config.connection': 'work.connection',
  'executor_config.statements': 'work.statements',
  'executor_config.row_limit': 'work.rowLimit',
  'executor_config.builtin': 'work.builtin',
  'executor_config.path': 'work.path',
  'executor_config.older_than_days': 'work.olderThan',
  'executor_config.pattern': 'work.pattern',
  'executor_config.dry_run': 'work.dryRun',
  'executor_config.host': 'work.host',
  'executor_config.port': 'work.port',
  'executor_config.min_free_percent': 'work.leastFree',
  parameters: 'param.title',
  cron_expr: 'form.cron',
  timezone: 'field.zone',
  dst: 'form.dst',
  every_seconds: 'form.every',
  delay_seconds: 'form.delay',
  once_at: 'form.onceAt',
  timeout: 'form.timeout',
  retry_count: 'form.retries',
  retry_interval: 'form.retryInterval',
  concurrency: 'form.concurrency',
  overlap: 'form.overlap',
  misfire: 'form.misfire',
  queue_limit: 'policy.queueLimit',
  misfire_limit: 'policy.misfireLimit',
  misfire_threshold_seconds: 'policy.threshold',
  catch_up_seconds: 'policy.catchUp',
  start_deadline_seconds: 'policy.startDeadline',
  jitter_seconds: 'policy.jitter',
  retry_backoff: 'policy.backoff',
  retry_max_interval: 'policy.longest',
  retry_jitter: 'policy.retryJitter',
  retry_on: 'policy.retryOn',
  not_before: 'policy.notBefore',
  not_after: 'policy.notAfter',
  window: 'policy.window',
  calendars: 'policy.calendars',
  cron_exprs: 'policy.cronExprs',
  cron_except: 'policy.cronExcept',
  pool: 'policy.pool',
  pause_after_failures: 'policy.pauseAfter',
  on_edit_while_running: 'policy.onEdit',
  on_disable_while_running: 'policy.onDisable',
  dependencies: 'dep.formTitle',
  group_ids: 'job.groups',
  task_notify: 'notify.title',
};

/** One line of what somebody else has changed; `name` stands where a field begins. */
export interface FieldLine {
  sign: ' ' | '-' | '+';
  name: string;
  text: string;
}

/** Composed values (a schedule with its zone, pairs, rules) as one text. */
function textOf(json: string | undefined): string {
  const value: unknown = json === undefined ? '' : JSON.parse(json);
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((part) => typeof part !== 'object')) return value.join(' ');
  return JSON.stringify(value);
}

/** The fields in which two forms are not the same, line by line. */
export function formChanges(before: JobForm, after: JobForm, word: (key: string) => string): FieldLine[] {
  const lines: FieldLine[] = [];
  for (const path of PATHS) {
    const [old, now] = [valueAt(before, path), valueAt(after, path)];
    const label = FIELD_LABELS[path];
    if (old === now || !label) continue;
    const name = word(label);
    diffLines(textOf(old), textOf(now)).forEach((line, index) => {
      lines.push({ ...line, name: index === 0 || line.sign !== ' ' ? name : '' });
    });
  }
  return lines;
}
