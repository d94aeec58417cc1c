import { secrets } from '../../../api/secrets.ts';

const NAMED = 5;

/** The names of jobs and channels that use a secret, for a question: a few of them, and how many more. */
export async function jobsWith(name: string): Promise<string> {
  const { tasks, channels } = await secrets.one(name);
  const all = [...tasks.map((job) => job.name), ...channels];
  const more = all.length - NAMED;
  return all.slice(0, NAMED).join(', ') + (more > 0 ? ` +${more}` : '');
}
