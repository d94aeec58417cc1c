import { useI18n } from 'vue-i18n';
import { ApiError } from '../../api/client.ts';
import { type Workflow, workflows, type WorkflowSummary } from '../../api/workflows.ts';
import { useErrors } from '../../lib/use-errors.ts';
import { useUi } from '../../stores/ui.ts';

/** What the list and the page of a workflow do with it, with the questions before and the messages after. */
export function useWorkflowActions(): {
  /** The workflow as it is then; null when nothing has changed. */
  setEnabled(workflow: WorkflowSummary, enabled: boolean): Promise<Workflow | null>;
  remove(workflow: WorkflowSummary): Promise<boolean>;
} {
  const { t } = useI18n();
  const ui = useUi();
  const { report } = useErrors();

  return {
    setEnabled: async (workflow, enabled) => {
      const { name } = workflow;
      if (!enabled) {
        const title = t('job.disableTitle', { name });
        const answer = await ui.ask({ title, text: t('workflow.disableText'), action: t('job.disable') });
        if (answer !== 'yes') return null;
      }
      try {
        const changed = await workflows.setEnabled(workflow.id, enabled);
        ui.toast(t(enabled ? 'job.enabledToast' : 'job.disabledToast', { name }));
        return changed;
      } catch (error) {
        report(error);
        return null;
      }
    },
    remove: async ({ id, name }) => {
      const answer = await ui.ask({
        title: t('job.deleteTitle', { name }),
        text: t('workflow.deleteText'),
        action: t('act.delete'),
        danger: true,
      });
      if (answer !== 'yes') return false;
      try {
        await workflows.remove(id);
      } catch (error) {
        // Somebody was faster: what was wanted is so.
        if (!(error instanceof ApiError && error.status === 404)) {
          report(error);
          return false;
        }
      }
      ui.toast(t('job.deleted', { name }));
      return true;
    },
  };
}
