import { fromWallClock, isZone } from '../../../lib/time.ts';
import { checkDependencies } from './job-dependencies.ts';
import { parametersFault } from './job-parameters.ts';
import { checkContainer } from './job-container.ts';
import { checkWork } from './job-work.ts';
import type { JobForm, Pair } from './job-form.ts';
import { checkPlace } from './job-placement.ts';
import { checkPolicies } from './job-policies.ts';
import { checkScript, numbers } from './job-script.ts';
import { between } from './number-field.ts';
import { pairFault } from './pairs.ts';

/** Keys are the server's field paths, values keys of `fault`. */
export type FormErrors = Record<string, string>;

function isUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** Names with values that become one record, by the kind of job. */
const PAIRS: Record<string, (form: JobForm) => [string, Pair[]]> = {
  shell: (form) => ['env', form.env],
  container: (form) => ['env', form.env],
  http: (form) => ['headers', form.headers],
  plugin: (form) => ['parameters', form.pluginValues],
};

/** What can be said without the server; it has the last word. */
export function validate(form: JobForm, now: number): FormErrors {
  const errors: FormErrors = {};
  const check = (path: string, good: boolean, error: string) => {
    if (!good) errors[path] ??= error;
  };
  check('name', form.name.trim() !== '', 'required');
  check('name', form.name.trim().length <= 128, 'tooLong');
  check('description', form.description.trim().length <= 512, 'tooLongText');
  const labelFault = pairFault(form.labels);
  if (labelFault) check('labels', false, labelFault);
  const [place, pairs] = PAIRS[form.executor]?.(form) ?? ['', []];
  const fault = pairFault(pairs);
  if (fault) check(`executor_config.${place}`, false, fault);
  if (form.executor === 'shell') {
    check('executor_config.command', form.command.trim() !== '', 'required');
    for (const [path, wrong] of Object.entries(checkScript(form))) check(path, false, wrong);
  } else if (form.executor === 'http') {
    check('executor_config.url', form.url.trim() !== '', 'required');
    check('executor_config.url', isUrl(form.url.trim()), 'url');
    check('executor_config.expected_status', numbers(form.expected).every((n) => between(n, 100, 599)), 'statusCodes');
    const outputs = pairFault(form.outputs);
    if (outputs) check('executor_config.outputs', false, outputs);
    const named = form.outputs.filter(({ key }) => key.trim());
    check('executor_config.outputs', named.every(({ key }) => /^[A-Za-z_]\w{0,63}$/.test(key.trim())), 'outputName');
    check('executor_config.outputs', named.every(({ value }) => value === '' || value.startsWith('/')), 'pointer');
  }
  if (form.executor === 'builtin' && form.builtin === 'check_http') {
    check('executor_config.url', isUrl(form.url.trim()), 'url');
    check('executor_config.expected_status', numbers(form.expected).every((n) => between(n, 100, 599)), 'statusCodes');
  }
  const work = form.executor === 'container' ? checkContainer(form) : checkWork(form);
  for (const [path, wrong] of Object.entries(work)) check(path, false, wrong);
  const declared = parametersFault(form.parameters);
  if (declared) check('parameters', false, declared);
  if (form.schedule === 'cron') check('cron_expr', form.cron.trim() !== '', 'required');
  if (form.schedule === 'delay') check('delay_seconds', form.everyCount !== '' && form.everyCount > 0, 'positive');
  if (form.schedule === 'every') check('every_seconds', form.everyCount !== '' && form.everyCount > 0, 'positive');
  const isRead = form.schedule === 'cron' || form.schedule === 'once' || Boolean(form.window || form.calendars);
  if (isRead && form.schedule !== 'manual') check('timezone', isZone(form.timezone.trim()), 'zone');
  if (form.schedule === 'once') {
    const at = fromWallClock(form.onceLocal, form.timezone);
    check('once_at', at !== null, 'required');
    check('once_at', at === null || at > now, 'past');
  }
  check('timeout', form.timeout === 0 || between(form.timeout, 10, 604_800), 'timeout');
  check('retry_count', between(form.retryCount, 0, 10), 'retries');
  check('retry_interval', between(form.retryInterval, 1, 3600), 'hour');
  check('concurrency', between(form.concurrency, 1, 100), 'hundred');
  for (const [path, wrong] of Object.entries({ ...checkDependencies(form), ...checkPolicies(form) })) {
    check(path, false, wrong);
  }
  check('group_ids', form.groupIds.length > 0, 'groups');
  for (const [path, wrong] of Object.entries(checkPlace(form))) check(path, false, wrong);
  return errors;
}
