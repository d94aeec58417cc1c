import { type CronPlan, planAs, planOf, planText } from '../../src/features/jobs/parts/cron-plan.ts';
import { equal } from './assert.ts';

Deno.test('cron builder: what it writes it reads again', () => {
  const plans: [string, CronPlan][] = [
    ['* * * * *', { kind: 'minutes', every: 1 }],
    ['*/15 * * * *', { kind: 'minutes', every: 15 }],
    ['7 * * * *', { kind: 'hourly', minute: 7 }],
    ['30 1 * * *', { kind: 'daily', time: '01:30' }],
    ['0 9 * * 1-5', { kind: 'weekly', days: [1, 2, 3, 4, 5], time: '09:00' }],
    ['0 9 * * 0,6', { kind: 'weekly', days: [0, 6], time: '09:00' }],
    ['5 0 31 * *', { kind: 'monthly', day: 31, time: '00:05' }],
  ];
  for (const [text, plan] of plans) equal([planOf(text), planText(plan)], [plan, text]);
  equal(planOf('0 9 * * 5-7'), { kind: 'weekly', days: [0, 5, 6], time: '09:00' });
});

Deno.test('cron builder: what it cannot say stays as it was written', () => {
  const others = [
    '',
    '@daily',
    '*/7 * * * *',
    '0 9 1 * 1',
    '0 9 * 2 *',
    '0 9-17 * * *',
    '0 0 9 * * *',
    '60 * * * *',
    '0 9 * * 8',
    '0 9 * * MON',
    '0 9 L * *',
  ];
  equal(others.map(planOf), others.map(() => null));
});

Deno.test('cron builder: another kind keeps the time', () => {
  const daily: CronPlan = { kind: 'daily', time: '23:45' };
  equal([planAs('weekly', daily), planAs('hourly', daily), planAs('daily', null)], [
    { kind: 'weekly', days: [1, 2, 3, 4, 5], time: '23:45' },
    { kind: 'hourly', minute: 45 },
    { kind: 'daily', time: '02:00' },
  ]);
});
