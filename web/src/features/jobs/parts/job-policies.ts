import type { BlackoutPolicy, FinePolicies, Misfire, ScheduleType } from '../../../api/types.ts';
import { between, type NumberField, within } from './number-field.ts';

export const RETRY_CAUSES = ['business', 'technical', 'timeout', 'interrupted'] as const;

export const INTERRUPT_WAYS = ['', 'retry', 'fail'] as const;
export const OFFLINE_WAYS = ['run', 'skip', 'run_for'] as const;
export const EDIT_WAYS = ['pinned', 'refuse'] as const;
export const DISABLE_WAYS = ['finish', 'stop'] as const;

/** The policies that few jobs need; each has a usual value (docs/scheduling.md). */
export interface PolicyForm {
  queueLimit: NumberField;
  /** Empty: as many as the host can take in. */
  misfireLimit: NumberField;
  misfireThreshold: NumberField;
  catchUp: NumberField;
  /** Empty: no deadline. */
  startDeadline: NumberField;
  jitter: NumberField;
  retryBackoff: NumberField;
  retryMaxInterval: NumberField;
  retryJitter: NumberField;
  retryOn: string[];
  /** Instants; empty: no limit. */
  notBefore: string;
  notAfter: string;
  /** `HH:MM-HH:MM`; empty: the whole day. */
  window: string;
  /** `NAME`, `NAME:before` or `NAME:after`, with commas between them; empty: none. */
  calendars: string;
  /** Further expressions, and those whose times are left out; one a line. */
  cronExprs: string;
  cronExcept: string;
  /** `NAME:PLACES`; empty: none. */
  pool: string;
  /** Empty: like any other cause of a retry. */
  onInterrupt: (typeof INTERRUPT_WAYS)[number];
  offline: (typeof OFFLINE_WAYS)[number];
  /** Empty, but for `run_for`. */
  offlineMax: NumberField;
  /** Empty: never. */
  pauseAfter: NumberField;
  onEdit: 'pinned' | 'refuse';
  onDisable: 'finish' | 'stop';
}

export const emptyPolicies = (): PolicyForm => ({
  queueLimit: 10,
  misfireLimit: '',
  misfireThreshold: 5,
  catchUp: 3600,
  startDeadline: '',
  jitter: 0,
  retryBackoff: 1,
  retryMaxInterval: 86_400,
  retryJitter: 0,
  retryOn: [...RETRY_CAUSES],
  notBefore: '',
  notAfter: '',
  window: '',
  calendars: '',
  cronExprs: '',
  cronExcept: '',
  pool: '',
  onInterrupt: '',
  offline: 'run',
  offlineMax: '',
  pauseAfter: '',
  onEdit: 'pinned',
  onDisable: 'finish',
});

export function policiesOf(task: FinePolicies): PolicyForm {
  const usual = emptyPolicies();
  return {
    queueLimit: task.queue_limit ?? usual.queueLimit,
    misfireLimit: task.misfire_limit ?? usual.misfireLimit,
    misfireThreshold: task.misfire_threshold_seconds ?? usual.misfireThreshold,
    catchUp: task.catch_up_seconds ?? usual.catchUp,
    startDeadline: task.start_deadline_seconds ?? usual.startDeadline,
    jitter: task.jitter_seconds ?? usual.jitter,
    retryBackoff: task.retry_backoff ?? usual.retryBackoff,
    retryMaxInterval: task.retry_max_interval ?? usual.retryMaxInterval,
    retryJitter: task.retry_jitter ?? usual.retryJitter,
    retryOn: [...task.retry_on ?? usual.retryOn],
    notBefore: task.not_before ?? usual.notBefore,
    notAfter: task.not_after ?? usual.notAfter,
    window: task.window ? `${task.window.from}-${task.window.to}` : usual.window,
    calendars: calendarsText(task.calendars ?? []),
    cronExprs: (task.cron_exprs ?? []).join('\n'),
    cronExcept: (task.cron_except ?? []).join('\n'),
    pool: task.pool ? `${task.pool.name}:${task.pool.places}` : usual.pool,
    onInterrupt: task.on_interrupt ?? usual.onInterrupt,
    offline: task.offline ?? usual.offline,
    offlineMax: task.offline_max_seconds ?? usual.offlineMax,
    pauseAfter: task.pause_after_failures ?? usual.pauseAfter,
    onEdit: task.on_edit_while_running ?? usual.onEdit,
    onDisable: task.on_disable_while_running ?? usual.onDisable,
  };
}

const POLICY_KEYS: [path: string, key: keyof PolicyForm][] = [
  ['queue_limit', 'queueLimit'],
  ['misfire_limit', 'misfireLimit'],
  ['misfire_threshold_seconds', 'misfireThreshold'],
  ['catch_up_seconds', 'catchUp'],
  ['start_deadline_seconds', 'startDeadline'],
  ['jitter_seconds', 'jitter'],
  ['retry_backoff', 'retryBackoff'],
  ['retry_max_interval', 'retryMaxInterval'],
  ['retry_jitter', 'retryJitter'],
  ['retry_on', 'retryOn'],
  ['not_before', 'notBefore'],
  ['not_after', 'notAfter'],
  ['window', 'window'],
  ['calendars', 'calendars'],
  ['cron_exprs', 'cronExprs'],
  ['cron_except', 'cronExcept'],
  ['pool', 'pool'],
  ['on_interrupt', 'onInterrupt'],
  ['offline', 'offline'],
  ['offline_max_seconds', 'offlineMax'],
  ['pause_after_failures', 'pauseAfter'],
  ['on_edit_while_running', 'onEdit'],
  ['on_disable_while_running', 'onDisable'],
];

/** The server's paths of these fields. */
export const POLICY_PATHS: string[] = POLICY_KEYS.map(([path]) => path);

/** What the form holds at each path. */
export const policyValues = (form: PolicyForm): Record<string, unknown> =>
  Object.fromEntries(POLICY_KEYS.map(([path, key]) => [path, form[key]]));

const LIMITS = new Set(['not_before', 'not_after', 'window', 'calendars']);
/** What stands beside a cron expression. */
export const EXPRESSIONS = new Set(['cron_exprs', 'cron_except']);

/**
 * A field left empty is left out, and has the server's usual value; the limit of missed fires belongs to `fire_all`, that of
 * the time without a server to `run_for`, and a start, an end, a window and calendars to schedules that fire again and again.
 */
export function policyBody(form: PolicyForm, misfire: Misfire, schedule: ScheduleType): FinePolicies {
  const fires = schedule === 'cron' || schedule === 'every' || schedule === 'delay';
  const entries = POLICY_KEYS.filter(([path, key]) =>
    form[key] !== '' && (path !== 'misfire_limit' || misfire === 'fire_all') && (fires || !LIMITS.has(path)) &&
    (path !== 'offline_max_seconds' || form.offline === 'run_for') &&
    (schedule === 'cron' || !EXPRESSIONS.has(path))
  );
  const body = Object.fromEntries(entries.map(([path, key]) => [path, form[key]])) as FinePolicies;
  if (body.window) {
    const [from = '', to = ''] = form.window.split('-').map((part) => part.trim());
    body.window = { from, to };
  }
  if (body.calendars) body.calendars = calendarsOf(form.calendars);
  if (body.cron_exprs) body.cron_exprs = lines(form.cronExprs);
  if (body.cron_except) body.cron_except = lines(form.cronExcept);
  if (body.pool) {
    const [name = '', places = ''] = form.pool.split(':');
    body.pool = { name, places: Number(places) };
  }
  // In one order, so that nothing seems to change; causes of newer servers stay.
  const known = new Set<string>(RETRY_CAUSES);
  const causes = [
    ...RETRY_CAUSES.filter((cause) => form.retryOn.includes(cause)),
    ...form.retryOn.filter((cause) => !known.has(cause)),
  ];
  // They exclude each other.
  return {
    ...body,
    retry_on: form.onInterrupt === 'fail' ? causes.filter((cause) => cause !== 'interrupted') : causes,
  };
}

const CLOCK = String.raw`(([01]\d|2[0-3]):[0-5]\d)`;
const WINDOW = new RegExp(String.raw`^${CLOCK}\s*-\s*(${CLOCK}|24:00)$`);
const POOL = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}:([1-9]\d{0,2}|1000)$/;
const CALENDAR = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(:(skip|before|after))?$/;
const parts = (text: string) => text.split(',').map((part) => part.trim()).filter((part) => part !== '');
/** The lines of a text that say something. */
export const lines = (text: string): string[] =>
  text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
const isInstant = (text: string) => /\dT\d.*(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text));

function calendarsText(calendars: NonNullable<FinePolicies['calendars']>): string {
  return calendars.map(({ calendar, on_blackout: way = 'skip' }) => way === 'skip' ? calendar : `${calendar}:${way}`)
    .join(', ');
}

function calendarsOf(text: string): NonNullable<FinePolicies['calendars']> {
  return parts(text).map((part) => {
    const [calendar = '', way = 'skip'] = part.split(':');
    return { calendar, on_blackout: way as BlackoutPolicy };
  });
}

/** Paths whose value is not the usual one. */
export function unusualPolicies(form: PolicyForm): string[] {
  const usual = emptyPolicies();
  return POLICY_KEYS.filter(([, key]) =>
    key === 'retryOn' ? form.retryOn.length !== RETRY_CAUSES.length : form[key] !== usual[key]
  ).map(([path]) => path);
}

/** What is wrong with them, as keys of `fault`. */
export function checkPolicies(
  form: PolicyForm & { misfire: Misfire; retryCount: NumberField },
): Record<string, string> {
  const faults: Record<string, string> = {};
  const check = (path: string, good: boolean, fault: string) => {
    if (!good) faults[path] = fault;
  };
  check('queue_limit', between(form.queueLimit, 1, 100), 'hundred');
  check(
    'misfire_limit',
    form.misfire !== 'fire_all' || form.misfireLimit === '' || between(form.misfireLimit, 1, 1000),
    'thousand',
  );
  check('misfire_threshold_seconds', within(form.misfireThreshold, 1, 3600), 'hour');
  check('catch_up_seconds', within(form.catchUp, 10, 31_536_000), 'catchUp');
  check('start_deadline_seconds', form.startDeadline === '' || between(form.startDeadline, 1, 604_800), 'week');
  check('jitter_seconds', within(form.jitter, 0, 3600), 'jitter');
  check('retry_backoff', within(form.retryBackoff, 1, 10), 'factor');
  check('retry_max_interval', between(form.retryMaxInterval, 1, 86_400), 'day');
  check('retry_jitter', between(form.retryJitter, 0, 100), 'percent');
  for (const [path, text] of [['not_before', form.notBefore], ['not_after', form.notAfter]] as const) {
    check(path, text === '' || isInstant(text), 'instant');
  }
  check('window', form.window === '' || WINDOW.test(form.window), 'window');
  check('calendars', parts(form.calendars).every((part) => CALENDAR.test(part)), 'calendars');
  check('cron_exprs', lines(form.cronExprs).length <= 10, 'ten');
  check('cron_except', lines(form.cronExcept).length <= 10, 'ten');
  check('pool', form.pool === '' || POOL.test(form.pool), 'pool');
  check('offline_max_seconds', form.offline !== 'run_for' || between(form.offlineMax, 60, 31_536_000), 'offline');
  check('pause_after_failures', form.pauseAfter === '' || between(form.pauseAfter, 1, 1000), 'thousand');
  check('retry_on', !form.retryCount || form.retryOn.length > 0, 'causes');
  return faults;
}
