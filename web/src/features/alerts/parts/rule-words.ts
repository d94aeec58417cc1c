import { useI18n } from 'vue-i18n';
import type { NotifyRule } from '../../../api/notify.ts';

/** What a rule says in one line: on which events, and whom it tells. */
export function useRuleWords(): { when(rule: NotifyRule): string; whom(rule: NotifyRule): string } {
  const { t } = useI18n();
  return {
    when: (rule) => {
      const events = rule.triggers.map((name) => t(`alert.trigger.${name}`)).join(', ');
      return rule.threshold > 1 ? `${events} · ${t('alert.inARow', { n: rule.threshold })}` : events;
    },
    whom: (rule) =>
      rule.channels.map((target) => [target.channel ?? '', ...target.recipients ?? []].filter(Boolean).join(', '))
        .join('; '),
  };
}
