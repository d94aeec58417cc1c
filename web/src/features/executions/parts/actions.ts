import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { executions } from '../../../api/executions.ts';
import type { TriggerResult } from '../../../api/types.ts';
import { useErrors } from '../../../lib/use-errors.ts';
import { useUi } from '../../../stores/ui.ts';

/** The drawer with an execution, over whatever page is open; its address can be shared. */
export function useRunDrawer(): { open(id: string): void; close(): void; started(result: TriggerResult): void } {
  const { t } = useI18n();
  const route = useRoute();
  const router = useRouter();
  const ui = useUi();

  function open(id: string): void {
    void router.push({ path: route.path, query: { ...route.query, run: id } });
  }
  return {
    open,
    close: () => {
      const { run: _, ...query } = route.query;
      void router.push({ path: route.path, query });
    },
    started: (result) => {
      const first = result.executions[0]?.id ?? result.execution_id;
      if (first) open(String(first));
      const hosts = result.executions.length;
      ui.toast(hosts > 1 ? t('run.startedOn', { n: hosts }) : t('run.started'));
    },
  };
}

/** What can be done with an execution, with the questions before it. */
export function useExecutionActions(): {
  cancel(id: string, name: string, force: boolean): Promise<boolean>;
  retry(id: string): Promise<void>;
} {
  const { t } = useI18n();
  const ui = useUi();
  const drawer = useRunDrawer();
  const { report } = useErrors();

  return {
    cancel: async (id, name, force) => {
      const answer = await ui.ask({
        title: t(force ? 'run.forceTitle' : 'run.cancelTitle', { name }),
        text: t(force ? 'run.forceText' : 'run.cancelText'),
        action: t(force ? 'run.force' : 'run.cancel'),
        danger: true,
      });
      if (answer !== 'yes') return false;
      try {
        await executions.cancel(id, force);
        ui.toast(t('run.cancelSent'), 'info');
        return true;
      } catch (error) {
        report(error);
        return false;
      }
    },
    retry: async (id) => {
      try {
        drawer.started(await executions.retry(id));
      } catch (error) {
        report(error);
      }
    },
  };
}
