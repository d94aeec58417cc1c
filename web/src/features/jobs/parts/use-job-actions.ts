import { useI18n } from 'vue-i18n';
import { ApiError } from '../../../api/client.ts';
import { dependencies } from '../../../api/dependencies.ts';
import { executions } from '../../../api/executions.ts';
import { tasks } from '../../../api/tasks.ts';
import type { Task } from '../../../api/types.ts';
import { useErrors } from '../../../lib/use-errors.ts';
import { useUi } from '../../../stores/ui.ts';

/** So many of the jobs that wait for one are named before it is deleted. */
const NAMED = 5;

/** Switching and deleting jobs, with the questions before and the messages after. */
export function useJobActions(): {
  /** Shows the new state at once through `show` and takes it back when the server refuses. */
  setEnabled(task: Task, enabled: boolean, show: (patch: Partial<Task>) => void): Promise<void>;
  remove(task: Task): Promise<boolean>;
} {
  const { t } = useI18n();
  const ui = useUi();
  const { report } = useErrors();

  return {
    setEnabled: async (task, enabled, show) => {
      const { status, next_exec_time } = task;
      if (!enabled) {
        const answer = await ui.ask({
          title: t('job.disableTitle', { name: task.name }),
          text: t('job.disableText'),
          action: t('job.disable'),
        });
        if (answer !== 'yes') return;
      }
      show({ status: enabled ? 1 : 0, ...(enabled ? {} : { next_exec_time: null }) });
      try {
        const answer = await tasks.setEnabled(task.id, enabled);
        if (answer?.id) show(answer);
        ui.toast(t(enabled ? 'job.enabledToast' : 'job.disabledToast', { name: task.name }));
      } catch (error) {
        show({ status, next_exec_time });
        report(error);
      }
    },
    remove: async (task) => {
      // What runs is not ended by the deletion: who deletes should know that it goes on.
      const [open, starts] = await Promise.all([
        executions.list({ task_id: task.id, status: '2', page: 1, page_size: 1 }).catch(() => null),
        dependencies.dependents(task.id).catch(() => null),
      ]);
      const children = (starts?.total ?? 0) + (starts?.hidden ?? 0);
      const names = (starts?.items ?? []).slice(0, NAMED).map((child) => child.name).join(t('strip.and'));
      const answer = await ui.ask({
        title: t('job.deleteTitle', { name: task.name }),
        text: [
          open?.total ? t('job.deleteRunning', { n: open.total }) : '',
          children ? t('dep.deleteText', { n: children, names }) : '',
          t('job.deleteText'),
        ].filter(Boolean).join(' '),
        action: t('act.delete'),
        danger: true,
      });
      if (answer !== 'yes') return false;
      try {
        await tasks.remove(task.id, children > 0);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) {
          report(error);
          return false;
        }
      }
      ui.toast(t('job.deleted', { name: task.name }));
      return true;
    },
  };
}
