import { type Ref, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { scheduler } from '../api/scheduler.ts';
import { useUi } from '../stores/ui.ts';
import { useErrors } from './use-errors.ts';

/** Starts the scheduler again, after a question: from the bar on every page, and from the settings. */
export function useSchedulerStart(reload: () => Promise<unknown>): { busy: Ref<boolean>; start(): Promise<void> } {
  const { t } = useI18n();
  const { report } = useErrors();
  const ui = useUi();
  const busy = ref(false);

  async function start(): Promise<void> {
    const answer = await ui.ask({
      title: t('scheduler.startTitle'),
      text: t('scheduler.startText'),
      action: t('scheduler.start'),
    });
    if (answer !== 'yes') return;
    busy.value = true;
    try {
      await scheduler.start();
      ui.toast(t('scheduler.started'));
    } catch (error) {
      report(error);
    }
    await reload();
    busy.value = false;
  }
  return { busy, start };
}
