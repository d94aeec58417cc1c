import { useI18n } from 'vue-i18n';
import { runs } from '../../api/runs.ts';
import type { Run } from '../../api/types.ts';
import { useErrors } from '../../lib/use-errors.ts';
import { useUi } from '../../stores/ui.ts';
import { useRunDrawer } from '../executions/parts/actions.ts';

/** What can be done with a whole run, with the question before it; a refusal is told. */
export function useRunActions(): { stop(run: Run): Promise<void>; retry(run: Run): Promise<void> } {
  const { t } = useI18n();
  const { report } = useErrors();
  const ui = useUi();
  const drawer = useRunDrawer();

  async function stop(run: Run): Promise<void> {
    const answer = await ui.ask({
      title: t('run.cancelTitle', { name: run.task_name }),
      text: t('run.stopRunText'),
      action: t('run.cancel'),
      keep: t('run.keepRunning'),
      danger: true,
    });
    if (answer !== 'yes') return;
    const { asked, refused_count: refused } = await runs.stop(run.id);
    if (refused) ui.toast(t('run.stoppedPartly', { n: asked - refused, refused }), 'bad');
    else ui.toast(t('run.stoppedAll', { n: asked }), 'info');
  }

  return {
    stop: (run) => stop(run).catch(report),
    retry: async (run) => {
      try {
        drawer.started(await runs.retry(run.id));
      } catch (reason) {
        report(reason);
      }
    },
  };
}

/** Whether anything of it is left to stop. */
export const isOpenRun = (run: Run): boolean => run.status === 'pending' || run.status === 'running';
