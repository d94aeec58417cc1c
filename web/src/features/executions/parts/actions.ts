import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { executions } from '../../../api/executions.ts';
import type { TriggerResult } from '../../../api/types.ts';
import { useErrors } from '../../../lib/use-errors.ts';
import { useUi } from '../../../stores/ui.ts';

const position = (): number | null => (history.state as { position?: number } | null)?.position ?? null;
let opened: number | null = null;

/** The drawer with an execution, over whatever page is open; its address can be shared. */
export function useRunDrawer(): {
  open(id: string): void;
  close(): void;
  /** Shows what a trigger started; `away` are the hosts that are not connected. */
  started(result: TriggerResult, away?: string[]): void;
} {
  const { t } = useI18n();
  const route = useRoute();
  const router = useRouter();
  const ui = useUi();

  // The address of the drawer is one step of the history however many runs are looked at in it, and closing it takes that
  // step back, so that Back never opens it again.
  function open(id: string): void {
    // Lines are those of the one that was open before.
    const { line: _, ...query } = route.query;
    const to = { path: route.path, query: { ...query, run: id } };
    if (route.query.run) void router.replace(to);
    else void router.push(to).then(() => opened = position());
  }
  return {
    open,
    close: () => {
      const { run: _, line: _line, ...query } = route.query;
      if (opened !== null && opened === position()) router.back();
      else void router.replace({ path: route.path, query });
      opened = null;
    },
    started: (result, away = []) => {
      // One that really starts is worth looking at first.
      const here = result.executions.filter((run) => !away.includes(run.client_id ?? ''));
      const first = here[0]?.id ?? result.executions[0]?.id ?? result.execution_id;
      if (first) open(String(first));
      const waiting = result.executions.length - here.length;
      if (waiting && here.length) ui.toast(t('run.startedPartly', { n: here.length, away: waiting }), 'info');
      else if (waiting) ui.toast(t('run.startedNowhere', { n: waiting }), 'info');
      else ui.toast(here.length > 1 ? t('run.startedOn', { n: here.length }) : t('run.started'));
    },
  };
}

/** What can be done with an execution, with the questions before it. */
export function useExecutionActions(): {
  cancel(id: string, name: string, force: boolean): Promise<boolean>;
  retry(id: string): Promise<void>;
  /** A whole run at once, host by host; what is refused is counted and named. */
  cancelAll(ids: string[], name: string): Promise<void>;
  retryAll(ids: string[], name: string): Promise<void>;
} {
  const { t } = useI18n();
  const ui = useUi();
  const drawer = useRunDrawer();
  const { report, wording } = useErrors();

  async function each(ids: string[], act: (id: string) => Promise<unknown>, done: string): Promise<void> {
    const outcomes = await Promise.allSettled(ids.map(act));
    const failed = outcomes.flatMap((outcome) => outcome.status === 'rejected' ? [wording(outcome.reason)] : []);
    if (failed.length < ids.length) ui.toast(t(done, { n: ids.length - failed.length }), 'info');
    if (failed.length) ui.toast(t('bulk.failed', { n: failed.length, first: failed[0]! }), 'bad');
  }

  return {
    cancelAll: async (ids, name) => {
      const answer = await ui.ask({
        title: t('run.stopAllTitle', { name, n: ids.length }),
        text: t('run.cancelText'),
        action: t('run.stopAll', { n: ids.length }),
        keep: t('run.keepRunning'),
        danger: true,
      });
      if (answer === 'yes') await each(ids, (id) => executions.cancel(id, false), 'run.stoppedAll');
    },
    retryAll: async (ids, name) => {
      const answer = await ui.ask({
        title: t('run.retryAllTitle', { name, n: ids.length }),
        text: t('run.retryAllText'),
        action: t('run.retryAll', { n: ids.length }),
      });
      if (answer === 'yes') await each(ids, (id) => executions.retry(id), 'run.retriedAll');
    },
    cancel: async (id, name, force) => {
      const answer = await ui.ask({
        title: t(force ? 'run.forceTitle' : 'run.cancelTitle', { name }),
        text: t(force ? 'run.forceText' : 'run.cancelText'),
        action: t(force ? 'run.force' : 'run.cancel'),
        keep: t('run.keepRunning'),
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
