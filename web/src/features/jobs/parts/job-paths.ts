import { DEPENDENCY_PATHS, dependencyValues } from './job-dependencies.ts';
import { CONTAINER_PATHS, containerValues } from './job-container.ts';
import { WORK_PATHS, workValues } from './job-work.ts';
import type { JobForm } from './job-form.ts';
import { PLACE_PATHS, placeValues } from './job-placement.ts';
import { POLICY_PATHS, policyValues } from './job-policies.ts';
import { SCRIPT_PATHS, scriptValues } from './job-script.ts';

/** What the form holds at a path, as text: an error at the path is about this value and no other. */
export function valueAt(form: JobForm, path: string): string {
  const fields: Record<string, unknown> = {
    name: form.name,
    description: form.description,
    labels: form.labels,
    'executor_config.command': [form.command, form.argumentLines],
    'executor_config.work_dir': form.workDir,
    'executor_config.env': form.env,
    'executor_config.url': form.url,
    'executor_config.method': form.method,
    'executor_config.headers': form.headers,
    'executor_config.outputs': form.outputs,
    'executor_config.body': form.body,
    'executor_config.expected_status': form.expected,
    cron_expr: [form.schedule, form.cron, form.timezone],
    timezone: [form.schedule, form.timezone],
    dst: form.dst,
    every_seconds: [form.schedule, form.everyCount, form.everyUnit],
    delay_seconds: [form.schedule, form.everyCount, form.everyUnit],
    once_at: [form.schedule, form.onceLocal, form.timezone],
    timeout: form.timeout,
    retry_count: form.retryCount,
    retry_interval: form.retryInterval,
    concurrency: form.concurrency,
    overlap: form.overlap,
    misfire: form.misfire,
    ...dependencyValues(form),
    ...policyValues(form),
    ...scriptValues(form),
    ...workValues(form),
    ...containerValues(form),
    parameters: form.parameters,
    group_ids: form.groupIds,
    ...placeValues(form.place),
    two_person: form.twoPerson,
    task_notify: form.notify,
  };
  return JSON.stringify(fields[path]);
}

/** Paths that have a field in the form. */
export const PATHS = [
  'name',
  'description',
  'labels',
  'executor_config.command',
  'executor_config.work_dir',
  'executor_config.env',
  'executor_config.url',
  'executor_config.method',
  'executor_config.headers',
  'executor_config.outputs',
  'executor_config.body',
  'executor_config.expected_status',
  'cron_expr',
  'timezone',
  'dst',
  'every_seconds',
  'delay_seconds',
  'once_at',
  'timeout',
  'retry_count',
  'retry_interval',
  'concurrency',
  'overlap',
  'misfire',
  ...DEPENDENCY_PATHS,
  ...POLICY_PATHS,
  ...SCRIPT_PATHS,
  'parameters',
  ...WORK_PATHS,
  ...CONTAINER_PATHS,
  'group_ids',
  'two_person',
  ...PLACE_PATHS,
  'task_notify',
];

/**
 * The form's field for a path of the server's details: `/executor_config/env/A`, `executor_config.env.A` and `env.A`
 * all mean the environment. Undefined for a path without a field.
 */
export function fieldOf(path: string): string | undefined {
  const steps = path.replace(/[/[]/g, '.').replace(/\]/g, '').split('.').filter(Boolean);
  if (steps[0] === 'expr') return 'cron_expr';
  for (let length = steps.length; length > 0; length -= 1) {
    const prefix = steps.slice(0, length).join('.');
    const found = PATHS.find((known) => known === prefix || known === `executor_config.${prefix}`);
    if (found) return found;
  }
  return undefined;
}
