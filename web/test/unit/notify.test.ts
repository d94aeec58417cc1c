import { channelBody, channelFaults, channelForm } from '../../src/features/alerts/parts/channel-form.ts';
import { matchOf, ruleFaults, ruleForm, ruleOf } from '../../src/features/alerts/parts/rule-form.ts';
import type { OwnRule } from '../../src/api/notify.ts';
import { equal } from './assert.ts';

const RULE: OwnRule = {
  id: 3,
  name: 'night',
  enabled: true,
  triggers: ['technical_failure', 'missed'],
  threshold: 3,
  channels: [{ channel: 'ops', body_template: '{{task_name}}' }, { type: 'email', recipients: ['a@b.cd'] }],
  count_by: 'job',
  group_by: 'rule',
  repeat: 3600,
  quiet: { timezone: 'Asia/Shanghai', windows: [{ from: '22:00', until: '07:00', days: [1, 2] }] },
  escalation: [
    { after_seconds: 90, channels: [{ channel: 'on-call' }, { type: 'email', recipients: ['c@d.ef'] }] },
    { after_seconds: 3600, channels: [{ channel: 'head', subject_template: '{{task_name}}' }] },
  ],
  match: { group_ids: [2], labels: { team: 'db' }, task_ids: [7], workflow_ids: [3] },
};

Deno.test('notification rules: what is read into the form is written as it was', () => {
  const form = ruleForm(RULE);
  const { id: _, match, ...rule } = RULE;
  equal(ruleOf(form), rule);
  equal(matchOf(form), match);
});

Deno.test('notification rules: what is missing is said at its field', () => {
  const form = ruleForm(null);
  form.triggers = [];
  form.repeat = 'every';
  form.repeatMinutes = '';
  equal(ruleFaults(form), {
    name: 'name',
    triggers: 'triggers',
    repeat: 'number',
    'channels[0].recipients': 'recipients',
  });
});

Deno.test('notification rules: what is watched goes with its trigger, and is written as it was', () => {
  const watch = {
    by: '08:00',
    since: '22:00',
    timezone: 'Asia/Shanghai',
    days: [1, 2],
    running_seconds: 90,
    running_factor: 2.5,
    queue_seconds: 300,
    certificate_days: 14,
    disk_bytes: 5 * (1 << 30),
  };
  const triggers = [
    'did_not_run_by',
    'running_longer_than',
    'queue_waiting',
    'certificate_ending',
    'disk_low',
  ] as const;
  const form = ruleForm({ ...RULE, triggers: [...triggers], watch });
  equal(ruleOf(form).watch, watch);
  equal(ruleFaults(form), {});
  form.triggers = ['not_finished_by'];
  equal(ruleOf(form).watch, { by: '08:00', since: '22:00', timezone: 'Asia/Shanghai', days: [1, 2] });
  form.triggers = ['clock_suspect'];
  equal(ruleOf(form).watch, undefined);
  form.triggers = [...triggers];
  form.watch.by = '';
  form.watch.runningMinutes = '';
  form.watch.runningFactor = '';
  form.watch.diskGigabytes = '';
  equal(ruleFaults(form), { 'watch.by': 'watch', 'watch.running_seconds': 'watch', 'watch.disk_percent': 'watch' });
});

Deno.test('notification rules: a step comes later than the one before, and tells somebody', () => {
  const form = ruleForm(RULE);
  form.steps[0]!.minutes = 0.5;
  form.steps[1]!.minutes = 0.5;
  form.steps[1]!.targets[0]!.channel = '';
  equal(ruleFaults(form), {
    'escalation[0].after_seconds': 'step',
    'escalation[1].after_seconds': 'step',
    'escalation[1].channels[0].recipients': 'recipients',
  });
});

Deno.test('notification channels: a secret that was not typed is not sent', () => {
  const form = channelForm({
    id: 1,
    name: 'hook',
    type: 'webhook',
    enabled: true,
    url: 'https://a/…',
    has_secret: true,
  });
  equal(channelBody(form), { name: 'hook', type: 'webhook', enabled: true, method: 'POST' });
  equal(channelFaults(form, false), {});
  equal(channelFaults(form, true), { url: 'required' });
});
