import type { Task } from '../../api/types.ts';

/** The jobs that fire next, earliest first. */
export function upcomingOf(jobs: Task[], limit: number): Task[] {
  return jobs.filter((job) => job.next_exec_time && job.status !== 0)
    .sort((a, b) => Date.parse(a.next_exec_time!) - Date.parse(b.next_exec_time!))
    .slice(0, limit);
}
