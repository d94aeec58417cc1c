import { secrets } from '../../../api/secrets.ts';

const NAMED = 5;

/** The names of jobs that use a secret, for a question: a few of them, and how many more. */
export async function jobsWith(name: string): Promise<string> {
  const { tasks } = await secrets.one(name);
  const more = tasks.length - NAMED;
  return tasks.slice(0, NAMED).map((job) => job.name).join(', ') + (more > 0 ? ` +${more}` : '');
}
