/** A cron expression as somebody would say it; what cannot be said this way is written as text. */
export type CronPlan =
  | { kind: 'minutes'; every: number }
  | { kind: 'hourly'; minute: number }
  | { kind: 'daily'; time: string }
  /** Weekdays, 0 is Sunday. */
  | { kind: 'weekly'; days: number[]; time: string }
  | { kind: 'monthly'; day: number; time: string };

export type PlanKind = CronPlan['kind'];
export const PLAN_KINDS: PlanKind[] = ['minutes', 'hourly', 'daily', 'weekly', 'monthly'];

/** Only these go evenly into an hour: with others the last stretch before the hour would be shorter. */
export const EVEN_MINUTES = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];

const number = (text: string, least: number, most: number): number | null => {
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
};
const two = (value: number): string => String(value).padStart(2, '0');

/** `1-5` or `0,6` as weekdays; 7 is Sunday as well. */
function weekdays(text: string): number[] | null {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^([0-7])(?:-([0-7]))?$/.exec(part);
    if (!match) return null;
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (last < first) return null;
    for (let day = first; day <= last; day += 1) days.add(day % 7);
  }
  return [...days].sort();
}

/** Three days or more that follow one another are a range. */
function weekdayText(days: number[]): string {
  const sorted = [...new Set(days)].sort();
  const isRun = sorted.length > 2 && sorted.every((day, index) => day === sorted[0]! + index);
  return isRun ? `${sorted[0]}-${sorted[sorted.length - 1]}` : sorted.join(',');
}

/** Null for an expression that the choices cannot say. */
export function planOf(text: string): CronPlan | null {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (month !== '*') return null;
  const isEveryDay = day === '*' && weekday === '*';
  if (isEveryDay && hour === '*') {
    const every = minute === '*' ? 1 : Number(/^\*\/(\d{1,2})$/.exec(minute)?.[1] ?? 0);
    if (EVEN_MINUTES.includes(every)) return { kind: 'minutes', every };
    const at = number(minute, 0, 59);
    return at === null ? null : { kind: 'hourly', minute: at };
  }
  const [h, m] = [number(hour, 0, 23), number(minute, 0, 59)];
  if (h === null || m === null) return null;
  const time = `${two(h)}:${two(m)}`;
  if (isEveryDay) return { kind: 'daily', time };
  if (day === '*') {
    const days = weekdays(weekday);
    return days ? { kind: 'weekly', days, time } : null;
  }
  const date = number(day, 1, 31);
  return date !== null && weekday === '*' ? { kind: 'monthly', day: date, time } : null;
}

export function planText(plan: CronPlan): string {
  if (plan.kind === 'minutes') return plan.every === 1 ? '* * * * *' : `*/${plan.every} * * * *`;
  if (plan.kind === 'hourly') return `${plan.minute} * * * *`;
  const [hour, minute] = plan.time.split(':').map(Number);
  const at = `${minute || 0} ${hour || 0}`;
  if (plan.kind === 'daily') return `${at} * * *`;
  if (plan.kind === 'weekly') return `${at} * * ${weekdayText(plan.days)}`;
  return `${at} ${plan.day} * *`;
}

/** Another kind that keeps what both have: the time of day, the minute. */
export function planAs(kind: PlanKind, before: CronPlan | null): CronPlan {
  const time = before && 'time' in before ? before.time : '02:00';
  const minute = before?.kind === 'hourly' ? before.minute : Number(time.split(':')[1]);
  switch (kind) {
    case 'minutes':
      return { kind, every: 5 };
    case 'hourly':
      return { kind, minute };
    case 'daily':
      return { kind, time };
    case 'weekly':
      return { kind, days: [1, 2, 3, 4, 5], time };
    default:
      return { kind, day: 1, time };
  }
}
