import { useI18n } from 'vue-i18n';
import type { RunNode } from '../../api/workflows.ts';
import { duration } from '../../lib/time.ts';
import { useTold } from '../../lib/use-told.ts';

/** How long a step took, milliseconds; null when it has not both begun and ended. */
export function tookOf(node: Pick<RunNode, 'started_at' | 'ended_at'>): number | null {
  return node.started_at && node.ended_at ? Date.parse(node.ended_at) - Date.parse(node.started_at) : null;
}

/** Steps of a run in the reader's words. */
export function useStepWords(): {
  /** Why a step is in its state, and what else is known of that. */
  because(node: RunNode): string;
  /** The second line in its box. */
  note(node: RunNode): string;
} {
  const { t, te } = useI18n();
  const told = useTold();

  function reason(node: RunNode): string {
    if (!node.reason) return '';
    // A run that went over its time names the same reason for steps that failed by it and for those it cancelled.
    const key = `workflow.reason.${node.reason}`;
    return te(key) ? t(key) : node.reason;
  }

  function answer(node: RunNode): string {
    if (!node.answer) return '';
    const by = node.answer.by ?? t('workflow.nobody');
    const text = t(node.answer.decision === 'approve' ? 'workflow.approvedBy' : 'workflow.rejectedBy', { name: by });
    return node.answer.comment ? `${text}: ${node.answer.comment}` : text;
  }

  function because(node: RunNode): string {
    const code = node.result?.exit_code;
    return [
      node.stopping && node.state === 'started' ? t('workflow.isStopping') : '',
      node.kind === 'approval' && node.state === 'started' ? node.message || t('workflow.waitsForAnswer') : '',
      answer(node) || reason(node),
      told(node.detail ?? '', node.detail_text),
      node.chosen ? t('workflow.chose', { names: node.chosen.join(', ') || '–' }) : '',
      code !== null && code !== undefined && node.state === 'failed' ? t('run.exit', { n: code }) : '',
      node.kept_from ? t('workflow.kept') : '',
    ].filter(Boolean).join(' · ');
  }

  function note(node: RunNode): string {
    if (node.state === 'started') {
      if (node.stopping) return t('workflow.isStopping');
      return node.kind === 'approval' ? t('workflow.waitsForAnswer') : '';
    }
    const took = tookOf(node);
    if (node.kept_from) return t('workflow.kept');
    if (node.reason) return reason(node);
    if (node.chosen?.length) return `→ ${node.chosen.join(', ')}`;
    if (node.answer) return answer(node);
    return took !== null && node.state === 'succeeded' && node.kind !== 'noop' ? duration(took) : '';
  }
  return { because, note };
}
