import { type CrontabJob, nameOfCommand } from '../../../lib/crontab.ts';
import { isZone, readerZone } from '../../../lib/time.ts';
import type { JobForm } from './job-form.ts';

/** What the next new form begins with: handed over in memory, because a command has no place in an address. */
let wanted: Partial<JobForm> | null = null;

/** Seconds. */
const LONGEST = 604_800;

/** A line of a crontab as the fields of a new job. */
export function beginWith(job: CrontabJob): void {
  wanted = {
    name: nameOfCommand(job.command),
    executor: 'shell',
    command: job.command,
    workDir: job.env.HOME?.startsWith('/') ? job.env.HOME : '',
    // Cron ends no command: the longest time that a server allows by itself, as `quicflow task import` takes it.
    timeout: LONGEST,
    interpreter: job.shell,
    env: Object.entries(job.env).map(([key, value]) => ({ key, value })),
    schedule: 'cron',
    cron: job.cron,
    timezone: job.zone && isZone(job.zone) ? job.zone : readerZone(),
  };
}

/** Taken once. */
export function takeBeginning(): Partial<JobForm> | null {
  const taken = wanted;
  wanted = null;
  return taken;
}
