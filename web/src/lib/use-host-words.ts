import { useI18n } from 'vue-i18n';
import { hostWords } from './host-words.ts';

/** What a host or a receiver said, in the reader's language where its words are known. */
export function useHostWords(): (text: string) => string {
  const { t, locale } = useI18n();
  return (text) => locale.value === 'en' ? text : hostWords(text, (key, values) => t(`hostWords.${key}`, values));
}
