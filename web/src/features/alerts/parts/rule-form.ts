import type { Match, NotifyRule, QuietWindow, Target, Trigger, Watch } from '../../../api/notify.ts';
import { readerZone } from '../../../lib/time.ts';
import { addresses } from './channel-form.ts';

export interface TargetDraft {
  /** Tells rows apart while they come and go. */
  key: number;
  /** A channel's name; '' sends e-mail to the recipients by the first e-mail channel. */
  channel: string;
  recipients: string;
  subject: string;
  body: string;
}

export interface WindowDraft {
  key: number;
  from: string;
  until: string;
  days: number[];
}

/** Who is told as well, after so many minutes. */
export interface StepDraft {
  key: number;
  minutes: number | '';
  targets: TargetDraft[];
}

/** What is watched, as it is typed; `''` is nothing. */
export interface WatchDraft {
  by: string;
  since: string;
  zone: string;
  days: number[];
  runningMinutes: number | '';
  runningFactor: number | '';
  queueMinutes: number | '';
  certificateDays: number | '';
  diskPercent: number | '';
  diskGigabytes: number | '';
}

/** A rule as it is typed. */
export interface RuleForm {
  name: string;
  enabled: boolean;
  triggers: Trigger[];
  threshold: number | '';
  countBy: 'host' | 'job';
  groupBy: 'job' | 'host' | 'rule';
  repeat: '' | 'each' | 'never' | 'every';
  repeatMinutes: number | '';
  targets: TargetDraft[];
  zone: string;
  windows: WindowDraft[];
  steps: StepDraft[];
  watch: WatchDraft;
  groups: number[];
  labels: string;
  jobs: number[];
  workflows: number[];
}

let keys = 0;

export const targetDraft = (target?: Target): TargetDraft => ({
  key: ++keys,
  channel: target?.channel ?? '',
  recipients: (target?.recipients ?? []).join(', '),
  subject: target?.subject_template ?? '',
  body: target?.body_template ?? '',
});

export const windowDraft = (window?: QuietWindow): WindowDraft => ({
  key: ++keys,
  from: window?.from ?? '22:00',
  until: window?.until ?? '07:00',
  days: [...window?.days ?? []],
});

export const stepDraft = (step?: { after_seconds: number; channels: Target[] }, minutes = 15): StepDraft => ({
  key: ++keys,
  minutes: step ? step.after_seconds / 60 : minutes,
  targets: (step?.channels ?? [undefined]).map((target) => targetDraft(target)),
});

const GIGABYTE = 1 << 30;
const whenGiven = (value: number | undefined, unit: number): number | '' => value === undefined ? '' : value / unit;

const watchDraft = (watch: Watch | undefined): WatchDraft => ({
  by: watch?.by ?? '08:00',
  since: watch?.since ?? '00:00',
  zone: watch?.timezone ?? readerZone(),
  days: [...watch?.days ?? []],
  runningMinutes: whenGiven(watch?.running_seconds, 60),
  runningFactor: whenGiven(watch?.running_factor, 1),
  queueMinutes: whenGiven(watch?.queue_seconds, 60),
  certificateDays: watch?.certificate_days ?? 30,
  diskPercent: watch && watch.disk_percent === undefined && watch.disk_bytes !== undefined
    ? ''
    : watch?.disk_percent ?? 10,
  diskGigabytes: whenGiven(watch?.disk_bytes, GIGABYTE),
});

const seconds = (minutes: number): number => Math.round(minutes * 60);

/** What the rule's triggers go by, and nothing else. */
function watchOf({ triggers, watch }: RuleForm): Watch {
  const has = (...names: Trigger[]) => names.some((name) => triggers.includes(name));
  return {
    ...(has('did_not_run_by', 'not_finished_by')
      ? { by: watch.by, since: watch.since, timezone: watch.zone.trim(), days: watch.days }
      : {}),
    ...(has('running_longer_than') && watch.runningMinutes !== ''
      ? { running_seconds: seconds(watch.runningMinutes) }
      : {}),
    ...(has('running_longer_than') && watch.runningFactor !== '' ? { running_factor: watch.runningFactor } : {}),
    ...(has('queue_waiting') && watch.queueMinutes !== '' ? { queue_seconds: seconds(watch.queueMinutes) } : {}),
    ...(has('certificate_ending') && watch.certificateDays !== '' ? { certificate_days: watch.certificateDays } : {}),
    ...(has('disk_low') && watch.diskPercent !== '' ? { disk_percent: watch.diskPercent } : {}),
    ...(has('disk_low') && watch.diskGigabytes !== ''
      ? { disk_bytes: Math.round(watch.diskGigabytes * GIGABYTE) }
      : {}),
  };
}

export function ruleForm(rule: (NotifyRule & { match?: Match }) | null): RuleForm {
  const repeat = rule?.repeat;
  return {
    name: rule?.name ?? '',
    enabled: rule?.enabled ?? true,
    triggers: [...rule?.triggers ?? ['technical_failure', 'timeout'] as const],
    threshold: rule?.threshold ?? 1,
    countBy: rule?.count_by ?? 'host',
    groupBy: rule?.group_by ?? 'job',
    repeat: typeof repeat === 'number' ? 'every' : repeat ?? '',
    repeatMinutes: typeof repeat === 'number' ? repeat / 60 : 60,
    targets: (rule?.channels ?? [undefined]).map((target) => targetDraft(target)),
    zone: rule?.quiet?.timezone ?? readerZone(),
    windows: (rule?.quiet?.windows ?? []).map((window) => windowDraft(window)),
    steps: (rule?.escalation ?? []).map((step) => stepDraft(step)),
    watch: watchDraft(rule?.watch),
    groups: [...rule?.match?.group_ids ?? []],
    labels: Object.entries(rule?.match?.labels ?? {}).map(([name, value]) => `${name}=${value}`).join(', '),
    jobs: [...rule?.match?.task_ids ?? []],
    workflows: [...rule?.match?.workflow_ids ?? []],
  };
}

export function targetOf(draft: TargetDraft): Target {
  const recipients = addresses(draft.recipients);
  return {
    ...(draft.channel ? { channel: draft.channel } : { type: 'email' as const }),
    ...(recipients.length ? { recipients } : {}),
    ...(draft.subject.trim() ? { subject_template: draft.subject } : {}),
    ...(draft.body.trim() ? { body_template: draft.body } : {}),
  };
}

export function ruleOf(form: RuleForm): NotifyRule {
  const watch = watchOf(form);
  return {
    name: form.name.trim(),
    enabled: form.enabled,
    triggers: form.triggers,
    threshold: Number(form.threshold),
    channels: form.targets.map(targetOf),
    count_by: form.countBy,
    group_by: form.groupBy,
    ...(form.repeat === 'every' ? { repeat: Math.round(Number(form.repeatMinutes) * 60) } : {}),
    ...(form.repeat === 'each' || form.repeat === 'never' ? { repeat: form.repeat } : {}),
    ...(form.windows.length
      ? {
        quiet: {
          timezone: form.zone.trim(),
          windows: form.windows.map(({ from, until, days }) => ({ from, until, ...(days.length ? { days } : {}) })),
        },
      }
      : {}),
    ...(form.steps.length
      ? {
        escalation: form.steps.map((step) => ({
          after_seconds: Math.round(Number(step.minutes) * 60),
          channels: step.targets.map(targetOf),
        })),
      }
      : {}),
    ...(Object.keys(watch).length ? { watch } : {}),
  };
}

export function matchOf(form: RuleForm): Match {
  const pairs = addresses(form.labels).map((text): [string, string] => {
    const at = text.indexOf('=');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    group_ids: form.groups,
    labels: Object.fromEntries(pairs),
    task_ids: form.jobs,
    workflow_ids: form.workflows,
  };
}

const whole = (value: number | ''): boolean => value !== '' && Number.isInteger(value) && value > 0;

/** What can be said without the server: paths of the server, and keys of `alert.missing`. */
export function ruleFaults(
  form: RuleForm,
): Record<string, 'name' | 'triggers' | 'channels' | 'recipients' | 'number' | 'step' | 'watch'> {
  const faults: ReturnType<typeof ruleFaults> = {};
  if (!form.name.trim()) faults.name = 'name';
  if (!form.triggers.length) faults.triggers = 'triggers';
  if (!whole(form.threshold)) faults.threshold = 'number';
  if (form.repeat === 'every' && !whole(form.repeatMinutes)) faults.repeat = 'number';
  if (!form.targets.length) faults.channels = 'channels';
  form.targets.forEach((target, index) => {
    if (!target.channel && !addresses(target.recipients).length) faults[`channels[${index}].recipients`] = 'recipients';
  });
  const { watch } = form;
  const lacks = (name: Trigger, ...values: (number | '' | string)[]) =>
    form.triggers.includes(name) && values.every((value) => value === '');
  if (lacks('did_not_run_by', watch.by) || lacks('not_finished_by', watch.by)) faults['watch.by'] = 'watch';
  if (lacks('running_longer_than', watch.runningMinutes, watch.runningFactor)) {
    faults['watch.running_seconds'] = 'watch';
  }
  if (lacks('queue_waiting', watch.queueMinutes)) faults['watch.queue_seconds'] = 'watch';
  if (lacks('certificate_ending', watch.certificateDays)) faults['watch.certificate_days'] = 'watch';
  if (lacks('disk_low', watch.diskPercent, watch.diskGigabytes)) faults['watch.disk_percent'] = 'watch';
  form.steps.forEach((step, index) => {
    const before = index ? Number(form.steps[index - 1]!.minutes) : 0;
    if (!(Number(step.minutes) >= 1 && Number(step.minutes) <= 10_080 && Number(step.minutes) > before)) {
      faults[`escalation[${index}].after_seconds`] = 'step';
    }
    step.targets.forEach((target, place) => {
      if (target.channel || addresses(target.recipients).length) return;
      faults[`escalation[${index}].channels[${place}].recipients`] = 'recipients';
    });
  });
  return faults;
}

/** What a template may say; the server refuses anything else and names these. */
export const VARIABLES = [
  'task_name',
  'task_id',
  'execution_status',
  'execution_start_time',
  'execution_end_time',
  'execution_duration',
  'threshold_count',
  'execution_log_tail',
  'trigger',
  'rule',
  'count',
  'since',
  'host',
  'hosts',
  'hosts_count',
  'exit_code',
  'reason',
  'run_id',
  'execution_id',
  'recovered',
  'escalation',
  'silenced_count',
  'same_failure',
  'failure',
  'seen_before',
  'request',
  'detail',
  'url',
] as const;
